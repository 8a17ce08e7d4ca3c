"""Taking one plugin into a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portaal.access.models import Role
from portaal.access.permissions import Permission
from portaal.plugins.configurator import PluginConfigurator
from portaal.plugins.errors import ContractError
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator

    from portaal.plugins.loader import Plugin, Plugins


def install(config: Configurator, plugins: Plugins, plugin: Plugin) -> None:
    """Declare the plugin's permissions, then let it add its routes and views.

    :raises ContractError: a permission or prefix is not the plugin's own.
    """
    permissions = [*(plugins.call(plugin, "portaal_permissions") or ()), *settings_permissions(plugins, plugin)]
    for permission in permissions:
        _check_permission(plugin.name, permission)
    config.registry["portaal.permissions"].declare(plugin.name, permissions)
    plugins.call(plugin, "portaal_includeme", config=PluginConfigurator(config, plugin.name))


def settings_permissions(plugins: Plugins, plugin: Plugin) -> list[Permission]:
    """What every settings tab brings: seeing and changing are different permissions (R-84 to R-89)."""
    if plugins.call(plugin, "portaal_settings_tab") is None:
        return []
    return [
        Permission(f"{plugin.name}:instellingen:bekijken", _("See the product's settings"),
                   (Role.PRODUCTBEHEERDER, Role.AUDITOR)),
        Permission(f"{plugin.name}:instellingen:wijzigen", _("Change the product's settings"),
                   (Role.PRODUCTBEHEERDER,)),
    ]


def _check_permission(plugin: str, permission: Any) -> None:
    if not isinstance(permission, Permission):
        raise ContractError(f"portaal_permissions must give Permission objects, not {type(permission).__name__}")
    if not permission.name.startswith(f"{plugin}:"):
        raise ContractError(f"permission {permission.name!r} must begin with {plugin + ':'!r}")
