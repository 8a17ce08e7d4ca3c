"""``portaal worker``: deliver messages, in a process of its own."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click


@click.command()
@click.argument("ini", type=click.Path(exists=True, dir_okay=False, path_type=Path), default="development.ini")
def worker(ini: Path) -> None:
    """Send what stands in the outbox until interrupted; what is being sent is finished first.

    INI is the configuration file of the portal.
    """
    from pyramid.paster import get_appsettings, setup_logging

    from portaal.berichtenverkeer.delivery.worker import run

    setup_logging(str(ini))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run(get_appsettings(str(ini)), stop)
