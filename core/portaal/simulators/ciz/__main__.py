"""``python -m portaal.simulators.ciz``: run the simulated CIZ register."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

import click

from portaal.simulators.ciz.behaviour import Behaviour
from portaal.simulators.ciz.register import Register
from portaal.simulators.ciz.server import Server


@click.command()
@click.option("--port", default=6546, show_default=True, help="Where to listen, on this machine only.")
def main(port: int) -> None:
    """A simulated CIZ register, for development and tests."""
    if os.environ.get("PORTAAL_ENVIRONMENT", "development") != "development":
        raise click.ClickException("the simulated CIZ register is for development only")
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s")
    server = Server(Register(), Behaviour(), port)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    click.echo(f"Simulatie CIZ-register: {server.url}/")
    server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    main()
