"""What the commands have in common: the option that names the ini file, and reading it."""

from __future__ import annotations

import configparser
from pathlib import Path

import click
import plaster

from portaal.known_settings import unknown_settings

config_option = click.option(
    "-c",
    "--config",
    "config_file",
    default="development.ini",
    show_default=True,
    envvar="PORTAAL_CONFIG",
    help="The ini file with the portal's settings.",
)


class Settings(dict[str, str]):
    """The settings of an ini file; one that a command needs and that is not there is a message."""

    def __missing__(self, name: str) -> str:
        raise click.ClickException(f"the settings file does not say {name}")


def read_settings(config_file: str) -> dict[str, str]:
    """The settings of the section ``[app:main]``. In development a name that nothing reads is told on stderr.

    :raises click.ClickException: there is no such file, it cannot be read as one, or it has a name that nothing reads.
    """
    if not Path(config_file).is_file():
        raise click.ClickException(f"no settings file {config_file}: name one with --config")
    try:
        # With the scheme named: otherwise the file's last letters would have to be .ini.
        loader = plaster.get_loader(f"file+ini:{Path(config_file).absolute()}", protocols=["wsgi"])
        settings = Settings(loader.get_wsgi_app_settings(defaults={}))
    except (OSError, UnicodeDecodeError, configparser.Error, LookupError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no ini file with a section [app:main]"
        raise click.ClickException(f"{config_file} cannot be read: {reason}") from error
    if unknown := unknown_settings(settings):
        told = "\n".join(f"{config_file}: {text}" for text in unknown)
        if settings.get("portaal.environment") != "development":
            raise click.ClickException(told)
        click.echo(f"Warning: {told}", err=True)
    return settings
