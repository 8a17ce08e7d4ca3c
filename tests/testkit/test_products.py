"""Switching products on and off and setting them up, as tests of a product do."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from portaal.testing.products import Activation, SaveSettings
from tests.plugins.kit import example

CODE = "0363"


@pytest.fixture
def portal_plugins() -> Any:
    """The example product, which is not installed."""
    return example()


def test_a_product_is_switched_on_and_off(log_in: Any, activation: Activation) -> None:
    browser = log_in(("gebruiker", "voorbeeld"))
    browser.get(f"/g/{CODE}/voorbeeld/", status=404)
    activation.on("voorbeeld")
    activation.on("voorbeeld")
    assert "Welkom" in browser.get(f"/g/{CODE}/voorbeeld/")
    activation.off("voorbeeld")
    browser.get(f"/g/{CODE}/voorbeeld/", status=404)


def test_an_obstacle_is_told(activation: Activation, save_settings: SaveSettings) -> None:
    save_settings("voorbeeld", days=7)
    with pytest.raises(AssertionError, match="Notes are kept too short"):
        activation.on("voorbeeld")


def test_settings_are_saved_as_versions(app: Any, dbsession: Session, save_settings: SaveSettings) -> None:
    save_settings("voorbeeld", title="Prikbord")
    save_settings("voorbeeld", days=90)
    save_settings("voorbeeld", gemeente="0384", days=10)
    stored = app.registry["portaal.settings"].load(dbsession, CODE, "voorbeeld")
    assert (stored.number, stored.value.title, stored.value.days) == (2, "Prikbord", 90)
    with pytest.raises(ValueError, match="less than or equal to 3650"):
        save_settings("voorbeeld", days=100_000)
