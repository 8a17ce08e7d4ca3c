"""The web server over raw connections: one request gets one answer, and who sends slowly keeps nobody out.

Security goals 17 to 19; ASVS 4.2.1. A front proxy refuses much of this before; here it is not counted on.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from portaal.testing.live import LivePortal, running
from portaal.web.server import HEADERS

STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) [A-Z]")
BODY = b"abcde"
EMPTY = b"0\r\n\r\n"
POST = b"POST /sessie HTTP/1.1\r\nHost: {host}\r\n"
GET = b"/health HTTP/1.1\r\nHost: {host}\r\n"
SMUGGLED = b"GET /ready HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"

# What cannot be told where it ends, or how: one refusal, and the connection is closed.
REFUSED = {
    **{
        f"length {header!r}": POST + header + b"\r\n" + BODY
        for header in (
            b"Content-Length: 0\r\nContent-Length: 5\r\n",
            b"Content-Length: 5\r\nContent-Length: 5\r\n",
            b"Content-Length: +5\r\n",
            b"Content-Length: -5\r\n",
            b"Content-Length: 0x5\r\n",
            b"Content-Length: 1_0\r\n",
            b"Content-Length: 5, 5\r\n",
            b"Content-Length: 5.0\r\n",
            b"Content-Length: \r\n",
            b"Content-Length : 5\r\n",
            b"Content-Length\t: 5\r\n",
            b"Content-Length: \x0b5\r\n",
            b"Content-Length: \xd9\xa5\r\n",
            b"Content-Length: 5\0\r\n",
            b"Content-Length: 99999999999999999999999\r\n",
            b"Content-Length: 5\n",
            b"Content-Length: 5\rX: y\r\n",
        )
    },
    **{
        f"coding {header!r}": POST + header + b"\r\n" + EMPTY
        for header in (
            b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            b"Content-Length: 0\r\nTransfer-Encoding:\r\n chunked\r\n",
            b"Transfer-Encoding: xchunked\r\n",
            b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
            b"Transfer-Encoding: chunked, identity\r\n",
            b"Transfer-Encoding: gzip, chunked\r\n",
            b"Transfer-Encoding: identity\r\n",
            b"Transfer-Encoding: \x0bchunked\r\n",
            b"Transfer-Encoding : chunked\r\n",
            b"Transfer-Encoding: chunked\0\r\n",
            b'Transfer-Encoding: "chunked"\r\n',
            b"Transfer-Encoding: chunked;x=y\r\n",
            b"Transfer-Encoding: chunked\n",
            b"Transfer-Encoding\r: chunked\r\n",
            b"X: y\rTransfer-Encoding: chunked\r\n",
        )
    },
    **{
        f"chunk {chunk!r}": POST + CHUNKED + b"\r\n" + chunk
        for chunk in (
            b"-1\r\nx\r\n0\r\n\r\n",
            b"0x1\r\nx\r\n0\r\n\r\n",
            b"+1\r\nx\r\n0\r\n\r\n",
            b" 1\r\nx\r\n0\r\n\r\n",
            b"1 \r\nx\r\n0\r\n\r\n",
            b"g\r\nx\r\n0\r\n\r\n",
            b"1_0\r\nx\r\n0\r\n\r\n",
            b"\r\nx\r\n0\r\n\r\n",
            b"1\nx\n0\n\n",
            b"1\r\nxx0\r\n\r\n",
            b"1\r\nxy\r\n0\r\n\r\n",
            b"1;a\nb\r\nx\r\n0\r\n\r\n",
            b"1;a\rb\r\nx\r\n0\r\n\r\n",
            b"1;\0\r\nx\r\n0\r\n\r\n",
        )
    },
    **{
        f"line {line!r}": line + b"\r\n"
        for line in (
            b"GET /health http/1.1\r\nHost: {host}\r\n",
            b"GET  " + GET,
            b"GET\t" + GET,
            b"GET\x0b" + GET,
            b"get " + GET,
            b"GET /hea lth HTTP/1.1\r\nHost: {host}\r\n",
            b"GET /hea\rlth HTTP/1.1\r\nHost: {host}\r\n",
            b"GET " + GET + b"X Y: z\r\n",
            b"GET " + GET + b": z\r\n",
            b"GET " + GET + b"nothing\r\n",
            b"GET " + GET + b"X\x01: z\r\n",
            b"GET " + GET + b"X: \x01\r\n",
            b"GET " + GET + b"X: " + b"y" * 20_000 + b"\r\n",
            b"GET /health HTTP/1.1\r\n X: y\r\nHost: {host}\r\n",
        )
    },
}
# Whole requests, which the portal answers; the one after it is another request.
ANSWERED = {
    "fits": (POST + b"Content-Length: 5\r\n\r\n" + BODY, 401),
    "chunked": (POST + CHUNKED + b"\r\n5\r\nabcde\r\n0\r\n\r\n", 401),
    "trailer": (POST + CHUNKED + b"\r\n0\r\nContent-Length: 5\r\n\r\n", 401),
    "body with GET": (b"GET " + GET + b"Content-Length: 5\r\n\r\n" + BODY, 200),
    "no host": (b"GET /health HTTP/1.1\r\n\r\n", 400),
    "two hosts": (b"GET " + GET + b"Host: evil.example\r\n\r\n", 400),
    "hosts in one": (b"GET /health HTTP/1.1\r\nHost: {host}, evil.example\r\n\r\n", 400),
    "another host": (b"GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n", 400),
    "a proxy's words": (b"GET / HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: evil.example\r\n\r\n", 303),
    "TRACE": (b"TRACE " + GET + b"\r\n", 405),
    "CONNECT": (b"CONNECT evil.example:80 HTTP/1.1\r\nHost: {host}\r\n\r\n", 405),
    "NUL": (b"GET /\0 HTTP/1.1\r\nHost: {host}\r\n\r\n", 400),
}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    with running(tmp_path_factory.mktemp("server")) as portal:
        yield portal


def ask(portal: LivePortal, request: bytes) -> bytes:
    """What comes back until the server closes; a server that answers nobody fails by the time limit."""
    address = urlsplit(portal.url)
    with socket.create_connection(("127.0.0.1", address.port or 0), timeout=60) as connection:
        connection.sendall(request.replace(b"{host}", address.netloc.encode()))
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except ConnectionResetError:  # it closed before it read what came after
            pass
    return answer


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_clear_end_is_refused_and_nothing_after_it_is_heard(portal: LivePortal, case: str) -> None:
    answer = ask(portal, REFUSED[case] + SMUGGLED)
    [status] = STATUS.findall(answer)
    assert status in {b"400", b"413", b"431", b"501"}
    for name, value in HEADERS.items():
        if status != b"413":  # the portal's own
            assert f"\r\n{name}: {value}\r\n".encode() in answer


@pytest.mark.parametrize("case", ANSWERED)
def test_a_whole_request_gets_its_answer_and_the_next_one_too(portal: LivePortal, case: str) -> None:
    request, expected = ANSWERED[case]
    answer = ask(portal, request + SMUGGLED)
    statuses = [int(status) for status in STATUS.findall(answer)]
    assert statuses[0] == expected
    assert len(statuses) == 2
    assert b"evil" not in answer


@pytest.mark.parametrize(
    "beginning",
    [b"GET /health HTTP/1.1\r\nHost: {host}\r\nX: ", POST + b"Content-Length: 60000\r\n\r\n"],
    ids=["header", "body"],
)
def test_a_thousand_that_send_slowly_keep_nobody_out(portal: LivePortal, beginning: bytes) -> None:
    address = urlsplit(portal.url)
    with ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", address.port or 0), timeout=60))
            for _ in range(1_000)
        ]
        for connection in slow:
            connection.sendall(beginning.replace(b"{host}", address.netloc.encode()))
        for _ in range(3):
            for connection in slow[::10]:
                connection.sendall(b"a")
            answer = ask(portal, b"GET " + GET + b"Connection: close\r\n\r\n")
            assert STATUS.findall(answer) == [b"200"]
