"""The portal with everything around it on one machine: for development and for trying it out.

Five processes: the portal, its worker, a simulated makelaar, simulated chain partners and a simulated CIZ register. The
first start prepares the data in ``var/``; Ctrl-C ends all.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType

import click

from portaal.shell import config_option, read_settings


@click.command()
@config_option
@click.option(
    "--data",
    "folder",
    default="var",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Where the data of the demonstration is kept.",
)
def serve(config_file: str, folder: Path) -> None:
    """Run the portal with its simulated surroundings, for development."""
    from portaal.demo.fingerprint import is_prepared, mark_prepared
    from portaal.demo.services import Supervisor, services
    from portaal.demo.welcome import welcome

    settings = read_settings(config_file)
    if settings.get("portaal.environment") != "development":
        raise click.ClickException("this command is for development only; in production run 'portaal web' and 'worker'")
    for number in (signal.SIGTERM, signal.SIGINT):  # Ctrl-C too: in the background of a shell it would be passed over
        signal.signal(number, _interrupt)
    if not is_prepared(folder, config_file):
        from portaal.demo.prepare import prepare

        prepare(settings, folder)
        mark_prepared(folder, config_file)
    with Supervisor(services(config_file, settings, folder), folder / "log") as supervisor:
        supervisor.start()
        click.echo(welcome(settings))
        sys.exit(supervisor.wait())


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
