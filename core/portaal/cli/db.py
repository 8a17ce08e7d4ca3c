"""The database from the shell."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from alembic.util.exc import CommandError
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal.db import migrate
from portaal.db.owners import CORE, Owner
from portaal.db.pending import current
from portaal.db.session import make_engine
from portaal.organisations.seed import seed_reference_data
from portaal.plugins.tables import owners
from portaal.shell import config_option, read_settings

plugin_option = click.option("--plugin", help="Only this plugin, or 'core'.")


@click.group()
def db() -> None:
    """Bring the database up to date, or see where it stands."""


def _chosen(plugin: str | None) -> list[Owner]:
    """The owner asked for, or all. A plugin that cannot be used stops nobody else; it makes the exit code 1."""
    broken: list[str] = []

    def tell(name: str, error: BaseException) -> None:
        click.echo(f"{name}: left alone, it cannot be used. {type(error).__name__}: {error}", err=True)
        broken.append(name)

    found = owners(on_broken=tell)
    if plugin in broken:
        raise click.ClickException("repair that first")
    if plugin is not None and plugin not in found:
        raise click.ClickException(f"{plugin} has no tables. Choose from: {', '.join(found)}")
    if plugin is None and broken:
        click.get_current_context().call_on_close(lambda: sys.exit(1))
    return list(found.values()) if plugin is None else [found[plugin]]


@contextmanager
def _database(config_file: str) -> Iterator[Engine]:
    engine = make_engine(read_settings(config_file)["sqlalchemy.url"])
    try:
        yield engine
    finally:
        engine.dispose()


@db.command()
@config_option
@plugin_option
def upgrade(config_file: str, plugin: str | None) -> None:
    """Make or change the tables: the core first, then every plugin."""
    with _database(config_file) as engine:
        for owner in _chosen(plugin):
            migrate.upgrade(owner, engine)
            click.echo(f"{owner.name}: {current(owner, engine)}")
        if plugin in (None, CORE):
            with Session(engine) as dbsession:
                seed_reference_data(dbsession)
                dbsession.commit()


@db.command()
@config_option
@click.option("--plugin", required=True, help="Whose tables; 'core' for the core's own.")
@click.option("--yes", is_flag=True, help="Do not ask first. A script, which nobody can answer, is never asked.")
@click.argument("revision")
def downgrade(config_file: str, plugin: str, revision: str, yes: bool) -> None:
    """Take the tables of one owner back to REVISION. 'base' removes them with their data."""
    with _database(config_file) as engine:
        for owner in _chosen(plugin):
            if not yes and _somebody_is_there():
                click.echo(f"{owner.name} is at {current(owner, engine) or 'no tables'} and goes back to {revision}.")
                click.confirm("What later revisions added is removed with its data. Go on?", abort=True)
            migrate.downgrade(owner, engine, revision)
            click.echo(f"{owner.name}: {current(owner, engine) or 'no tables'}")


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()


@db.command()
@config_option
def status(config_file: str) -> None:
    """Per owner its revision and the newest one. Exit code 1 when something is behind."""
    behind = False
    with _database(config_file) as engine:
        for owner in _chosen(None):
            now, newest = current(owner, engine), migrate.head(owner, engine)
            behind = behind or now != newest
            news = "up to date" if now == newest else f"newest: {newest}"
            click.echo(f"{owner.name:24} {now or 'no tables':29} {news}")
    sys.exit(1 if behind else 0)


@db.command()
@config_option
@plugin_option
def check(config_file: str, plugin: str | None) -> None:
    """Compare the database with the models. Exit code 1 when they differ."""
    with _database(config_file) as engine:
        for owner in _chosen(plugin):
            try:
                migrate.check(owner, engine)
            except CommandError as error:  # behind, or with differences
                raise click.ClickException(f"{owner.name} differs from its models: {error}") from error
            click.echo(f"{owner.name}: as its models")


@db.command()
@config_option
@click.option("--plugin", default=CORE, show_default=True, help="Whose tables changed.")
@click.argument("message")
def new(config_file: str, plugin: str, message: str) -> None:
    """Write a revision for what changed in the models. Read it before you commit it."""
    with _database(config_file) as engine:
        click.echo(migrate.new_revision(_chosen(plugin)[0], engine, message))
