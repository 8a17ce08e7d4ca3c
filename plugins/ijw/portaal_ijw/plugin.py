"""What iJw tells the portal of itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from portaal.api import (
    MenuEntry,
    MessageSettings,
    Permission,
    PluginConfigurator,
    PluginInfo,
    SettingsTab,
    Tile,
    Traffic,
    _,
    add_message_pages,
    hookimpl,
    message_menu,
    message_permissions,
    message_tiles,
)

NAME = "ijw"


class Settings(MessageSettings):
    """What the Productbeheerder sets for iJw (R-84, R-86)."""


@hookimpl
def portaal_plugin_info() -> PluginInfo:
    return PluginInfo(
        name=NAME,
        title="iJw",
        description=_("Exchange messages about the Jeugdwet with providers"),
        api=(1, 0),
    )


@hookimpl
def portaal_permissions() -> Sequence[Permission]:
    return message_permissions(NAME)


@hookimpl
def portaal_settings_tab() -> SettingsTab:
    return SettingsTab(Settings)


@hookimpl
def portaal_traffic() -> Traffic:
    return Traffic.of_gemeenten(NAME, partner="vecozo")


@hookimpl
def portaal_includeme(config: PluginConfigurator) -> None:
    config.add_catalogues(Path(__file__).parent / "locale")
    add_message_pages(config)


@hookimpl
def portaal_menu() -> Sequence[MenuEntry]:
    return message_menu()


@hookimpl
def portaal_tiles() -> Sequence[Tile]:
    return message_tiles(NAME)
