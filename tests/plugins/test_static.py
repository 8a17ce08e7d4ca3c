"""Static files of products: hashed names, kept for a year, nothing but what was there at the start."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portaal.app import make_app
from portaal.plugins.errors import ContractError
from portaal.plugins.static_files import ProductFiles
from portaal.testing.application import Browser, app_settings
from tests.plugins.kit import plugin


def stylesheet(page: Any) -> str:
    (address,) = re.findall(r'href="(/static/voorbeeld/[^"]+)"', page.text)
    return address


def test_a_page_names_the_hashed_file_and_gets_it(log_in: Any, active: Session) -> None:
    browser = log_in(("gebruiker", "voorbeeld"))
    address = stylesheet(browser.get("/g/0363/voorbeeld/"))
    assert re.fullmatch(r"/static/voorbeeld/notities\.[0-9a-f]{20}\.css", address)
    response = browser.get(address)
    assert response.content_type == "text/css"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "voorbeeld-notes__pinned" in response


@pytest.mark.parametrize(
    "address",
    [
        "/static/voorbeeld/notities.css",
        "/static/voorbeeld/../plugin.py",
        "/static/voorbeeld/%2e%2e/plugin.py",
        "/static/voorbeeld/..%2fplugin.py",
        "/static/niemand/notities.css",
        "/static/voorbeeld/",
    ],
)
def test_nothing_else_is_served(browser: Browser, address: str) -> None:
    assert browser.get(address, status="*").status_int in (404, 400)


def test_the_name_follows_the_content(tmp_path: Path) -> None:
    (tmp_path / "img").mkdir()
    (tmp_path / "img/pen.svg").write_text("<svg/>")
    first = ProductFiles(tmp_path).hashed("img/pen.svg")
    (tmp_path / "img/pen.svg").write_text("<svg></svg>")
    second = ProductFiles(tmp_path)
    assert first.startswith("img/pen.")
    assert second.hashed("img/pen.svg") != first
    assert second.find(first) is None


def test_only_what_browsers_may_have(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<script>alert(1)</script>")
    with pytest.raises(ContractError, match=r"page\.html"):
        ProductFiles(tmp_path)
    with pytest.raises(ContractError, match="no folder"):
        ProductFiles(tmp_path / "nowhere")


def test_a_link_leads_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("of the portal")
    (tmp_path / "static").mkdir()
    (tmp_path / "static/notes.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(ContractError, match="link to a file outside"):
        ProductFiles(tmp_path / "static")


def test_a_bad_folder_refuses_the_plugin(tmp_path: Path) -> None:
    settings = app_settings(tmp_path) | {"portaal.strict_plugins": "false"}
    app = make_app(settings, plugin("kwaad", includeme=lambda config: config.add_static(tmp_path / "nowhere")))
    (refused,) = app.registry["portaal.plugins"].quarantined
    assert "no folder" in refused.error
