"""Checking the chain from its first line to its last, and against the head that is kept elsewhere (BIO2 8.15.06)."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from portaal.audit.chain import CONTENT, GENESIS, digest
from portaal.audit.head import Head, HeadFile
from portaal.audit.models import AuditEvent, AuditLink, AuditSubject
from portaal.db.session import reading_engine

MOST_FINDINGS = 100
BATCH = 10_000
PATIENCE = 2.0  # seconds in which a portal that runs writes down the head of what it just committed


@dataclass
class Verdict:
    """What the check found.

    :param head: the last link of the database.
    :param findings: what is wrong, one sentence each, at most :data:`MOST_FINDINGS`; none when all is as it was.
    """

    checked: int = 0
    head: Head = GENESIS
    findings: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        return not self.findings

    def report(self, finding: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)


@contextmanager
def one_moment(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database as it was when it first read, whatever is added meanwhile."""
    if engine.dialect.name == "sqlite":
        with reading_engine(engine).connect() as connection:
            yield connection
    else:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            yield connection


def verify(connection: Connection, file: HeadFile | None) -> Verdict:
    """Check the whole trail.

    :param connection: of :func:`one_moment`, not used yet.
    :param file: the head that is kept elsewhere; without it, lines cut off the end are not missed.
    :raises HeadFileError: the file holds something else.
    """
    verdict = Verdict()
    expected = file.read() if file else None  # before the connection's moment, so the database is never behind it
    found = None
    for row, subjects in _rows(connection):
        _check_link(verdict, row, subjects)
        verdict.head = Head(row.seq, row.hash)
        verdict.checked += 1
        if expected is not None and row.seq == expected.seq:
            found = row.hash
    _check_unlinked(verdict, connection)
    if expected is not None:
        _check_head(verdict, expected, found)
    if file is not None:
        _check_known(verdict, file)
    return verdict


def _check_link(verdict: Verdict, row: Any, subjects: list[str]) -> None:
    place = verdict.head.seq + 1
    if row.seq != place:
        verdict.report(f"lines {place} to {row.seq - 1} are missing")
    elif row.previous != verdict.head.hash:
        verdict.report(f"line {row.seq} does not follow from the line before it")
    if row.id is None:
        verdict.report(f"line {row.seq} is missing; only its link is there")
    elif digest(row.seq, row.previous, row, subjects) != row.hash:
        verdict.report(f"line {row.seq} was changed")


def _rows(connection: Connection) -> Iterator[tuple[Any, list[str]]]:
    """Every link in order, with its line and the keyed hashes of its subjects."""
    columns = [AuditLink.seq, AuditLink.previous, AuditLink.hash, *(getattr(AuditEvent, name) for name in CONTENT)]
    links = connection.execution_options(yield_per=BATCH).execute(
        sa.select(*columns).outerjoin(AuditEvent, AuditEvent.id == AuditLink.event_id).order_by(AuditLink.seq)
    )
    about = connection.execution_options(yield_per=BATCH).execute(
        sa.select(AuditLink.seq, AuditSubject.digest)
        .join(AuditSubject, AuditSubject.event_id == AuditLink.event_id)
        .order_by(AuditLink.seq)
    )
    by_seq = itertools.groupby(about, lambda row: row.seq)
    following = next(by_seq, None)
    for row in links:
        subjects: list[str] = []
        if following is not None and following[0] == row.seq:
            subjects = [part.digest for part in following[1]]
            following = next(by_seq, None)
        yield row, subjects


def _check_unlinked(verdict: Verdict, connection: Connection) -> None:
    unlinked = connection.scalar(
        sa.select(sa.func.count())
        .select_from(AuditEvent)
        .outerjoin(AuditLink, AuditLink.event_id == AuditEvent.id)
        .where(AuditLink.seq.is_(None))
    )
    if unlinked:
        verdict.report(f"{unlinked} lines were slipped in: they have no link")


def _check_head(verdict: Verdict, expected: Head, found: str | None) -> None:
    if found is None:
        verdict.report(
            f"the trail was cut off: line {expected.seq} was written, the database ends at line {verdict.head.seq}"
        )
    elif found != expected.hash:
        verdict.report(f"the trail was rebuilt: line {expected.seq} is not the one that was written")


def _check_known(verdict: Verdict, file: HeadFile) -> None:
    """Lines that nobody wrote the head of were not added by the portal."""
    deadline = time.monotonic() + PATIENCE
    while (known := file.read() or GENESIS).seq < verdict.head.seq:
        if time.monotonic() > deadline:
            verdict.report(
                f"lines {known.seq + 1} to {verdict.head.seq} are newer than the head that was written down: they were "
                "added by something else, or the portal was killed at that moment"
            )
            return
        time.sleep(0.05)
