"""``python -m portaal.simulators.ciz``: run the simulated CIZ register."""

from __future__ import annotations

import logging
import os
import signal
import ssl
import sys
import threading

import click

from portaal.simulators.ciz.behaviour import Behaviour
from portaal.simulators.ciz.register import Register
from portaal.simulators.ciz.server import Server


@click.command()
@click.option("--port", default=6546, show_default=True, help="Where to listen, on this machine only.")
@click.option("--certificate", help="A PEM file with its certificate and private key: it then speaks TLS only.")
@click.option("--clients", help="A PEM file with the certificates, or their issuers, that clients must show.")
def main(port: int, certificate: str | None, clients: str | None) -> None:
    """A simulated CIZ register, for development and tests."""
    if os.environ.get("PORTAAL_ENVIRONMENT", "development") != "development":
        raise click.ClickException("the simulated CIZ register is for development only")
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s")
    if bool(certificate) != bool(clients):
        raise click.UsageError("--certificate and --clients belong together: both sides show a certificate")
    try:
        tls = _tls(certificate, clients) if certificate and clients else None
    except OSError as error:
        raise click.ClickException(f"a certificate cannot be read: {error}") from error
    server = Server(Register(), Behaviour(), port, tls)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    click.echo(f"Simulatie CIZ-register: {server.url}/")
    server.serve_forever()
    server.server_close()


def _tls(certificate: str, clients: str) -> ssl.SSLContext:
    """TLS as the contract has it: a client without a certificate is not answered."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.load_verify_locations(clients)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


if __name__ == "__main__":
    main()
