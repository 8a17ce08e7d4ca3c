"""A database with real commits, a payload store, and a gemeente that sends messages."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account
from portaal.berichtenverkeer.gate import Expectation
from portaal.berichtenverkeer.storage import FilePayloadStore
from portaal.berichtenverkeer.submission.intake import IncomingFile
from portaal.berichtenverkeer.submission.submit import Submitter, submit
from portaal.berichtenverkeer.tracking.models import Message, Submission
from portaal.organisations.models import Organisation
from portaal.testing.application import KEYRING
from portaal.testing.live import live_portal
from portaal.testing.seed import seed

__all__ = ["live_portal"]  # a fixture of the test kit


@dataclass
class Chain:
    """A seeded database, a store and the means to send and look."""

    engine: Engine
    store: FilePayloadStore
    account_id: uuid.UUID

    def open_session(self) -> Session:
        return Session(self.engine, expire_on_commit=False)

    def submit(self, *contents: bytes, gemeentecode: str = "0363", own_reference: str = "") -> Submission:
        """Deliver files of one gemeente for iWmo, as an upload does."""
        expectation = Expectation(
            frozenset({"WMO301", "WMO319", "WMO325", "WMO306", "WMO308", "WMO316", "WMO318"}), gemeentecode
        )
        submitter = Submitter(gemeentecode, "iwmo", "vecozo", self.account_id, own_reference)
        with ExitStack() as stack:
            files = []
            for number, content in enumerate(contents):
                file = stack.enter_context(IncomingFile(f"bestand{number}.xml", self.store, expectation))
                file.write(content)
                file.close()
                files.append(file)
            with self.open_session() as dbsession, dbsession.begin():
                return submit(dbsession, submitter, files)

    def message(self, message_id: uuid.UUID) -> Message:
        """A message as it stands, with its events."""
        with self.open_session() as dbsession:
            message = dbsession.get_one(Message, message_id)
            _ = message.events
            return message

    def events(self, message_id: uuid.UUID) -> list[str]:
        return [event.kind.value for event in self.message(message_id).events]

    def count(self, what: type) -> int:
        with self.open_session() as dbsession:
            return dbsession.scalar(sa.select(sa.func.count()).select_from(what)) or 0


@pytest.fixture
def chain(fresh_database: Engine, tmp_path: Path) -> Chain:
    with Session(fresh_database) as dbsession:
        seed(dbsession)
        organisation = dbsession.scalars(sa.select(Organisation).where(Organisation.kvk_nummer == "99000363")).one()
        account = Account(issuer="urn:test", organisation_id=organisation.id, pseudonym="p", created_at=clock.now())
        dbsession.add(account)
        dbsession.commit()
        return Chain(fresh_database, FilePayloadStore(tmp_path / "payloads", KEYRING), account.id)


@pytest.fixture(scope="session")
def samples(shared: Path) -> Callable[..., bytes]:
    """``samples("WMO301", afzender="0363", identificatie="A1")``: an official sample message, made ours."""

    def sample(
        name: str, *, afzender: str | None = None, ontvanger: str | None = None, identificatie: str | None = None
    ) -> bytes:
        text = (shared / f"istandaarden/voorbeeldberichten/{name}.xml").read_text(encoding="utf-8")
        for element, value in (("Afzender", afzender), ("Ontvanger", ontvanger), ("Identificatie", identificatie)):
            if value is not None:
                start = text.index(f":{element}>") + len(element) + 2
                text = text[:start] + value + text[text.index("<", start) :]
        return text.encode()

    return sample


@pytest.fixture
def wmo301(samples: Callable[..., bytes]) -> Callable[[str], bytes]:
    """A WMO301 of Amsterdam with this identification."""
    return lambda identificatie="301-1": samples("WMO301", afzender="0363", identificatie=identificatie)


@pytest.fixture
def gebruiker(log_in: Any) -> Any:
    """The browser of a Gebruiker of Amsterdam's iWmo."""
    return log_in(("gebruiker", "iwmo"))


@pytest.fixture
def store(app: Any) -> Any:
    """Where the portal keeps payloads."""
    return app.registry["portaal.payloads"]
