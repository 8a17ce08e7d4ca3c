"""All that a plugin may import from the portal. What stands here keeps its meaning within one major version."""

from __future__ import annotations

from portaal.access.models import Role
from portaal.access.permissions import Permission
from portaal.access.resources import ProductContext
from portaal.db.base import PluginBase, plugin_metadata
from portaal.db.types import UtcDateTime, text_enum
from portaal.hookspecs import hookimpl
from portaal.plugins.configurator import PluginConfigurator
from portaal.plugins.contract import (
    API_VERSION,
    MenuEntry,
    Migrations,
    PluginInfo,
    SettingsTab,
    Tile,
)
from portaal.plugins.errors import ContractError
from portaal.web.flash import flash
from portaal.web.i18n import _

__all__ = [
    "API_VERSION",
    "ContractError",
    "MenuEntry",
    "Migrations",
    "Permission",
    "PluginBase",
    "PluginConfigurator",
    "PluginInfo",
    "ProductContext",
    "Role",
    "SettingsTab",
    "Tile",
    "UtcDateTime",
    "_",
    "flash",
    "hookimpl",
    "plugin_metadata",
    "text_enum",
]
