"""Delivering over a socket, as a browser does, and a portal in a process of its own to deliver to."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from urllib3.filepost import encode_multipart_formdata

File = tuple[str, bytes]


@dataclass
class Jar:
    """Takes the cookie of somebody who logs in (``LivePortal.log_in``)."""

    token: str = ""

    def add_cookies(self, cookies: list[dict[str, Any]]) -> None:
        self.token = cookies[0]["value"]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: str
    text: str


@dataclass
class Uploader:
    """Somebody who is logged in and delivers iWmo messages of a gemeente."""

    port: int
    token: str
    gemeentecode: str = "0384"
    language: str = "nl"
    answers: list[Answer] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/g/{self.gemeentecode}/iwmo/aanleveren"

    @property
    def cookies(self) -> str:
        return f"portaal={self.token}; taal={self.language}"

    @cached_property
    def csrf_token(self) -> str:
        match = re.search(r'name="csrf_token" value="(\w+)"', self.ask("GET", self.path).text)
        assert match
        return match[1]

    def form(self, *files: File, own_reference: str = "") -> tuple[bytes, str]:
        """A body with these files, and its content type."""
        fields: list[Any] = [("csrf_token", self.csrf_token), ("eigen_kenmerk", own_reference)]
        fields += [("bestanden", (name, content, "text/xml")) for name, content in files]
        return encode_multipart_formdata(fields)

    def deliver(self, *files: File) -> Answer:
        """Deliver, and give the page with what became of each file."""
        sent = self.post(*self.form(*files))
        assert sent.status == 303, sent.text
        location = re.search(r"(?im)^location: (\S+)", sent.headers)
        assert location
        return self.ask("GET", location[1].removeprefix(f"http://localhost:{self.port}"))

    def post(self, body: bytes, content_type: str) -> Answer:
        return self.ask("POST", self.path, body, {"Content-Type": content_type})

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = HTTPConnection("localhost", self.port, timeout=60)
        try:
            connection.request(method, path, body, {"Cookie": self.cookies} | (headers or {}))
            response = connection.getresponse()
            answer = Answer(response.status, str(response.headers), response.read().decode())
        finally:
            connection.close()
        self.answers.append(answer)
        return answer

    def raw(self, *lines: str, body: bytes = b"") -> bytes:
        """What the server says to a POST with these header lines and this body; then the connection is closed."""
        head = [f"POST {self.path} HTTP/1.1", f"Host: localhost:{self.port}", f"Cookie: {self.cookies}", *lines, "", ""]
        with socket.create_connection(("localhost", self.port), timeout=60) as connection:
            connection.sendall("\r\n".join(head).encode() + body)
            connection.shutdown(socket.SHUT_WR)
            said = b""
            while piece := connection.recv(65_536):
                said += piece
        return said


def batches(files: Sequence[File], most_files: int, most_bytes: int) -> Iterator[list[File]]:
    """The files in their order, as many at a time as may go together."""
    batch: list[File] = []
    for file in files:
        if len(batch) == most_files or sum(len(content) for _, content in [*batch, file]) > most_bytes:
            yield batch
            batch = []
        batch.append(file)
    yield batch


@contextmanager
def portal_process(folder: Path) -> Iterator[tuple[Uploader, int]]:
    """Somebody who delivers to a portal in a process of its own, and the number of that process."""
    command = [sys.executable, str(Path(__file__).with_name("own_portal.py")), str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        try:
            yield Uploader(**json.loads(process.stdout.readline())), process.pid
        finally:
            process.stdin.close()
            process.wait()


def start_counting(pid: int) -> int:
    """Forget the most memory that a process had so far; gives how much it has now, in bytes. Linux only."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return most_memory(pid)


def most_memory(pid: int) -> int:
    """The most memory that a process had since then, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024
