"""What the outbox costs: `python benchmarks/enqueue.py [postgresql://...]`.

A message that is made durable (its row, its events, the trail) is set against the same transaction with the message
put in the outbox too, as happens when somebody delivers. Wall time counts here, since the database works as well:
the median over rounds that alternate. Without an address of an empty database it is SQLite in a file.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import audit, clock
from portaal.access.models import Account
from portaal.berichtenverkeer.delivery.outbox import enqueue
from portaal.berichtenverkeer.tracking.models import Direction, EventKind, Message, MessageKind
from portaal.berichtenverkeer.tracking.states import State
from portaal.berichtenverkeer.tracking.timeline import record
from portaal.db.models import core_metadata
from portaal.db.session import make_engine
from portaal.organisations.models import Organisation
from portaal.testing.seed import seed

ROUNDS = 15
PER_ROUND = 40
TARGETS = {"postgresql": 0.65, "sqlite": 0.8}


def prepared(engine: Engine) -> uuid.UUID:
    """Make the tables, and somebody who delivers."""
    core_metadata().create_all(engine)
    with Session(engine) as dbsession:
        seed(dbsession)
        organisation = dbsession.scalars(sa.select(Organisation).where(Organisation.kvk_nummer == "99000363")).one()
        account = Account(issuer="urn:meting", organisation_id=organisation.id, pseudonym="p", created_at=clock.now())
        dbsession.add(account)
        dbsession.commit()
        return account.id


def deliver(engine: Engine, account_id: uuid.UUID, *, and_send: bool) -> None:
    """One transaction of somebody who delivers a message."""
    with Session(engine) as dbsession, dbsession.begin():
        message = new_message(account_id)
        dbsession.add(message)
        dbsession.flush()
        record(message, EventKind.AANGEBODEN, by=account_id)
        record(message, EventKind.GECONTROLEERD, code="goed")
        record(message, EventKind.INGEDIEND)
        if and_send:
            enqueue(dbsession, message.id, "vecozo")
        audit.record(
            dbsession,
            action="message.submit",
            outcome=audit.Outcome.DONE,
            actor=account_id,
            gemeentecode=message.gemeentecode,
            product=message.product,
            object_kind="submission",
            object_id=message.id,
            details={},
        )


def new_message(account_id: uuid.UUID) -> Message:
    reference = uuid.uuid4().hex
    return Message(
        id=uuid.uuid4(),
        gemeentecode="0363",
        product="iwmo",
        direction=Direction.UIT,
        kind=MessageKind.HEEN,
        berichttype="WMO301",
        functie_versie=3,
        functie_subversie=2,
        reference_id=reference,
        conversation_id=reference,
        counterparty="42420001",
        afzender="0363",
        ontvanger="42420001",
        identificatie=reference[:12],
        dagtekening=date(2026, 11, 1),
        payload_id=uuid.uuid4(),
        sha256="0" * 64,
        size=1,
        file_name="bericht.xml",
        own_reference="",
        administratie="",
        findings=[],
        state=State.INGEDIEND,
        created_at=clock.now(),
        created_by=account_id,
        duplicate_guard=reference,
    )


def seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    for _ in range(PER_ROUND):
        work()
    return time.perf_counter() - start


def measure(engine: Engine) -> str:
    account_id = prepared(engine)
    ratios, fastest = [], float("inf")
    for _ in range(ROUNDS):
        alone = seconds(lambda: deliver(engine, account_id, and_send=False))
        whole = seconds(lambda: deliver(engine, account_id, and_send=True))
        ratios.append(alone / whole)
        fastest = min(fastest, whole)
    name = engine.dialect.name
    return (
        f"{name}: {PER_ROUND / fastest:.0f} messages a second with the outbox; "
        f"to without it {statistics.median(ratios):.2f} (target: at least {TARGETS[name]})"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        address = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{Path(folder) / 'outbox.sqlite'}"
        engine = make_engine(address)
        sys.stdout.write(measure(engine) + "\n")
        engine.dispose()


if __name__ == "__main__":
    main()
