"""Taking one plugin into a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portaal.access.models import Role
from portaal.access.permissions import Permission
from portaal.plugins.answers import check_answers
from portaal.plugins.configurator import PluginConfigurator
from portaal.plugins.guard import check_changes, snapshot
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator

    from portaal.plugins.loader import Plugin, Plugins


def install(config: Configurator, plugins: Plugins, plugin: Plugin) -> None:
    """Declare the plugin's permissions, let it add its routes and views, and look at what it changed.

    :raises ContractError: a permission or prefix is not the plugin's own, or it changed what is not its own.
    """
    check_answers(plugins, plugin)
    permissions = [*(plugins.call(plugin, "portaal_permissions") or ()), *settings_permissions(plugins, plugin)]
    config.registry["portaal.permissions"].declare(plugin.name, permissions)
    before = snapshot(config)
    plugins.call(plugin, "portaal_includeme", config=PluginConfigurator(config, plugin.name))
    config.commit()
    check_changes(config, plugin.name, before)


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

