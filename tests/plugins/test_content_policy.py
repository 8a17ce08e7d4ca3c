"""What a product may add to the content security policy: origins on its own pages, and never for scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyramid.response import Response
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portaal.app import make_app
from portaal.plugins.activation import activations
from portaal.testing.application import Browser, app_settings
from portaal.web.headers import POLICY, content_security_policy
from tests.plugins.kit import plugin


def policies(response: Any) -> list[dict[str, str]]:
    """Every policy of a response, as its directives; a browser enforces all of them."""
    return [
        dict(part.strip().partition(" ")[::2] for part in header.split(";"))
        for header in response.headers.getall("Content-Security-Policy")
    ]


def test_a_source_is_added_on_the_products_own_pages_only(log_in: Any, active: Session) -> None:
    browser = log_in(("gebruiker", "voorbeeld"))
    (own,) = policies(browser.get("/g/0363/voorbeeld/"))
    assert own["img-src"] == "'self' https://service.pdok.nl"
    (overview,) = policies(browser.get("/g/0363/"))
    assert overview["img-src"] == "'self'"
    assert own | {"img-src": "'self'"} == overview


@pytest.mark.parametrize(
    ("directive", "origin"),
    [
        ("script-src", "https://cdn.example.org"),
        ("style-src", "https://cdn.example.org"),
        ("default-src", "https://cdn.example.org"),
        ("frame-ancestors", "https://cdn.example.org"),
        ("img-src", "http://cdn.example.org"),
        ("img-src", "*"),
        ("img-src", "https:"),
        ("img-src", "https://*.example.org"),
        ("img-src", "data:"),
        ("connect-src", "'unsafe-inline'"),
        ("img-src", "https://a.example; script-src *"),
        ("img-src", "https://a.example/path"),
        ("img-src", "https://localhost"),
        ("img-src", "https://10.0.0.1"),
        ("img-src", "https://a.example\n"),
        ("form-action", "https://a.example https://b.example"),
    ],
)
def test_what_would_weaken_the_policy_is_refused(directive: str, origin: str, tmp_path: Path) -> None:
    settings = app_settings(tmp_path) | {"portaal.strict_plugins": "false"}
    app = make_app(settings, plugin("kwaad", includeme=lambda config: config.add_content_source(directive, origin)))
    (refused,) = app.registry["portaal.plugins"].quarantined
    assert "content source" in refused.error
    assert "kwaad" not in app.registry["portaal.content_sources"]


def test_scripts_come_from_the_portal_alone() -> None:
    policy = content_security_policy({"img-src": ["https://a.example"], "script-src": []})
    assert "script-src 'self';" in policy
    assert POLICY["script-src"] == "'self'"


def test_a_view_cannot_set_a_weaker_policy_itself(
    tmp_path: Path, connection: Connection, dbsession: Session, people: Any
) -> None:
    def weak(request: Any) -> Response:
        headers = {
            "Content-Security-Policy": "script-src * 'unsafe-inline'",
            "X-Frame-Options": "ALLOWALL",
            "X-Content-Type-Options": "sniff",
        }
        return Response("page", headers=headers)

    def includeme(config: Any) -> None:
        config.add_route("pagina", "")
        config.add_view(weak, route="pagina", permission="proef:pagina:bekijken", request_method="GET")

    app = make_app(app_settings(tmp_path), plugin("proef", includeme=includeme))
    registry = app.registry
    registry["portaal.engine"].dispose()
    registry["portaal.engine"] = registry["portaal.reading_engine"] = connection
    activations(registry).activate(dbsession, "0363", "proef", None)
    browser = Browser(app, extra_environ={"HTTP_HOST": "localhost"})
    browser.log_in_as(dbsession, people.new(("gebruiker", "proef")))
    response = browser.get("/g/0363/proef/")
    assert any(policy["script-src"] == "'self'" for policy in policies(response))
    assert response.headers.getall("X-Frame-Options") == ["DENY"]
    assert response.headers.getall("X-Content-Type-Options") == ["nosniff"]
