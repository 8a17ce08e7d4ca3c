"""The web server: waitress, one process per core on one socket, a few threads each."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
from types import FrameType
from urllib.parse import urlsplit

import click

from portaal.configuration import check
from portaal.logs import configure_logging
from portaal.shell import config_option, read_settings

STOP = (signal.SIGTERM, signal.SIGINT)


@click.command()
@config_option
def web(config_file: str) -> None:
    """Serve the portal's pages and its receiving endpoint."""
    settings = check(read_settings(config_file))
    configure_logging(settings.get("portaal.log_level", "INFO"))
    processes = int(settings.get("portaal.processes", "1"))
    with _listen(settings.get("portaal.listen", "127.0.0.1:6543")) as listening:
        if processes == 1:
            _serve(settings, listening)
        else:
            _prefork(settings, listening, processes)


def _listen(address: str) -> socket.socket:
    """:raises click.ClickException: it is no host with a port, or cannot be listened at."""
    try:
        parts = urlsplit(f"//{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if host is None or port is None:
        raise click.ClickException(f"portaal.listen is {address}: write it as 127.0.0.1:6543")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise click.ClickException(f"cannot listen at {address}: {error.strerror}") from error


def _serve(settings: dict[str, str], listening: socket.socket) -> None:
    from portaal.app import make_app
    from portaal.web.server import make_server

    proxy = settings.get("portaal.trusted_proxy")
    trusted = {"trusted_proxy": proxy, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}
    make_server(
        make_app(settings),
        sockets=[listening],
        threads=int(settings.get("portaal.threads", "4")),
        clear_untrusted_proxy_headers=True,
        **(trusted if proxy else {}),
    ).run()


def _prefork(settings: dict[str, str], listening: socket.socket, processes: int) -> None:
    # The counts of the processes are added up in this folder (portaal.health.metrics).
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="portaal-metrics-")
    children: set[int] = set()
    # Told to stop between two forks, it would leave those behind that it already has.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
    for _ in range(processes):
        child = os.fork()
        if child == 0:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            _serve(settings, listening)
            os._exit(0)
        children.add(child)
    for number in STOP:
        signal.signal(number, _stop)
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        ended, _ = os.wait()
        children.remove(ended)
        sys.exit(1)  # so that whoever supervises starts anew
    finally:
        for child in children:
            os.kill(child, signal.SIGTERM)
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
