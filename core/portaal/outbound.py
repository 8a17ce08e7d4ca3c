"""Asking another system over HTTP: one attempt, within a deadline, to an address that may be asked.

For addresses that people fill in as a setting. Who asks decides what to do when it fails; nothing here tries again.
"""

from __future__ import annotations

import enum
import ipaddress
import secrets
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from urllib3 import HTTPHeaderDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    HTTPError,
    IncompleteRead,
    InvalidHeader,
    NewConnectionError,
    ProtocolError,
    SSLError,
    TimeoutError,
)

from portaal.configuration import LOOPBACK

LARGEST_ANSWER = 1_000_000
_CHUNK = 16 * 1024
# To Python these are addresses like any other: those with an IPv4 address at their end (RFC 6052, RFC 4291 2.5.5.1),
# and those that a network keeps to itself (RFC 8215, RFC 3879, RFC 9602).
_TRANSLATED = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "::/96")))
_INSIDE = tuple(map(ipaddress.IPv6Network, ("64:ff9b:1::/48", "fec0::/10", "5f00::/16")))


class Failure(enum.StrEnum):
    """Why there is no answer."""

    NOT_ALLOWED = "not_allowed"  # the address lies in our own network, or is not https
    UNREACHABLE = "unreachable"
    TLS = "tls"  # their certificate or ours was not accepted
    TIMEOUT = "timeout"
    BROKEN = "broken"  # cut off, or not HTTP
    TOO_LARGE = "too_large"


class OutboundError(Exception):
    """There is no whole answer."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


@dataclass(frozen=True)
class Endpoint:
    """Where another system is, and how we show who we are.

    :param url: https, to a name that resolves to addresses outside our own network. Plain http, and this machine, are
        reached by ``localhost`` or a loopback address only; the settings form takes those in development only.
    :param certificate: our client certificate with its chain, PEM.
    :param key: the private key of that certificate, PEM without password.
    :param authority: the certificates that theirs must be issued under, PEM; without it, those of the machine.
    :param timeout: seconds for everything together.
    """

    url: str
    certificate: str = ""
    key: str = field(default="", repr=False)
    authority: str = ""
    timeout: float = 10


def split_address(url: str) -> tuple[str, str]:
    """A whole address as an endpoint and a path for :func:`call`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}", urlunsplit(("", "", parts.path, parts.query, ""))


@dataclass(frozen=True)
class Reply:
    """A whole answer."""

    status: int
    content_type: str
    body: bytes


def call(
    endpoint: Endpoint,
    method: str,
    path: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    framed: bool = True,
) -> Reply:
    """Ask once.

    :param path: added to the endpoint's address.
    :param framed: refuse an answer that does not say where it ends, because it cannot be told from one that was cut
        off. Not needed for XML: what was cut off is none.
    :returns: the answer, whatever its status; redirects are not followed.
    :raises OutboundError: there is none, or not the whole of it.
    """
    deadline = time.monotonic() + endpoint.timeout
    parts = urlsplit(endpoint.url)
    try:
        connection = _connection(endpoint)
    except (ValueError, TypeError, ssl.SSLError) as error:
        raise OutboundError(Failure.TLS) from error
    watchdog = None
    try:
        connection.connect()
        # Its socket and not the connection: that lets go of it once it knows that the answer ends with it.
        watchdog = threading.Timer(deadline - time.monotonic(), _cut, (connection.sock,))
        watchdog.daemon = True
        watchdog.start()
        try:
            connection.request(
                method,
                parts.path.rstrip("/") + path,
                body=body or None,
                headers={"Host": parts.netloc, "Connection": "close", "Accept": "application/json", **(headers or {})},
                preload_content=False,
                decode_content=False,
            )
        except ConnectionError:
            connection.sock.recv(1)  # it hung up while we spoke: in TLS 1.3 a refused certificate is told only now
            raise
        return _read(connection, framed=framed)
    except SSLError as error:
        raise OutboundError(Failure.TLS) from error
    except ssl.SSLError as error:
        raise OutboundError(Failure.TLS) from error
    except (HTTPError, HTTPException, OSError) as error:
        raise OutboundError(_failure(error, late=time.monotonic() >= deadline)) from error
    finally:
        if watchdog is not None:
            watchdog.cancel()
        connection.close()


