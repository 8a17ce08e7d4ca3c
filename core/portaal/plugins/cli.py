"""The installed products."""

from __future__ import annotations

import sys

import click

from portaal.cli.settings import config_option, read_settings


@click.command()
@config_option
def plugins(config_file: str) -> None:
    """List the products and whether they are ready; exit code 1 when one is quarantined."""
    from portaal.app import make_app

    found = make_app(read_settings(config_file)).registry["portaal.plugins"]
    for plugin in found:
        click.echo(f"{plugin.name:24} ready        {plugin.info.title} ({plugin.distribution})")
    for bad in found.quarantined:
        click.echo(f"{bad.name:24} quarantined  {bad.phase}: {bad.error}\n{'':37}{bad.hint}")
    sys.exit(1 if found.quarantined else 0)
