"""The command ``portaal``: a group whose parts are imported only when they are used, so that help is quick."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "bericht": ("portaal.berichtenverkeer.cli:bericht", "Check message files without database or server."),
    "db": ("portaal.db.cli:db", "Bring the database up to date, or see where it stands."),
    "geheimen": ("portaal.settings.cli:geheimen", "Look after the secrets in the settings of products."),
    "plugins": ("portaal.plugins.cli:plugins", "List the products and whether they are ready."),
    "serve": ("portaal.cli.serve:serve", "Run the portal with its simulated surroundings, for development."),
    "sleutels": ("portaal.cli.sleutels:sleutels", "Make the file with the portal's keys."),
    "web": ("portaal.cli.web:web", "Serve the portal's pages and its receiving endpoint."),
    "worker": ("portaal.berichtenverkeer.delivery.cli:worker", "Deliver messages and run scheduled work."),
}


class LazyGroup(click.Group):
    """Knows the names and one line of help of its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name][0].partition(":")
        command: Any = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="portaal")
def main() -> None:
    """Portaal Zorg from the shell."""
