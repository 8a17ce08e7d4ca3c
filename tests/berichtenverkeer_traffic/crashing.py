"""Delivering while the web server and the worker are killed over and over, and what must hold afterwards."""

from __future__ import annotations

import hashlib
import itertools
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from tests.berichtenverkeer_traffic.uploading import Jar, Uploader
from tests.e2e.messages import wmo301

from portaal.audit import AuditEvent
from portaal.audit.head import HeadFile
from portaal.audit.verify import one_moment, verify
from portaal.berichtenverkeer.delivery.models import OutboxEntry, OutboxState
from portaal.berichtenverkeer.storage import FilePayloadStore
from portaal.berichtenverkeer.tracking.models import Message
from portaal.berichtenverkeer.tracking.states import State
from portaal.db.session import make_engine
from portaal.simulators.ketenpartners.behaviour import Behaviour, Reply
from portaal.simulators.ketenpartners.chain import Chain
from portaal.simulators.ketenpartners.portal import Portal
from portaal.simulators.ketenpartners.server import Server
from portaal.testing.application import KEYRING
from portaal.testing.databases import create_tables
from portaal.testing.live import LivePortal
from portaal.testing.people import People
from portaal.testing.seed import seed

SUBMISSION = re.compile(r"(?im)^location: \S+/aanleveringen/(\S+)")
FEWEST = 5
PATIENCE = 120.0  # seconds for what is left at the end


@dataclass
class Mortal:
    """A process of mortal.py."""

    process: subprocess.Popen[str]
    port: int

    def begin(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def wait_until_safe(self) -> None:
        """Until it kills no more."""
        assert self.process.stdout
        assert self.process.stdout.readline() == "safe\n"


@contextmanager
def mortal(folder: Path, what: str, partner: str, times: int) -> Iterator[Mortal]:
    """The web server or the worker, killed so many times."""
    command = [sys.executable, str(Path(__file__).with_name("mortal.py")), str(folder), what, partner, str(times)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield Mortal(process, int(process.stdout.readline()))
        finally:
            process.stdin.close()
            process.wait()


class Unmoved(Server):
    """A partner that does not tell of callers who are killed while it answers."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@contextmanager
def counting_partner() -> Iterator[Server]:
    """A partner that takes everything and answers nothing."""
    server = Unmoved(Chain(Portal("http://127.0.0.1:9/", "t"), Behaviour(reply=Reply.NIETS)), "between-us")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Sender:
    """Somebody who delivers one message after another, each again until it was taken."""

    uploader: Uploader
    name: str
    accepted: dict[str, str] = field(default_factory=dict)
    repeated: int = 0

    def deliver_until(self, done: threading.Event) -> None:
        """Some at least: on a busy machine none may be taken before."""
        while not done.is_set() or len(self.accepted) < FEWEST:
            self._deliver(f"{self.name}{len(self.accepted)}")

    def _deliver(self, identificatie: str) -> None:
        content = wmo301(identificatie=identificatie)
        while identificatie not in self.accepted:
            try:
                answer = self.uploader.post(*self.uploader.form((f"{identificatie}.xml", content)))
            except (OSError, HTTPException):  # it was killed meanwhile: whether it was taken nobody knows
                self.repeated += 1
                continue
            found = SUBMISSION.search(answer.headers)
            assert answer.status == 303, answer.text
            assert found
            self.accepted[identificatie] = found[1].strip()


@dataclass(frozen=True)
class Result:
    """How many uploads were accepted, and how many were sent again because nobody knew."""

    accepted: int
    repeated: int


def crash(folder: Path, times: int, people: int = 2) -> Result:
    """Deliver while the web server and the worker are each killed so many times, and check what is left."""
    engine = make_engine(f"sqlite:///{folder / 'live.sqlite'}")
    create_tables(engine)
    jar = Jar()
    with Session(engine, expire_on_commit=False) as dbsession:
        seed(dbsession)
        dbsession.commit()
        somebody = LivePortal("", engine, None, People(dbsession, itertools.count(1)))
        somebody.log_in(jar, ("gebruiker", "iwmo"), gemeente="0384")
    done = threading.Event()
    with (
        counting_partner() as partner,
        mortal(folder, "web", partner.soap_url, times) as web,
        mortal(folder, "worker", partner.soap_url, times) as worker,
        ThreadPoolExecutor(people) as pool,
    ):
        web.begin()
        worker.begin()
        senders = [Sender(Uploader(web.port, jar.token), f"K{number}-") for number in range(people)]
        delivering = [pool.submit(sender.deliver_until, done) for sender in senders]
        try:
            web.wait_until_safe()
            worker.wait_until_safe()
        finally:
            done.set()
        for future in delivering:
            future.result()
        settle(engine)
    accepted = {name: submission for sender in senders for name, submission in sender.accepted.items()}
    check(engine, folder, partner, accepted)
    engine.dispose()
    return Result(len(accepted), sum(sender.repeated for sender in senders))


def settle(engine: Engine) -> None:
    """Wait until nothing is on its way any more."""
    deadline = time.monotonic() + PATIENCE
    waiting = sa.select(sa.func.count()).where(OutboxEntry.state == OutboxState.WACHT)
    with engine.connect() as connection:
        while connection.scalar(waiting):
            connection.rollback()
            assert time.monotonic() < deadline, "something stays in the outbox"
            time.sleep(0.1)


def check(engine: Engine, folder: Path, partner: Server, accepted: dict[str, str]) -> None:
    """Nothing lost, nothing doubled, every delivery in the audit trail, every payload as it was sent."""
    store = FilePayloadStore(folder / "payloads", KEYRING)
    with Session(engine) as dbsession:
        messages = list(dbsession.scalars(sa.select(Message)))
        identified = [message.identificatie for message in messages]
        assert set(identified) >= set(accepted), "an upload that was accepted is lost"
        assert len(identified) == len(set(identified)), "an upload was taken twice"
        assert {message.state for message in messages} <= {State.WACHT_OP_RETOUR}
        assert set(partner.chain._known) == {message.reference_id for message in messages}, "an effect too much or few"
        for message in messages:
            content = b"".join(store.open(message.payload_id))
            assert hashlib.sha256(content).hexdigest() == message.sha256
            assert content == wmo301(identificatie=message.identificatie)
        noted = set(dbsession.scalars(sa.select(AuditEvent.object_id).where(AuditEvent.action == "message.submit")))
        assert noted >= {str(uuid.UUID(submission)) for submission in accepted.values()}, "no line in the audit trail"
    with one_moment(engine) as connection:
        verdict = verify(connection, HeadFile(folder / "head.json"))
    assert verdict.intact, verdict.findings
