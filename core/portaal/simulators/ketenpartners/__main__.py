"""``python -m portaal.simulators.ketenpartners``: run the simulated chain partners."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from urllib.parse import urlsplit

import click

from portaal.configuration import LOOPBACK
from portaal.simulators.ketenpartners.behaviour import Behaviour
from portaal.simulators.ketenpartners.chain import Chain
from portaal.simulators.ketenpartners.portal import Portal
from portaal.simulators.ketenpartners.server import Server


@click.command()
@click.option("--port", default=6545, show_default=True, help="Where to listen, on this machine only.")
@click.option(
    "--portal-url",
    default="http://localhost:6543/stuf/ggk0210",
    show_default=True,
    help="The portal's receiving endpoint.",
)
@click.option("--token", required=True, help="What the portal and the partners show each other.")
@click.option("--delay", default=3.0, show_default=True, help="Seconds between a message and its answer.")
def main(port: int, portal_url: str, token: str, delay: float) -> None:
    """Simulated VECOZO and providers, for development and tests."""
    if os.environ.get("PORTAAL_ENVIRONMENT", "development") != "development":
        raise click.ClickException("the simulated chain partners are for development only")
    if urlsplit(portal_url).hostname not in LOOPBACK:
        raise click.ClickException("the portal must be on this machine: these partners are for development only")
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s")
    chain = Chain(Portal(portal_url, token), Behaviour(delay=delay))
    server = Server(chain, token, port)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    click.echo(f"Simulatie ketenpartners: http://localhost:{server.port}/")
    server.serve_forever()
    chain.close()
    server.server_close()


if __name__ == "__main__":
    main()
