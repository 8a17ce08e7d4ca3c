"""Reading an ini file for a command."""

from __future__ import annotations

from pathlib import Path

import click
import plaster

config_option = click.option(
    "-c",
    "--config",
    "config_file",
    default="development.ini",
    show_default=True,
    envvar="PORTAAL_CONFIG",
    help="The ini file with the portal's settings.",
)


def read_settings(config_file: str) -> dict[str, str]:
    """The settings of the section ``[app:main]``.

    :raises click.ClickException: there is no such file.
    """
    if not Path(config_file).exists():
        raise click.ClickException(f"no settings file {config_file}: name one with --config")
    return dict(plaster.get_loader(config_file, protocols=["wsgi"]).get_wsgi_app_settings(defaults={}))
