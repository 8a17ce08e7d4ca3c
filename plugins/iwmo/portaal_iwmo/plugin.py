"""What iWmo tells the portal of itself."""

from __future__ import annotations

from portaal.api import PluginInfo, _, hookimpl


@hookimpl
def portaal_plugin_info() -> PluginInfo:
    return PluginInfo(
        name="iwmo",
        title="iWmo",
        description=_("Exchange messages about the Wmo with providers"),
        api=(1, 0),
    )
