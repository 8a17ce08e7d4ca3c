"""Subcommands that products add: ``portaal <product> ...``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import EntryPoint

import click
from sqlalchemy.orm import Session

from portaal.plugins.answers import ask
from portaal.plugins.contract import HookContext
from portaal.plugins.errors import ContractError
from portaal.shell import config_option, read_settings


@dataclass(frozen=True)
class CommandContext:
    """What a subcommand works with; ``@click.pass_obj`` hands it over."""

    product: str
    config_file: str

    @contextmanager
    def open(self) -> Iterator[HookContext]:
        """The database and the product's settings; what was done is committed at the end, unless something is raised.

        :raises click.ClickException: there is no settings file, or the product is not ready.
        """
        from portaal.app import make_app

        registry = make_app(read_settings(self.config_file)).registry
        plugins = registry["portaal.plugins"]
        if self.product not in plugins:
            reasons = [f"{bad.phase}: {bad.error}" for bad in plugins.quarantined if bad.name == self.product]
            raise click.ClickException(f"{self.product} is not ready. {' '.join(reasons)}")
        try:
            with Session(registry["portaal.engine"]) as dbsession, dbsession.begin():
                yield HookContext(dbsession, self.product, registry["portaal.settings"])
        finally:
            registry["portaal.engine"].dispose()


class ProductGroup(click.Group):
    """The subcommands of one product, which is imported when they are asked for."""

    def __init__(self, entry_point: EntryPoint) -> None:
        super().__init__(
            entry_point.name,
            help=f"The commands of {entry_point.name}.",
            callback=_remember_config,
            params=_config_parameter(),
        )
        self._entry_point = entry_point
        self._loaded: dict[str, click.Command] | None = None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._load())

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_commands(ctx, formatter)
        if not self._load():
            formatter.write_paragraph()
            formatter.write_text(f"{self.name} has no commands of its own.")

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return self._load().get(name)

    def _load(self) -> dict[str, click.Command]:
        if self._loaded is None:
            try:
                found: Sequence[click.Command] = ask(self._entry_point, "portaal_commands") or ()
            except (Exception, SystemExit) as error:
                reason = str(error) if isinstance(error, ContractError) else f"{type(error).__name__}: {error}"
                raise click.ClickException(f"{self.name} cannot be used. {reason}") from error
            self._loaded = {command.name or "": command for command in found}
        return self._loaded


def _config_parameter() -> list[click.Parameter]:
    return list(config_option(click.command()(lambda: None)).params)


@click.pass_context
def _remember_config(ctx: click.Context, config_file: str) -> None:
    ctx.obj = CommandContext(ctx.command.name or "", config_file)
