"""A WSGI application over real HTTP on this machine, for what only happens between processes and browsers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer


class Server(ThreadingMixIn, WSGIServer):
    """Bound to a free port from the start; answers once :func:`serving` gave it an application."""

    daemon_threads = True

    def __init__(self, host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), _QuietHandler)

    def url(self, name: str = "localhost") -> str:
        """Its address, by one of this machine's names: to a browser each name is another site."""
        return f"http://{name}:{self.server_port}"


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(server: Server, app: Any) -> Iterator[Server]:
    """The server, answering with this application."""
    server.set_app(app)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def held_ports(count: int) -> Iterator[list[int]]:
    """Ports of this machine at which nobody listens, for processes that must be told theirs.

    They are held meanwhile: the system gives them to nobody else, and whoever was told one can still listen there.
    """
    with ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in held:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(("127.0.0.1", 0))
        yield [one.getsockname()[1] for one in held]
