"""What the plugin tells the portal of itself. Without a broker it brings nothing, and loads no library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from portaal.api import LoginProvider, LoginSetup, PluginInfo, _, hookimpl

if TYPE_CHECKING:
    from portaal.api import PluginConfigurator

HERE = Path(__file__).parent


@hookimpl
def portaal_plugin_info() -> PluginInfo:
    return PluginInfo(
        name="oidc",
        title="OpenID Connect",
        description=_("Log in through a broker that speaks OpenID Connect"),
        api=(1, 1),
    )


@hookimpl
def portaal_includeme(config: PluginConfigurator) -> None:
    config.add_catalogues(HERE / "locale")


@hookimpl
def portaal_login_provider(setup: LoginSetup) -> LoginProvider | None:
    file = setup.settings.get("brokers", "").strip()
    if not file:
        return None
    from portaal_oidc.brokers import read_brokers
    from portaal_oidc.client import login_provider

    brokers = read_brokers(Path(file), setup.environment)
    return login_provider(brokers) if brokers else None


@hookimpl
def portaal_commands() -> Sequence[click.Command]:
    from portaal_oidc.commands import COMMANDS

    return COMMANDS
