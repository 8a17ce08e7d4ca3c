"""The settings of products: one pydantic model each, kept in versions, shown on a tab (R-84 to R-89)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """The store, and the page that leads to the tabs; the tabs themselves come with their products."""
    from portaal.settings.store import SettingsStore

    config.registry["portaal.settings"] = SettingsStore(config.registry["portaal.keyring"])
    config.include("portaal.settings.tabs")