def _failure(error: Exception, *, late: bool) -> Failure:
    if isinstance(error, NewConnectionError) and not late:  # to urllib3 a kind of timeout
        return Failure.UNREACHABLE
    if late or isinstance(error, (TimeoutError, socket.timeout)):
        return Failure.TIMEOUT
    if isinstance(error, (ProtocolError, IncompleteRead, InvalidHeader, HTTPException)):
        return Failure.BROKEN
    return Failure.UNREACHABLE


def _cut(connected: socket.socket) -> None:
    """The deadline passed. A timeout of the socket would start anew at every byte that drips in."""
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was closed at this very moment


def _read(connection: HTTPConnection, *, framed: bool) -> Reply:
    with closing(connection.getresponse()) as response:
        if not _is_clear(response.headers, framed=framed):
            raise OutboundError(Failure.BROKEN)
        content = bytearray()
        try:
            while chunk := response.read(_CHUNK):
                content += chunk
                if len(content) > LARGEST_ANSWER:
                    raise OutboundError(Failure.TOO_LARGE)
        except ValueError as error:  # a chunk with a negative length
            raise OutboundError(Failure.BROKEN) from error
        return Reply(response.status, response.headers.get("Content-Type", ""), bytes(content))


def _is_clear(headers: HTTPHeaderDict, *, framed: bool) -> bool:
    """Whether it says once where it ends, and comes in no coding, for we asked for none."""
    lengths, transfer = headers.getlist("Content-Length"), headers.getlist("Transfer-Encoding")
    if headers.get("Content-Encoding", "identity").casefold() != "identity":
        return False
    if transfer:
        return not lengths and [coding.casefold() for coding in transfer] == ["chunked"]
    return not framed or (len(lengths) == 1 and lengths[0].isascii() and lengths[0].isdecimal())


def _connection(endpoint: Endpoint) -> HTTPConnection:
    parts = urlsplit(endpoint.url)
    host = parts.hostname or ""
    address = _address(host)
    if parts.scheme == "https":
        return HTTPSConnection(
            address,
            parts.port or 443,
            timeout=endpoint.timeout,
            ssl_context=tls(endpoint),
            server_hostname=host,
        )
    if host in LOOPBACK:
        return HTTPConnection(address, parts.port or 80, timeout=endpoint.timeout)
    raise OutboundError(Failure.NOT_ALLOWED)


def _address(host: str) -> str:
    """The address to connect to: looked up once, so that what was checked is what is used (ASVS 1.3.6)."""
    if host in LOOPBACK:
        return "127.0.0.1" if host == "localhost" else host
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise OutboundError(Failure.UNREACHABLE) from error
    if not all(map(_is_outside, map(ipaddress.ip_address, found))):
        raise OutboundError(Failure.NOT_ALLOWED)
    return found[0]


def _is_outside(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it lies outside our own network, also when a router takes an IPv4 address out of it."""
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in _TRANSLATED):
            return _is_outside(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address.sixtofour is not None:
            return _is_outside(address.sixtofour)
        if any(address in network for network in _INSIDE):
            return False
    return address.is_global and not address.is_multicast


def tls(endpoint: Endpoint) -> ssl.SSLContext:
    """TLS 1.2 or better, their certificate checked, ours shown.

    :raises ValueError: a certificate or key cannot be read, or they do not belong together.
    """
    context = ssl.create_default_context(cadata=endpoint.authority or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if endpoint.certificate and endpoint.key:
        _show(context, endpoint)
    return context


def _show(context: ssl.SSLContext, endpoint: Endpoint) -> None:
    """The standard library reads certificates from files only: the key stands in one for a moment, encrypted."""
    password = secrets.token_bytes(32)
    key = load_pem_private_key(endpoint.key.encode(), password=None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "client.pem"
        file.write_bytes(endpoint.certificate.encode() + b"\n" + key)
        context.load_cert_chain(file, password=password)
