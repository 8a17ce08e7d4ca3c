"""The settings of products: one pydantic model each, kept in versions, shown on a tab (R-84 to R-89)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """The store, and the page that leads to the tabs; the tabs themselves come with their products."""
    from portaal.settings.expiry import expiry_job
    from portaal.settings.store import SettingsStore

    store = SettingsStore(config.registry["portaal.keyring"])
    config.registry["portaal.settings"] = store
    config.add_job(expiry_job(store))
    config.include("portaal.settings.tabs")
