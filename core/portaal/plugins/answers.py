"""What a plugin's hooks answer, checked once before it is taken in: rubbish is refused at start-up, not met by users."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from sqlalchemy import MetaData

from portaal.access.models import Role
from portaal.access.permissions import Permission
from portaal.berichtenverkeer.traffic import Traffic
from portaal.plugins.contract import MenuEntry, Migrations, SettingsTab, Tile
from portaal.plugins.errors import ContractError

if TYPE_CHECKING:
    from portaal.plugins.loader import Plugin, Plugins

ASSET_SPEC = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*:.+\.jinja2$")
PERMISSION_NAME = re.compile(r"[a-z][a-z0-9_]*(:[a-z][a-z0-9-]*){2}")


def check_answers(plugins: Plugins, plugin: Plugin) -> None:
    """Call every hook that returns data and check what comes back.

    :raises ContractError: an answer is not of the promised form, or a name is not the plugin's own.
    """
    for hook, check in CHECKS.items():
        answer = plugins.call(plugin, hook)
        if answer is not None:
            check(plugin.name, answer)


def _several(kind: type, check: Callable[[str, Any], None]) -> Callable[[str, Any], None]:
    def check_all(name: str, answer: Any) -> None:
        if not isinstance(answer, Sequence) or isinstance(answer, str):
            raise ContractError(f"a hook must return a list of {kind.__name__}, not {type(answer).__name__}")
        for item in answer:
            _expect(item, kind)
            check(name, item)

    return check_all


def _expect(answer: Any, kind: type) -> None:
    if not isinstance(answer, kind):
        raise ContractError(f"a hook must return {kind.__name__}, not {type(answer).__name__}")


def _permission(name: str, permission: Permission) -> None:
    if not permission.name.startswith(f"{name}:"):
        raise ContractError(f"permission {permission.name!r} must begin with {name + ':'!r}")
    if not PERMISSION_NAME.fullmatch(permission.name):
        raise ContractError(f"permission {permission.name!r} must be <product>:<thing>:<act>")
    if not all(isinstance(role, Role) for role in permission.roles):
        raise ContractError(f"permission {permission.name!r} names a role that does not exist")
    if {Role.SERVICEDESK, Role.GEBRUIKERSBEHEERDER} & set(permission.roles):
        raise ContractError(f"permission {permission.name!r}: a product's roles are gebruiker, productbeheerder, auditor")


def _menu_entry(name: str, entry: MenuEntry) -> None:
    if entry.route.startswith(f"{name}."):
        raise ContractError(f"menu entry {entry.route!r}: name the route without {name + '.'!r}")


def _tile(name: str, tile: Tile) -> None:
    if not tile.permission.startswith(f"{name}:"):
        raise ContractError(f"tile {tile.name!r} must ask a permission of {name}")
    if not ASSET_SPEC.match(tile.template):
        raise ContractError(f"tile {tile.name!r}: the template must be an asset spec, package:path")
    if not callable(tile.load):
        raise ContractError(f"tile {tile.name!r}: load must be a function")


def _settings_tab(name: str, tab: Any) -> None:
    _expect(tab, SettingsTab)
    if not (isinstance(tab.model, type) and issubclass(tab.model, BaseModel)):
        raise ContractError("the settings tab's model must be a pydantic model")
    required = [field for field, info in tab.model.model_fields.items() if info.is_required()]
    if required:
        raise ContractError(f"settings without a default: {', '.join(required)}; a new field must be safe without one")


def _migrations(name: str, migrations: Any) -> None:
    _expect(migrations, Migrations)
    _expect(migrations.metadata, MetaData)
    foreign = [table for table in migrations.metadata.tables if not table.startswith(f"{name}_")]
    if foreign:
        raise ContractError(f"tables must begin with {name + '_'!r}: {', '.join(foreign)}")
    for path in migrations.directory.glob("*.py"):
        if not path.name.startswith((f"{name}_", "__")):
            raise ContractError(f"revision {path.name} must begin with {name + '_'!r}")


def _traffic(name: str, traffic: Any) -> None:
    _expect(traffic, Traffic)


CHECKS: dict[str, Callable[[str, Any], None]] = {
    "portaal_permissions": _several(Permission, _permission),
    "portaal_menu": _several(MenuEntry, _menu_entry),
    "portaal_tiles": _several(Tile, _tile),
    "portaal_settings_tab": _settings_tab,
    "portaal_migrations": _migrations,
    "portaal_traffic": _traffic,
}
