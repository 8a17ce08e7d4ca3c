"""The hooks a product may implement. Each returns data; only ``portaal_includeme`` touches the configuration.

A hook that is not implemented means "nothing of that kind". An unknown hook name beginning with ``portaal_`` is refused
when the plugin is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from portaal.access.permissions import Permission
    from portaal.berichtenverkeer.traffic import Traffic
    from portaal.plugins.configurator import PluginConfigurator
    from portaal.plugins.contract import MenuEntry, Migrations, PluginInfo, SettingsTab, Tile

PROJECT = "portaal"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def portaal_plugin_info() -> PluginInfo:  # type: ignore[empty-body]
    """What the plugin is. Required.

    :returns: a :class:`~portaal.api.PluginInfo` whose name equals the entry-point name.
    """


@hookspec
def portaal_permissions() -> Sequence[Permission]:  # type: ignore[empty-body]
    """The permissions the product's views ask for, each with the roles that have it.

    :returns: :class:`~portaal.api.Permission` objects whose names begin with ``<name>:``.
    """


@hookspec
def portaal_settings_tab() -> SettingsTab:  # type: ignore[empty-body]
    """The product's settings, shown on their own tab to its Productbeheerder (R-84 to R-86).

    :returns: a :class:`~portaal.api.SettingsTab`.
    """


@hookspec
def portaal_migrations() -> Migrations:  # type: ignore[empty-body]
    """The product's tables, all named ``<name>_...``, and the revisions that make them (``<name>_0001`` ...).

    :returns: a :class:`~portaal.api.Migrations`.
    """


@hookspec
def portaal_includeme(config: PluginConfigurator) -> None:
    """Add the product's routes, views, catalogues and static files.

    :param config: knows the plugin: it prefixes names and addresses and sets the product's root factory.
    """


@hookspec
def portaal_menu() -> Sequence[MenuEntry]:  # type: ignore[empty-body]
    """The product's entries in the menu of a gemeente.

    :returns: :class:`~portaal.api.MenuEntry` objects; each is shown to those who may open its page.
    """


@hookspec
def portaal_tiles() -> Sequence[Tile]:  # type: ignore[empty-body]
    """Parts of the overview page of a gemeente.

    :returns: :class:`~portaal.api.Tile` objects. One that fails is left out, named in the log.
    """


@hookspec
def portaal_traffic() -> Traffic:  # type: ignore[empty-body]
    """The message traffic of the product, for products that exchange messages.

    :returns: a :class:`~portaal.api.Traffic`: the standard, the types that may be sent and received, and the partner.
    """
