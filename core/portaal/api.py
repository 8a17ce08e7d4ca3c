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
    ActivationContext,
    ApiOperation,
    ConnectionTest,
    Erasure,
    HealthCheck,
    Job,
    JobContext,
    Kept,
    MenuEntry,
    Metric,
    MetricKind,
    Migrations,
    PersonContext,
    PluginInfo,
    Sample,
    SettingsTab,
    Tile,
)
from portaal.plugins.errors import ContractError
from portaal.settings.certificate import Certificate
from portaal.settings.fields import setting
from portaal.settings.store import product_settings
from portaal.web.flash import flash
from portaal.web.i18n import _

__all__ = [
    "API_VERSION",
    "ActivationContext",
    "ApiOperation",
    "Certificate",
    "ConnectionTest",
    "ContractError",
    "Erasure",
    "HealthCheck",
    "Job",
    "JobContext",
    "Kept",
    "MenuEntry",
    "Metric",
    "MetricKind",
    "Migrations",
    "Permission",
    "PersonContext",
    "PluginBase",
    "PluginConfigurator",
    "PluginInfo",
    "ProductContext",
    "Role",
    "Sample",
    "SettingsTab",
    "Tile",
    "UtcDateTime",
    "_",
    "flash",
    "hookimpl",
    "plugin_metadata",
    "product_settings",
    "setting",
    "text_enum",
]
