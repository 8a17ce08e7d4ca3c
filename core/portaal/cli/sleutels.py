"""The portal's keys."""

from __future__ import annotations

from pathlib import Path

import click

from portaal.clock import today
from portaal.keyring import create_key_file


@click.group()
def sleutels() -> None:
    """Make the file with the portal's keys."""


@sleutels.command()
@click.argument("path", type=click.Path(path_type=Path))
def nieuw(path: Path) -> None:
    """Write a new key file to PATH. Keep a copy apart from the database's back-ups."""
    try:
        create_key_file(path, today().isoformat())
    except FileExistsError as error:
        raise click.ClickException(f"{path} exists already; a key file is never overwritten") from error
    click.echo(f"Keys written to {path}.")
