"""What iJw tells the portal of itself."""

from __future__ import annotations

from portaal.api import PluginInfo, _, hookimpl


@hookimpl
def portaal_plugin_info() -> PluginInfo:
    return PluginInfo(
        name="ijw",
        title="iJw",
        description=_("Exchange messages about the Jeugdwet with providers"),
        api=(1, 0),
    )
