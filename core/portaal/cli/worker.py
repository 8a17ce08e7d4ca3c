"""``portaal worker``: deliver messages, in a process of its own."""

from __future__ import annotations

import signal
import threading

import click

from portaal.shell import config_option, read_settings


@click.command()
@config_option
def worker(config_file: str) -> None:
    """Send what stands in the outbox until interrupted; what is being sent is finished first."""
    from portaal.configuration import check
    from portaal.logs import configure_logging

    settings = check(read_settings(config_file))
    configure_logging(settings.get("portaal.log_level", "INFO"))  # first: what an import warns of is a line too
    from portaal.app import make_app
    from portaal.worker import run

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run(make_app(settings).registry, stop)
