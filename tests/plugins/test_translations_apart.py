"""The texts of a product: a bad catalogue costs that product, and no product changes the words of another page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from portaal.api import _
from portaal.app import make_app
from portaal.testing.application import app_settings
from portaal.web.i18n import translator
from tests.plugins.kit import plugin

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def catalogue(folder: Path, content: bytes) -> Path:
    path = folder / "locale/nl/kwaad.po"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return folder / "locale"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe\x00", "can't decode byte"),
        ((HEAD + 'msgid "a"\nmsgstr "b"\n').replace("UTF-8", "KLINGON").encode(), "unknown encoding: klingon"),
        (b"<html></html>", "misformatted"),
    ],
)
def test_what_is_no_catalogue_costs_one_plugin(content: bytes, reason: str, tmp_path: Path) -> None:
    folder = catalogue(tmp_path, content)
    candidates: dict[str, Any] = plugin("kwaad", includeme=lambda config: config.add_catalogues(folder))
    settings = app_settings(tmp_path) | {"portaal.strict_plugins": "false"}
    plugins = make_app(settings, candidates | plugin("zeker")).registry["portaal.plugins"]
    (refused,) = plugins.quarantined
    assert (refused.name, refused.phase) == ("kwaad", "configure")
    assert "kwaad.po is no catalogue" in refused.error
    assert reason in refused.error
    assert "zeker" in plugins


@pytest.mark.parametrize("folder", ["locale", Path("/nowhere/locale")])
def test_a_folder_that_is_not_there_costs_one_plugin(folder: Any, tmp_path: Path) -> None:
    candidates: dict[str, Any] = plugin("kwaad", includeme=lambda config: config.add_catalogues(folder))
    settings = app_settings(tmp_path) | {"portaal.strict_plugins": "false"}
    (refused,) = make_app(settings, candidates).registry["portaal.plugins"].quarantined
    assert "there is no folder with translations at" in refused.error


def test_the_words_of_the_portal_are_not_a_products_to_change(tmp_path: Path) -> None:
    text = f'{HEAD}msgid "Log out"\nmsgstr "Betaal nu"\n\nmsgid "Of the product"\nmsgstr "Van het product"\n'
    folder = catalogue(tmp_path, text.encode())
    candidates: dict[str, Any] = plugin("eerlijk", includeme=lambda config: config.add_catalogues(folder))
    catalogues = make_app(app_settings(tmp_path), candidates).registry["portaal.catalogues"]
    dutch = translator("nl", catalogues)
    assert dutch(_("Log out")) == translator("nl")(_("Log out")) == "Uitloggen"
    assert dutch(_("Of the product")) == "Van het product"
