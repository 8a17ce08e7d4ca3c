"""The portal's keys."""

from __future__ import annotations

from pathlib import Path

import click

from portaal.clock import today
from portaal.keyring import add_key, create_key_file


@click.group()
def sleutels() -> None:
    """Make the file with the portal's keys, or a new key in it."""


@sleutels.command()
@click.argument("path", type=click.Path(path_type=Path))
def nieuw(path: Path) -> None:
    """Write a new key file to PATH. Keep a copy apart from the database's back-ups."""
    try:
        create_key_file(path, today().isoformat())
    except FileExistsError as error:
        raise click.ClickException(f"{path} exists already; a key file is never overwritten") from error
    click.echo(f"Keys written to {path}.")


@sleutels.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--id", "key_id", help="What the key is called; left out, the day of today.")
def wissel(path: Path, key_id: str | None) -> None:
    """Add a key to the key file at PATH and make it the current one. The older keys stay: old data is read with them.

    Then restart the portal and its workers, and run 'portaal geheimen roteer'.
    """
    chosen = key_id or today().isoformat()
    add_key(path, chosen)
    click.echo(f"Key {chosen} is the current one in {path}. Restart the portal and its workers.")
