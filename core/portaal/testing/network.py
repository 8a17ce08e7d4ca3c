"""The network is shut while a test runs: only this machine is reached, and no mail server even there.

Whatever a test tries beyond that raises, and when the code under test takes that for an ordinary failure the test
fails all the same. Sockets of other processes and of C libraries (libpq) are not watched.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

MAIL_PORTS = frozenset({25, 465, 587})
THIS_MACHINE = frozenset({"localhost", "", "0.0.0.0", "::"})  # noqa: S104 - names that are looked up, not bound
# Names that by agreement are nobody's (RFC 2606, RFC 6761): no look-up is needed to know that they are not there.
NOBODYS = (".invalid", ".test", ".example", ".localhost")


class NetworkShutError(OSError):
    """A test reached beyond this machine."""


class ShutNetwork:
    """Stands before the functions of sockets that name another machine."""

    def __init__(self) -> None:
        self.attempts: list[str] = []

    def check(self, host: Any, port: Any) -> None:
        """Refuse an address that is not this machine's, or a mail server's.

        :raises NetworkShutError: naming the address.
        """
        if not _is_this_machine(host):
            self._refuse(f"{host} port {port}")
        elif port in MAIL_PORTS:
            self._refuse(f"the mail server of this machine (port {port})")

    def _refuse(self, what: str) -> None:
        text = f"the network is shut in tests, and this one tried to reach {what}"
        self.attempts.append(text)
        raise NetworkShutError(text)

    def guard_connecting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """``connect`` and ``connect_ex`` of a socket."""

        def connect(own: socket.socket, address: Any) -> Any:
            self._check_socket(own, address)
            return original(own, address)

        return connect

    def guard_sending(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """``sendto`` of a socket, whose last argument is the address."""

        def sendto(own: socket.socket, *arguments: Any) -> Any:
            self._check_socket(own, arguments[-1])
            return original(own, *arguments)

        return sendto

    def _check_socket(self, own: socket.socket, address: Any) -> None:
        if own.family in (socket.AF_INET, socket.AF_INET6):
            self.check(address[0], address[1])

    def guard_looking_up(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """``getaddrinfo``: asking a name server is reaching out too."""

        def getaddrinfo(host: Any, port: Any, *arguments: Any, **named: Any) -> Any:
            if isinstance(host, str) and host.rstrip(".").endswith(NOBODYS):
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            if not _is_address(host):
                self.check(host, port)
            return original(host, port, *arguments, **named)

        return getaddrinfo


def _is_address(host: Any) -> bool:
    try:
        ipaddress.ip_address(_text(host))
    except ValueError:
        return False
    return True


def _is_this_machine(host: Any) -> bool:
    if host is None or _text(host).casefold() in THIS_MACHINE:
        return True
    return _is_address(host) and ipaddress.ip_address(_text(host)).is_loopback


def _text(host: Any) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)


@pytest.fixture(autouse=True)
def shut_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ShutNetwork | None]:
    """Shut for every test but those marked ``network``; ``portaal_network = open`` in the ini file opens it for all."""
    if request.node.get_closest_marker("network") or request.config.getini("portaal_network") == "open":
        yield None
        return
    shut = ShutNetwork()
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, shut.guard_connecting(getattr(socket.socket, name)))
    monkeypatch.setattr(socket.socket, "sendto", shut.guard_sending(socket.socket.sendto))
    monkeypatch.setattr(socket, "getaddrinfo", shut.guard_looking_up(socket.getaddrinfo))
    yield shut
    if shut.attempts:
        pytest.fail("\n".join(shut.attempts), pytrace=False)
