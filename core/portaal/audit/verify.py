"""Checking the chain from its first line to its last, and against the head that is kept elsewhere (BIO2 8.15.06)."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from portaal.audit import content
from portaal.audit.chain import GENESIS
from portaal.audit.content import digest_of
from portaal.audit.head import Head, HeadFile, Known
from portaal.audit.models import AuditEvent, AuditLink, AuditSubject
from portaal.db.session import reading_engine

MOST_FINDINGS = 100
BATCH = 10_000
PATIENCE = 2.0  # seconds in which a portal that runs finishes a commit that it announced


@dataclass
class Verdict:
    """What the check found.

    :param head: the last link of the database.
    :param findings: what is wrong, one sentence each, at most :data:`MOST_FINDINGS`; none when all is as it was.
    :param remarks: what is worth knowing and no proof of tampering.
    """

    checked: int = 0
    head: Head = GENESIS
    findings: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        return not self.findings

    def report(self, finding: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)


class Link(NamedTuple):
    """A link of the chain with its line (None where that is gone) and its subjects, key and hash."""

    seq: int
    previous: str
    hash: str
    content: list[Any] | None
    subjects: list[tuple[str, str]]


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
    known = file.read() if file else None  # before the connection's moment, so the database is never behind it
    expected = known.head if known else None
    found = None
    for link in _links(connection):
        _check_link(verdict, link)
        verdict.head = Head(link.seq, link.hash)
        verdict.checked += 1
        if expected is not None and link.seq == expected.seq:
            found = link.hash
    _check_unlinked(verdict, connection)
    if expected is not None:
        _check_head(verdict, expected, found)
    if file is not None:
        _check_known(verdict, file)
    return verdict


def _check_link(verdict: Verdict, link: Link) -> None:
    place = verdict.head.seq + 1
    if link.seq != place:
        verdict.report(f"lines {place} to {link.seq - 1} are missing")
    elif link.previous != verdict.head.hash:
        verdict.report(f"line {link.seq} does not follow from the line before it")
    if link.content is None:
        verdict.report(f"line {link.seq} is missing; only its link is there")
    elif not _is_as_written(link.seq, link.previous, link.hash, link.content, link.subjects):
        verdict.report(f"line {link.seq} was changed")


def _is_as_written(seq: int, previous: str, written: str, line: list[Any], subjects: list[tuple[str, str]]) -> bool:
    try:
        return digest_of(seq, previous, line, subjects) == written
    except (TypeError, ValueError, RecursionError):  # a value of a kind that the portal never writes
        return False


def _links(connection: Connection) -> Iterator[Link]:
    """Every link in order."""
    columns = [AuditLink.seq, AuditLink.previous, AuditLink.hash, *content.columns(connection.dialect.name)]
    links = connection.execution_options(yield_per=BATCH).execute(
        sa.select(*columns).outerjoin(AuditEvent, AuditEvent.id == AuditLink.event_id).order_by(AuditLink.seq)
    )
    about = connection.execution_options(yield_per=BATCH).execute(
        sa.select(AuditLink.seq, AuditSubject.key_id, AuditSubject.digest)
        .join(AuditSubject, AuditSubject.event_id == AuditLink.event_id)
        .order_by(AuditLink.seq)
    )
    by_seq = itertools.groupby(about, lambda row: row.seq)
    following = next(by_seq, None)
    for seq, previous, found, *line in links:
        subjects: list[tuple[str, str]] = []
        if following is not None and following[0] == seq:
            subjects = [(part.key_id, part.digest) for part in following[1]]
            following = next(by_seq, None)
        is_there = line[0] is not None
        yield Link(seq, previous, found, content.read(line) if is_there else None, subjects)


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
    """Lines that nobody announced were not added by the portal."""
    deadline = time.monotonic() + PATIENCE
    while True:
        known = file.read()
        if known is None and verdict.head != GENESIS and time.monotonic() > deadline:
            verdict.report(f"the head file {file.path} is not there, so lines cut off the end are not missed")
            return
        known = known or Known(GENESIS)
        if known.coming == verdict.head or (known.head.seq >= verdict.head.seq and known.coming is None):
            return
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    if known.head.seq < verdict.head.seq:
        verdict.report(
            f"lines {known.head.seq + 1} to {verdict.head.seq} were added by something else: the portal never wrote "
            "down that they were coming"
        )
    elif known.coming and known.head == verdict.head:
        verdict.remarks.append(
            f"lines {known.head.seq + 1} to {known.coming.seq} were coming and are not there: their commit failed, or "
            "the portal was killed before it"
        )
