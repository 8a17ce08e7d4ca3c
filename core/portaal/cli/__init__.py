"""The command ``portaal``: a group whose parts are imported only when they are used, so that help is quick."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import EntryPoint
from typing import Any

import click

from portaal.plugins.discovery import discover

COMMANDS = {
    "audit": ("portaal.audit.cli:audit", "Verify the audit trail against its head."),
    "bericht": ("portaal.berichtenverkeer.cli:bericht", "Check and show message files without database or server."),
    "db": ("portaal.cli.db:db", "Bring the database up to date, or see where it stands."),
    "eherkenning": ("portaal.eherkenning.cli:eherkenning", "Connect the portal to a makelaar."),
    "geheimen": ("portaal.settings.cli:geheimen", "Look after the secrets in the settings of products."),
    "persoon": ("portaal.privacy.cli:persoon", "Export or erase what is known of a person."),
    "plugin": ("portaal.plugins.cli:plugin", "Begin a new plugin, or look after what plugins leave behind."),
    "plugins": ("portaal.plugins.cli:plugins", "List the products and whether they are ready."),
    "rechten": ("portaal.rechten.cli:rechten", "Show who may do what, and why."),
    "serve": ("portaal.cli.serve:serve", "Run the portal with everything around it simulated."),
    "servicedesk": ("portaal.servicedesk.cli:servicedesk", "Let in the first colleague of the Servicedesk."),
    "sleutels": ("portaal.cli.sleutels:sleutels", "Make the file with the portal's keys, or a new key in it."),
    "standaard": ("portaal.berichtenverkeer.standard.cli:standaard", "Import official schemas to judge beside ours."),
    "web": ("portaal.cli.web:web", "Serve the portal's pages and its receiving endpoint."),
    "worker": ("portaal.cli.worker:worker", "Deliver messages and run scheduled work."),
}


class LazyGroup(click.Group):
    """Knows the names and one line of help of its commands without importing them; installed products come after."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*sorted(COMMANDS), *discover()]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in COMMANDS:
            module, _, attribute = COMMANDS[name][0].partition(":")
            command: Any = getattr(import_module(module), attribute)
            return command
        entry_point = discover().get(name)
        if entry_point is None:
            return None
        from portaal.plugins.commands import ProductGroup

        return ProductGroup(entry_point)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            from portaal.cli.faults import explained

            explanation = explained(error)
            if explanation is None:
                raise
            raise click.ClickException(explanation) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])
        products = discover().values()
        if products:
            with formatter.section("Products, some with commands of their own (portaal NAME --help)"):
                formatter.write_dl([(point.name, _distribution(point)) for point in products])


def _distribution(entry_point: EntryPoint) -> str:
    """What is installed, as far as it can be told without importing the product."""
    found = entry_point.dist
    return f"{found.name} {found.version}" if found else entry_point.value


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="portaal")
def main() -> None:
    """Portaal Zorg from the shell."""
