"""The chain: at commit every new line gets a link with a hash over itself and the link before it.

Linking waits until the commit, for two reasons. Writers pass one by one, so the lock must be held as short as can be;
and it is always the last lock that a transaction takes, so that waiting for it can never become a deadlock.
"""

from __future__ import annotations

import logging

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from portaal.audit.content import digest
from portaal.audit.head import HEAD_OPTION, Head, HeadFile, HeadFileError
from portaal.audit.models import AuditEvent, AuditLink

log = logging.getLogger(__name__)

GENESIS = Head(0, "0" * 64)
_PENDING = "portaal.audit.pending"
_COMMITTING = "portaal.audit.committing"
_LOCK = 0x706F7274  # any number that nothing else in the database locks on


def expect_link(dbsession: Session, line: AuditEvent) -> None:
    """Remember a line that was added, until this session commits."""
    dbsession.info.setdefault(_PENDING, []).append(line)


@event.listens_for(Session, "before_commit")
def _link_lines(dbsession: Session) -> None:
    if dbsession.in_nested_transaction():
        return
    # A line whose savepoint was rolled back is no longer in the session.
    lines = [line for line in dbsession.info.pop(_PENDING, ()) if line in dbsession]
    if not lines:
        return
    connection = dbsession.connection()
    file: HeadFile | None = connection.get_execution_options().get(HEAD_OPTION)
    if connection.dialect.name == "postgresql":  # SQLite lets one transaction write at a time by itself
        dbsession.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    current = head = last_link(dbsession)
    for line in lines:
        head = _link(dbsession, head, line)
    if file is not None and not file.announce(current, head):
        log.critical("the audit trail does not end where the portal ended it: run portaal audit verify")
    dbsession.info[_COMMITTING] = (head, file)


def last_link(dbsession: Session) -> Head:
    """The head of the chain as the database has it."""
    row = dbsession.execute(
        sa.select(AuditLink.seq, AuditLink.hash).order_by(AuditLink.seq.desc()).limit(1)
    ).one_or_none()
    return Head(row.seq, row.hash) if row else GENESIS


def _link(dbsession: Session, head: Head, line: AuditEvent) -> Head:
    seq = head.seq + 1
    new = Head(seq, digest(seq, head.hash, line, ((subject.key_id, subject.digest) for subject in line.subjects)))
    dbsession.execute(sa.insert(AuditLink).values(seq=seq, event_id=line.id, previous=head.hash, hash=new.hash))
    return new


@event.listens_for(Session, "after_commit")
def _publish_head(dbsession: Session) -> None:
    """The head goes to the file and, as a second copy elsewhere, to the log."""
    head, file = dbsession.info.pop(_COMMITTING, (None, None))
    if head is None or dbsession.in_nested_transaction():
        return
    log.info("audit head", extra={"seq": head.seq, "hash": head.hash})
    if file is not None:
        try:
            file.advance(head)
        except (OSError, HeadFileError):  # the commit stands; the next one is refused when it is announced
            log.critical("the head of the audit trail could not be written", exc_info=True)


@event.listens_for(Session, "after_rollback")
def _forget(dbsession: Session) -> None:
    dbsession.info.pop(_COMMITTING, None)
