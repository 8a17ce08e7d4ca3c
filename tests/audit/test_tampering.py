"""Seven ways to tamper with the audit trail; the check finds every one.

PORTAAL_TAMPERINGS sets how often each kind is tried (goal 14 asks for 1,000; 50 in a normal run).
"""

from __future__ import annotations

import os
import random
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from portaal import audit
from portaal.audit.content import digest
from portaal.audit.head import HEAD_OPTION, HeadFile, Known
from portaal.audit.models import AuditEvent, AuditLink, AuditSubject
from portaal.audit.verify import one_moment, verify

LINES = 60
TIMES = int(os.environ.get("PORTAAL_TAMPERINGS", "50"))
Rows = list[sa.Row[tuple[int, uuid.UUID, str, str]]]
Tampering = Callable[[Connection, Rows, random.Random], None]

EVENT, LINK, SUBJECT = AuditEvent.__table__, AuditLink.__table__, AuditSubject.__table__


def write_lines(dbsession: Session, count: int) -> None:
    """Lines of different shapes, several to a commit."""
    for number in range(count):
        audit.record(
            dbsession,
            action="role.grant" if number % 3 else "wlz_registertoets.consult",
            outcome=audit.Outcome.DENIED if number % 7 == 0 else audit.Outcome.DONE,
            actor=uuid.uuid4() if number % 5 else None,
            gemeentecode="0363",
            object_id=number,
            details={"role": "gebruiker", "number": number},
            subjects=[] if number % 3 else [audit.Subject(f"{number:064x}", "test-1")],
        )
        if number % 4 == 0:
            dbsession.commit()
    dbsession.commit()


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """No portal is running beside these tests."""
    monkeypatch.setattr("portaal.audit.verify.PATIENCE", 0)


@pytest.fixture
def head_file(tmp_path: Path) -> HeadFile:
    return HeadFile(tmp_path / "audit-head.json")


@pytest.fixture
def trail(fresh_database: Engine, head_file: HeadFile) -> Engine:
    fresh_database.update_execution_options(**{HEAD_OPTION: head_file})
    with Session(fresh_database) as dbsession:
        write_lines(dbsession, LINES)
    return fresh_database


# ---- the tampering: each gets a connection, the links in order, and a source of chance ----


def rehash(connection: Connection, links: Rows, first: int) -> None:
    """What somebody does who knows how the chain is made: compute it anew from the link at ``first``."""
    previous = links[first - 1].hash if first else "0" * 64
    for seq, link in enumerate(links[first:], first + 1):
        line = connection.execute(sa.select(EVENT).where(EVENT.c.id == link.event_id)).one()
        about = connection.execute(
            sa.select(SUBJECT.c.key_id, SUBJECT.c.digest).where(SUBJECT.c.event_id == link.event_id)
        )
        new = digest(seq, previous, line, [(row.key_id, row.digest) for row in about])
        connection.execute(
            sa.update(LINK).where(LINK.c.event_id == link.event_id).values(seq=-seq, previous=previous, hash=new)
        )
        previous = new
    connection.execute(sa.update(LINK).where(LINK.c.seq < 0).values(seq=-LINK.c.seq))


def change_whom(connection: Connection, links: Rows, chance: random.Random) -> None:
    """Another citizen, one more, none, or a key that never was."""
    event_id = chance.choice(connection.scalars(sa.select(SUBJECT.c.event_id).order_by(SUBJECT.c.digest)).all())
    kind, this = chance.choice(["another", "one more", "none", "key"]), SUBJECT.c.event_id == event_id
    if kind == "one more":
        connection.execute(sa.insert(SUBJECT).values(event_id=event_id, digest="f" * 64, key_id="test-1"))
    elif kind == "none":
        connection.execute(sa.delete(SUBJECT).where(this))
    else:
        new = {"digest": "f" * 64} if kind == "another" else {"key_id": "test-2"}
        connection.execute(sa.update(SUBJECT).where(this).values(new))


def change(connection: Connection, links: Rows, chance: random.Random) -> None:
    if chance.random() < 0.3:
        change_whom(connection, links, chance)
        return
    column, value = chance.choice(
        [
            ("outcome", "done"), ("actor", uuid.uuid4()), ("object_id", "x"), ("details", {"role": "auditor"}),
            ("gemeentecode", "0384"), ("purpose", "?"), ("session", "?"), ("address", "10.0.0.1"),
        ]
    )  # fmt: skip
    condition = EVENT.c.id == chance.choice(links).event_id
    if column == "outcome":
        value = "denied" if connection.scalar(sa.select(EVENT.c.outcome).where(condition)) == "done" else "done"
    connection.execute(sa.update(EVENT).where(condition).values({column: value}))


def change_and_rehash(connection: Connection, links: Rows, chance: random.Random) -> None:
    place = chance.randrange(len(links))
    connection.execute(sa.update(EVENT).where(EVENT.c.id == links[place].event_id).values(object_id="changed"))
    rehash(connection, links[: place + 1], place)


