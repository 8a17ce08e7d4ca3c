"""The HTTP side: the web service that the portal asks, and the page on which people make it misbehave."""

from __future__ import annotations

import json
import logging
import socket
import ssl
from collections import deque
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from portaal import clock
from portaal.bsn import elfproef
from portaal.simulators.ciz import answers, page
from portaal.simulators.ciz.answers import Answer
from portaal.simulators.ciz.behaviour import Behaviour, Fault
from portaal.simulators.ciz.register import Register

log = logging.getLogger(__name__)

LARGEST_QUESTION = 50_000
LARGEST_FORM = 1_000
QUESTIONS = {"/v1/raadplegingen": answers.raadpleging, "/v1/vergelijkingen": answers.vergelijking}


class Server(ThreadingHTTPServer):
    """Listens on this machine only. ``port`` 0 takes a free one.

    :param tls: with certificate, and what is required of the client's; without it, plain http.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, register: Register, behaviour: Behaviour, port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.register = register
        self.behaviour = behaviour
        self.asked: deque[tuple[datetime, str, Fault]] = deque(maxlen=200)  # when, what and how it was answered
        self.count = 0
        self._scheme = "https" if tls else "http"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"{self._scheme}://localhost:{self.port}"

    def note(self, what: str, how: Fault) -> None:
        self.count += 1
        self.asked.appendleft((clock.now(), what, how))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, or whose certificate is refused, is nothing special here."""
        log.debug("connection failed")


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "CIZ-simulatie"
    sys_version = ""

    def do_GET(self) -> None:
        if self.path == "/v1/status":
            fault = self.server.behaviour.for_all
            self.server.note("status", fault)
            self._answer(answers.status(self.server.register, fault, self.headers.get("X-Oin", "")), fault)
        elif self.path == "/":
            self._send(Answer(HTTPStatus.OK, "text/html; charset=utf-8", page.render(self.server).encode()))
        elif self.path == "/stijl.css":
            self._send(Answer(HTTPStatus.OK, "text/css; charset=utf-8", page.stylesheet()))
        elif self.path == "/icon.svg":
            self._send(Answer(HTTPStatus.OK, "image/svg+xml", page.icon()))
        else:
            self._send(answers.problem(404, "Dit adres bestaat niet"))

    def do_POST(self) -> None:
        if self.path in QUESTIONS:
            self._question()
        elif self.path in {"/gedrag", "/register"}:
            self._steer()
        else:
            self.close_connection = True
            self._send(answers.problem(404, "Dit adres bestaat niet"))

    def _question(self) -> None:
        try:
            asked = json.loads(self._body(LARGEST_QUESTION))
            fault = self.server.behaviour.of(str(asked.get("bsn", "")))
        except (ValueError, AttributeError):
            self._send(answers.problem(400, "De vraag is geen JSON"))
            return
        self.server.note(self.path.rpartition("/")[2], fault)
        self._answer(QUESTIONS[self.path](self.server.register, fault, asked), fault)

    def _answer(self, answer: Answer, fault: Fault) -> None:
        """Send it, as slowly or as little of it as the fault says."""
        if fault is Fault.WEG:
            self._hang_up()
        elif fault is Fault.DRUPPELEN:
            self._head(answer, len(answer.body))
            for place in range(len(answer.body)):
                self.wfile.write(answer.body[place : place + 1])
                self.wfile.flush()
                self.server.behaviour.linger(most=1.0)
        elif fault is Fault.AFGEKAPT:
            self._head(answer, len(answer.body))
            self.wfile.write(answer.body[: len(answer.body) // 2])
            self._hang_up()
        else:
            if fault is Fault.TRAAG:
                self.server.behaviour.linger()
            self._send(answer)

    def _steer(self) -> None:
        try:
            fields = {name: values[0] for name, values in parse_qs(self._body(LARGEST_FORM).decode()).items()}
            bsn = fields.get("bsn", "").strip()
            changes_register = self.path == "/register"
            if (bsn or changes_register) and not elfproef(bsn):
                raise ValueError
            if not changes_register:
                self.server.behaviour.choose(Fault(fields["storing"]), bsn)
            elif fields["indicatie"] == "ja":
                self.server.register.give(bsn, clock.today())
            else:
                self.server.register.take_away(bsn)
        except (KeyError, ValueError):
            self._send(answers.problem(400, "Dit formulier is niet juist ingevuld"))
            return
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _body(self, most: int) -> bytes:
        length = int(self.headers.get("Content-Length") or 0)
        self.close_connection = self.close_connection or length > most  # what is left is no request
        return self.rfile.read(min(length, most))

    def _send(self, answer: Answer) -> None:
        self._head(answer, len(answer.body))
        self.wfile.write(answer.body)

    def _head(self, answer: Answer, length: int) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(length))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'",
        )
        if answer.status == HTTPStatus.FOUND:
            self.send_header("Location", "/v1/elders")
        self.end_headers()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)
