"""Taking one plugin into a configuration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pyramid.interfaces import IRoutesMapper

from portaal.access.models import Role
from portaal.access.permissions import Permission
from portaal.berichtenverkeer.delivery.plugged import check_partners
from portaal.login.provider import LoginSetup
from portaal.plugins.configurator import GEMEENTECODE, PluginConfigurator, add_wanted, own_settings
from portaal.plugins.errors import ContractError
from portaal.plugins.guard import Snapshot, check_changes, introspectables, snapshot, template_faults
from portaal.plugins.state import State
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator

    from portaal.plugins.loader import Plugin, Plugins

FIXED_ADDRESS = re.compile(r"/g/\{gemeentecode[^/]*/[^{}*]*")


def install(config: Configurator, plugins: Plugins, plugin: Plugin) -> None:
    """Declare the plugin's permissions, let it add its routes and views, and look at what it changed.

    :raises ContractError: a permission or prefix is not the plugin's own, or it changed what is not its own.
    """
    permissions = [*(plugins.call(plugin, "portaal_permissions") or ()), *settings_permissions(plugins, plugin)]
    config.registry["portaal.permissions"].declare(plugin.name, permissions)
    tab = plugins.call(plugin, "portaal_settings_tab")
    if tab is not None:
        config.add_settings_tab(plugin.name, tab)
    if plugins.call(plugin, "portaal_tiles"):
        config.add_tile_pages(plugin.name)
    provider = plugins.call(plugin, "portaal_login_provider", setup=_login_setup(config, plugin))
    if provider is not None:
        config.add_login_provider(plugin.name, provider)
    config.commit()
    before = snapshot(config)
    wanted = _wanted(config, plugins, plugin, before)
    add_wanted(config, plugin.name, wanted)
    config.commit()
    check_changes(config, plugin.name, before)
    _check_routes(config, plugins, plugin)
    check_partners(config.registry, plugin)


def _wanted(config: Configurator, plugins: Plugins, plugin: Plugin, before: Snapshot) -> PluginConfigurator:
    """What the plugin wants to add. Nothing changes meanwhile; where something did, the plugin went around us."""
    untouched = State(config)
    wanted = PluginConfigurator(config, plugin.name)
    plugins.call(plugin, "portaal_includeme", config=wanted)
    config.commit()
    if changed := untouched.changes():
        check_changes(config, plugin.name, before)  # which knows many of them by name
        raise ContractError(f"it changes the portal itself, beside its own configurator: {', '.join(changed[:3])}")
    return wanted


def _login_setup(config: Configurator, plugin: Plugin) -> LoginSetup:
    settings = config.registry.settings
    return LoginSetup(own_settings(settings, plugin.name), settings["portaal.environment"])


def _check_routes(config: Configurator, plugins: Plugins, plugin: Plugin) -> None:
    """What the menu, the tiles and the API name must be there."""
    methods: dict[str, set[str]] = {}
    for view in introspectables(config, "views"):
        named = view["request_methods"] or ()  # as it was given: one method is a text
        methods.setdefault(view["route_name"] or "", set()).update([named] if isinstance(named, str) else named)
    mapper = config.registry.getUtility(IRoutesMapper)
    _refuse_unreachable(mapper, plugin)
    for entry in plugins.call(plugin, "portaal_menu") or ():
        if "GET" not in methods.get(f"{plugin.name}.{entry.route}", ()):
            raise ContractError(f"menu entry {entry.route!r}: the plugin has no such route with a GET view")
        if not FIXED_ADDRESS.fullmatch(mapper.get_route(f"{plugin.name}.{entry.route}").pattern):
            raise ContractError(f"menu entry {entry.route!r}: a menu cannot fill in the variable parts of its address")
    declared = {permission.name for permission in config.registry["portaal.permissions"].of_owner(plugin.name)}
    for tile in plugins.call(plugin, "portaal_tiles") or ():
        if tile.permission not in declared:
            raise ContractError(f"tile {tile.name!r}: permission {tile.permission!r} is not declared by {plugin.name}")
        for fault in template_faults(config, plugin.name, tile.template):
            raise ContractError(f"tile {tile.name!r}: {fault}")
    for operation in plugins.call(plugin, "portaal_openapi") or ():
        if operation.method not in methods.get(f"{plugin.name}.{operation.route}", ()):
            raise ContractError(f"API operation {operation.method} {operation.route!r}: the plugin has no such view")


def _refuse_unreachable(mapper: Any, plugin: Plugin) -> None:
    """A route whose address an earlier one takes would never be opened, without a word."""
    for route in mapper.get_routes():
        if route.name.startswith(f"{plugin.name}.") and FIXED_ADDRESS.fullmatch(route.pattern):
            address = route.pattern.replace(GEMEENTECODE, "0000")
            first = next(other for other in mapper.get_routes() if other.match(address) is not None)
            if first is not route:
                raise ContractError(f"route {route.name!r} is never reached: {first.name!r} takes its address")


def settings_permissions(plugins: Plugins, plugin: Plugin) -> list[Permission]:
    """What every settings tab brings: seeing and changing are different permissions (R-84 to R-89)."""
    if plugins.call(plugin, "portaal_settings_tab") is None:
        return []
    return [
        Permission(
            f"{plugin.name}:instellingen:bekijken",
            _("See the product's settings"),
            (Role.PRODUCTBEHEERDER, Role.AUDITOR),
            group=_("Settings"),
        ),
        Permission(
            f"{plugin.name}:instellingen:wijzigen",
            _("Change the product's settings"),
            (Role.PRODUCTBEHEERDER,),
            group=_("Settings"),
        ),
    ]
