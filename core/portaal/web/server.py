"""The web server, waitress, as the portal needs it: bodies stay in memory, too large a one gets an answer, and many
that send slowly keep nobody out.

waitress refuses a body by itself as soon as its length is announced, in words of its own, and closes: a browser that
is still sending then shows a broken connection. Here the rest is read past instead, so that the portal itself
answers: a page in the person's language, with what they typed before the file.
"""

from __future__ import annotations

import resource
import sys
from typing import Any

import waitress
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import FixedStreamReceiver
from waitress.task import ErrorTask

LARGEST_BODY = 40_000_000  # held in memory
# Seconds. A page asks the database often, and each time waits until a thread that checks a large file lets go of the
# interpreter: Python's own 0.005 makes such pages up to twice as slow (benchmarks/uploads.py).
LONGEST_HOLD = 0.001
LARGEST_READ_PAST = 1_000_000_000  # beyond this waitress may refuse it and close
BEGINNING = 64 * 1024  # of a body that is too large: the fields before the file
LARGEST_HEADER = 16 * 1024
# waitress's own 100 are soon taken by browsers that send slowly, and then nobody gets in.
MOST_CONNECTIONS = 2_000
# Of the few answers that are waitress's own: to what is no request.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def make_server(app: Any, **options: Any) -> Any:
    """A waitress server for ``app``, still to be run.

    :param options: the one address or socket where it listens, how many threads it has: as waitress has them.
    """
    sys.setswitchinterval(LONGEST_HOLD)
    _allow_files(2 * MOST_CONNECTIONS)
    server = waitress.create_server(
        app,
        max_request_body_size=LARGEST_BODY,
        # Above this waitress would spool a body to disk in plain text: larger than any body, so never.
        inbuf_overflow=LARGEST_BODY + 1,
        max_request_header_size=LARGEST_HEADER,
        connection_limit=MOST_CONNECTIONS,
        asyncore_use_poll=True,  # select() ends at 1,024
        ident=None,
        **options,
    )
    server.channel_class = _Channel
    return server


def _allow_files(number: int) -> None:
    """Raise how many files and connections this process may have open, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class _Beginning(FixedStreamReceiver):
    """Takes in a whole body and keeps only how it begins."""

    def received(self, data: bytes) -> int:
        taken = data[: self.remain]
        self.buf.append(taken[: max(0, BEGINNING - len(self.buf))])
        self.remain -= len(taken)
        self.completed = not self.remain
        return len(taken)


class _Parser(HTTPRequestParser):
    """The application still sees the announced length, and must refuse by it."""

    content_length: int
    chunked: bool
    headers: dict[str, str]
    body_rcv: Any

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:  # RFC 9112, 6.3: two lengths, a request in a request
            raise ParsingError("A request has one length")
        if LARGEST_BODY <= self.content_length <= LARGEST_READ_PAST:
            self.body_rcv = _Beginning(self.content_length, self.body_rcv.getbuf())
            self.content_length = 0  # by which waitress would refuse it

    def received(self, data: bytes) -> int:
        if isinstance(self.body_rcv, _Beginning):
            self.body_bytes_received = 0  # likewise
        return super().received(data)


class _ErrorTask(ErrorTask):
    def execute(self) -> None:
        self.response_headers.extend(HEADERS.items())
        super().execute()


class _Channel(HTTPChannel):
    parser_class = _Parser
    error_task_class = _ErrorTask
