"""The installed products, and what products that are gone left behind."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from portaal.shell import config_option, read_settings

if TYPE_CHECKING:
    from portaal.plugins.leftovers import Leftovers


@click.command()
@config_option
def plugins(config_file: str) -> None:
    """List the products and whether they are ready. Exit code 1 when one is quarantined."""
    from portaal.demo.unprepared import is_unprepared, with_keys_for_now

    settings = read_settings(config_file)
    if is_unprepared(settings):
        click.echo(
            f"There is no {settings['portaal.key_file']} yet ('make serve' makes it), so tables were not looked at.",
            err=True,
        )
        with with_keys_for_now(settings) as for_now:
            _list(for_now)
    _list(settings)


def _list(settings: dict[str, str]) -> NoReturn:
    from portaal.app import make_app

    logging.getLogger("portaal").addHandler(logging.NullHandler())  # what is wrong is told below
    found = make_app(settings | {"portaal.strict_plugins": "false"}).registry["portaal.plugins"]  # all, not the first
    if not found.accepted and not found.quarantined:
        click.echo("No products are installed.")
    for plugin in found:
        click.echo(f"{plugin.name:24} ready        {plugin.info.title} ({plugin.distribution})")
    for bad in found.quarantined:
        click.echo(f"{bad.name:24} quarantined  {bad.phase}: {bad.error}\n{'':37}{bad.hint}")
    sys.exit(1 if found.quarantined else 0)


@click.group()
def plugin() -> None:
    """Begin a new plugin, or look after what plugins leave behind."""


@plugin.command()
@click.argument("name")
@click.option(
    "--directory",
    default=".",
    show_default=True,
    help="Where the new folder is made.",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
)
@click.option("--title", help="What people call the product; left out, it is made from the name.")
def new(name: str, directory: Path, title: str | None) -> None:
    """Write a new product called NAME. It passes its own tests and every check of the portal."""
    from portaal.scaffold.write import Product, ScaffoldError, write_product

    try:
        root = write_product(Product(name, title or name.replace("_", " ").capitalize()), directory)
    except ScaffoldError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{root} is written. Now:\n  cd {root}\n  pip install --editable '.[test]'\n  pytest")


@plugin.command()
@config_option
@click.option("--remove", "name", metavar="NAME", help="Remove what is left of this plugin, with its data.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def leftovers(config_file: str, name: str | None, yes: bool) -> None:
    """Tell what is left of plugins that are no longer installed. Exit code 1 when something is."""
    from sqlalchemy.orm import Session

    from portaal.app import make_app
    from portaal.plugins.discovery import discover
    from portaal.plugins.leftovers import find, remove

    installed = discover()
    if name in installed:
        raise click.ClickException(f"{name} is installed: uninstall it first")
    engine = make_app(read_settings(config_file)).registry["portaal.engine"]
    try:
        with Session(engine) as dbsession, dbsession.begin():
            found = find(dbsession, installed)
            if name is None:
                for left in found:
                    click.echo(_told(left))
                sys.exit(1 if any(left.is_removable for left in found) else 0)
            chosen = next((left for left in found if left.plugin == name and left.is_removable), None)
            if chosen is None:
                raise click.ClickException(f"nothing is left of {name}")
            click.echo(_told(chosen))
            if not yes:
                click.confirm("Remove this? The data cannot be brought back.", abort=True)
            remove(dbsession, chosen)
            click.echo(f"{name}: removed")
    finally:
        engine.dispose()


def _told(left: Leftovers) -> str:
    lines = [left.plugin]
    lines += [f"  table {table}" for table in left.tables]
    for what, counts in (("to end", left.ended), ("to remove", left.removed), ("stays", left.kept)):
        lines += [f"  {count} in {table}: {what}" for table, count in counts.items()]
    return "\n".join(lines)
