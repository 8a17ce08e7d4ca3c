"""The HTTP side: the SOAP endpoint that the portal calls, and the page on which people steer the partners."""

from __future__ import annotations

import hmac
import logging
import socket
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from portaal.berichtenverkeer.envelope import MAX_SOAP, EnvelopeError, EnvelopeReader, SoapMessage
from portaal.simulators.ketenpartners import page
from portaal.simulators.ketenpartners.behaviour import Fault, Reply
from portaal.simulators.ketenpartners.chain import AANBIEDERS, Chain

log = logging.getLogger(__name__)

SOAP_PATH = "/stuf/ggk0210"
_PIECE = 1 << 16
_FORM = 10_000


class Server(ThreadingHTTPServer):
    """Listens on this machine only. ``port`` 0 takes a free one."""

    daemon_threads = True

    def __init__(self, chain: Chain, token: str, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.chain = chain
        self.token = token

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def soap_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{SOAP_PATH}"


class Handler(BaseHTTPRequestHandler):
    """One connection, for one request: nothing stays open behind us."""

    server: Server
    server_version = "Ketenpartners"
    sys_version = ""

    def do_GET(self) -> None:
        if self.path == "/":
            self._send(HTTPStatus.OK, "text/html; charset=utf-8", page.render(self.server.chain).encode())
        elif self.path == "/stijl.css":
            self._send(HTTPStatus.OK, "text/css; charset=utf-8", page.stylesheet())
        elif self.path == "/icon.svg":
            self._send(HTTPStatus.OK, "image/svg+xml", page.icon())
        else:
            self._send(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"Deze pagina bestaat niet.")

    def do_POST(self) -> None:
        if self.path == SOAP_PATH:
            self._soap()
        elif self.path in {"/gedrag", "/startbericht"}:
            self._steer()
        else:
            self.close_connection = True
            self._send(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"Deze pagina bestaat niet.")

    def _soap(self) -> None:
        chain, how = self.server.chain, self.server.chain.behaviour
        if how.fault is Fault.WEG:
            self._hang_up()
            return
        payload = bytearray()
        reader = EnvelopeReader(payload.extend)
        try:
            for piece in self._body(MAX_SOAP):
                reader.feed(piece)
            if not self._is_the_portal():
                self._send(HTTPStatus.FORBIDDEN, "text/plain; charset=utf-8", b"")
                return
            message = reader.close()
        except EnvelopeError as error:
            self.close_connection = True
            self._send(HTTPStatus.BAD_REQUEST, "text/plain; charset=utf-8", str(error).encode())
            return
        if how.fault is Fault.FOUT_500:
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", b"storing (simulatie)")
        elif how.fault is Fault.FO03:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, chain.refuse(message))
        else:
            if how.fault is Fault.TRAAG:
                time.sleep(how.slowness)
            answer = chain.take(message, bytes(payload))
            if how.fault is Fault.ANTWOORD_KWIJT:
                self._hang_up()
            else:
                self._answer(HTTPStatus.OK, answer)

    def _is_the_portal(self) -> bool:
        expected = f"Bearer {self.server.token}"
        return hmac.compare_digest(self.headers.get("Authorization", "").encode(), expected.encode())

    def _body(self, most: int) -> Any:
        left = int(self.headers.get("Content-Length") or 0)
        if left > most:
            return
        while left and (piece := self.rfile.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece

    def _steer(self) -> None:
        chain = self.server.chain
        try:
            fields = {name: values[0] for name, values in parse_qs(b"".join(self._body(_FORM)).decode()).items()}
            if self.path == "/gedrag":
                chain.behaviour.fault = Fault(fields["storing"])
                chain.behaviour.reply = Reply(fields["antwoord"])
                chain.behaviour.twice = "dubbel" in fields
            elif fields["aanbieder"] not in AANBIEDERS or fields["standaard"] not in {"iwmo", "ijw"}:
                raise ValueError
            else:
                chain.start(fields["standaard"], fields["aanbieder"], fields["gemeente"][:4])
        except (KeyError, ValueError):
            self._send(HTTPStatus.BAD_REQUEST, "text/plain; charset=utf-8", b"Dit formulier is niet volledig.")
            return
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, status: HTTPStatus, message: SoapMessage) -> None:
        self._send(status, "text/xml; charset=utf-8", bytes(message))

    def _send(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'",
        )
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)