def delete(connection: Connection, links: Rows, chance: random.Random) -> None:
    remove(connection, links[chance.randrange(len(links) - 1)])


def delete_last(connection: Connection, links: Rows, chance: random.Random) -> None:
    for link in links[-chance.randrange(1, 4) :]:
        remove(connection, link)


def insert(connection: Connection, links: Rows, chance: random.Random) -> None:
    """A line without a link, or with one in between or at the end, where the chain alone cannot tell."""
    like = connection.execute(sa.select(EVENT).where(EVENT.c.id == chance.choice(links).event_id)).one()
    new = uuid.uuid4()
    connection.execute(sa.insert(EVENT).values({**like._mapping, "id": new}))
    kind = chance.choice(["unlinked", "end", "between"])
    if kind == "unlinked":
        return
    seq, previous = len(links) + 1, links[-1].hash
    if kind == "between":
        seq = chance.randrange(2, len(links))
        for link in reversed(links[seq - 1 :]):
            connection.execute(sa.update(LINK).where(LINK.c.seq == link.seq).values(seq=link.seq + 1))
        previous = chance.choice([links[seq - 2].hash, "f" * 64])
    line = connection.execute(sa.select(EVENT).where(EVENT.c.id == new)).one()
    connection.execute(
        sa.insert(LINK).values(seq=seq, event_id=new, previous=previous, hash=digest(seq, previous, line, []))
    )


def swap(connection: Connection, links: Rows, chance: random.Random) -> None:
    one, other = chance.sample(links, 2)
    for link, event_id in ((one, uuid.UUID(int=0)), (other, one.event_id), (one, other.event_id)):
        if event_id.int == 0:  # free the first event for the unique key, out of the way of the second
            connection.execute(sa.delete(LINK).where(LINK.c.seq == link.seq))
        elif link is other:
            connection.execute(sa.update(LINK).where(LINK.c.seq == link.seq).values(event_id=event_id))
        else:
            values = {**link._mapping, "event_id": event_id}
            connection.execute(sa.insert(LINK).values(values))


def rebuild_tail(connection: Connection, links: Rows, chance: random.Random) -> None:
    """Change or remove a line and make the chain right again from there on."""
    place = chance.randrange(len(links) - 1)
    if chance.random() < 0.5:
        connection.execute(sa.update(EVENT).where(EVENT.c.id == links[place].event_id).values(object_id="changed"))
    else:
        remove(connection, links[place])
        links = links[:place] + links[place + 1 :]
        connection.execute(sa.update(LINK).where(LINK.c.seq > place + 1).values(seq=-LINK.c.seq))
    rehash(connection, links, place)


def remove(connection: Connection, link: sa.Row[tuple[int, uuid.UUID, str, str]]) -> None:
    connection.execute(sa.delete(LINK).where(LINK.c.seq == link.seq))
    connection.execute(sa.delete(SUBJECT).where(SUBJECT.c.event_id == link.event_id))
    connection.execute(sa.delete(EVENT).where(EVENT.c.id == link.event_id))


KINDS = (change, change_and_rehash, delete, delete_last, insert, swap, rebuild_tail)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("tamper", KINDS, ids=lambda kind: kind.__name__)
def test_tampering_is_found(trail: Engine, head_file: HeadFile, tamper: Tampering) -> None:
    missed = []
    for seed in range(TIMES):
        with trail.connect() as connection:
            links = list(connection.execute(sa.select(LINK).order_by(LINK.c.seq)))
            tamper(connection, links, random.Random(seed))  # noqa: S311 (repeatable)
            if verify(connection, head_file).intact:
                missed.append(seed)
            connection.rollback()
    assert missed == []
    with one_moment(trail) as connection:
        assert verify(connection, head_file).intact


@pytest.mark.parametrize("tamper", [delete_last, rebuild_tail], ids=lambda kind: kind.__name__)
def test_without_the_head_these_two_would_go_unseen(trail: Engine, tamper: Tampering) -> None:
    """Why the head is kept elsewhere: the chain alone cannot tell."""
    with trail.connect() as connection:
        links = list(connection.execute(sa.select(LINK).order_by(LINK.c.seq)))
        tamper(connection, links, random.Random(1))  # noqa: S311
        assert verify(connection, None).intact
        connection.rollback()


def test_an_untouched_trail_is_intact(trail: Engine, head_file: HeadFile) -> None:
    with one_moment(trail) as connection:
        verdict = verify(connection, head_file)
    assert (verdict.checked, verdict.findings) == (LINES, [])
    assert Known(verdict.head) == head_file.read()


def test_an_emptied_trail_is_found(trail: Engine, head_file: HeadFile) -> None:
    with trail.connect() as connection:
        for table in (LINK, SUBJECT, EVENT):
            connection.execute(sa.delete(table))
        assert verify(connection, head_file).findings == [
            f"the trail was cut off: line {LINES} was written, the database ends at line 0"
        ]
        connection.rollback()


def test_an_empty_trail_is_intact(fresh_database: Engine) -> None:
    with one_moment(fresh_database) as connection:
        assert verify(connection, None).intact
