"""What Wlz-Registertoets tells the portal of itself."""

from __future__ import annotations

from portaal.api import PluginInfo, _, hookimpl


@hookimpl
def portaal_plugin_info() -> PluginInfo:
    return PluginInfo(
        name="wlz_registertoets",
        title="Wlz-Registertoets",
        description=_("Ask the CIZ whether a citizen has a Wlz indication"),
        api=(1, 0),
    )
