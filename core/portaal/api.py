"""All that a plugin may import from the portal. What stands here keeps its meaning within one major version."""

from __future__ import annotations

from portaal import audit, outbound
from portaal.access.models import Role
from portaal.access.names import account_names, gemeente_people
from portaal.access.permissions import Permission
from portaal.access.resources import ProductContext
from portaal.berichtenverkeer.delivery.answers import Answer
from portaal.berichtenverkeer.delivery.answers import Outcome as AnswerOutcome
from portaal.berichtenverkeer.envelope import SoapMessage
from portaal.berichtenverkeer.pages import add_message_pages, message_menu, message_permissions, message_tiles
from portaal.berichtenverkeer.settings import MessageSettings
from portaal.bsn import contains_bsn
from portaal.clock import now, today
from portaal.db.base import plugin_metadata
from portaal.db.pause import between_transactions
from portaal.db.types import UtcDateTime, text_enum
from portaal.frame.flash import flash
from portaal.hookspecs import hookimpl
from portaal.login.levels import AssuranceLevel
from portaal.login.provider import LoginChoice, LoginProvider, LoginRequest, LoginReturn, LoginSetup, LoginStart
from portaal.login.record import LoginRecord
from portaal.login.refusal import LoginRefusedError, RefusalReason
from portaal.plugins.commands import CommandContext
from portaal.plugins.configurator import PluginConfigurator
from portaal.plugins.contract import (
    API_VERSION,
    ActivationContext,
    ApiOperation,
    ChainConnector,
    ConnectionTest,
    Erasure,
    HealthCheck,
    HookContext,
    Job,
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
    Traffic,
)
from portaal.plugins.errors import ContractError
from portaal.sealing import UnreadableError
from portaal.secrecy import Secrecy, secrecy
from portaal.settings.certificate import Certificate
from portaal.settings.fields import setting
from portaal.settings.store import product_settings
from portaal.web import charts, forms
from portaal.web.addresses import page_count, read_id, read_page
from portaal.web.bsn_field import Bsn, read_bsn, without_bsn
from portaal.web.dates import Day
from portaal.web.i18n import _
from portaal.web.spreadsheet import csv_response
from portaal.web.uploads import Upload, UploadError, UploadFault, read_upload
from portaal.workdays import is_workday

__all__ = [
    "API_VERSION",
    "ActivationContext",
    "Answer",
    "AnswerOutcome",
    "ApiOperation",
    "AssuranceLevel",
    "Bsn",
    "Certificate",
    "ChainConnector",
    "CommandContext",
    "ConnectionTest",
    "ContractError",
    "Day",
    "Erasure",
    "HealthCheck",
    "HookContext",
    "Job",
    "Kept",
    "LoginChoice",
    "LoginProvider",
    "LoginRecord",
    "LoginRefusedError",
    "LoginRequest",
    "LoginReturn",
    "LoginSetup",
    "LoginStart",
    "MenuEntry",
    "MessageSettings",
    "Metric",
    "MetricKind",
    "Migrations",
    "Permission",
    "PersonContext",
    "PluginConfigurator",
    "PluginInfo",
    "ProductContext",
    "RefusalReason",
    "Role",
    "Sample",
    "Secrecy",
    "SettingsTab",
    "SoapMessage",
    "Tile",
    "Traffic",
    "UnreadableError",
    "Upload",
    "UploadError",
    "UploadFault",
    "UtcDateTime",
    "_",
    "account_names",
    "add_message_pages",
    "audit",
    "between_transactions",
    "charts",
    "contains_bsn",
    "csv_response",
    "flash",
    "forms",
    "gemeente_people",
    "hookimpl",
    "is_workday",
    "message_menu",
    "message_permissions",
    "message_tiles",
    "now",
    "outbound",
    "page_count",
    "plugin_metadata",
    "product_settings",
    "read_bsn",
    "read_id",
    "read_page",
    "read_upload",
    "secrecy",
    "setting",
    "text_enum",
    "today",
    "without_bsn",
]
