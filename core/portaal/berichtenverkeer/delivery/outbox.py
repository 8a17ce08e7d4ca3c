"""Putting messages in the outbox, and taking them out with a lease."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.berichtenverkeer.delivery import schedule
from portaal.berichtenverkeer.delivery.models import OutboxEntry, OutboxState, PartnerState

LEASE = timedelta(minutes=10)  # longer than the slowest sending of the largest message


@dataclass(frozen=True)
class Claim:
    """A message that this worker, and no other, may send until the lease ends."""

    message_id: uuid.UUID
    partner: str
    attempts: int
    created_at: datetime
    lease: uuid.UUID


def enqueue(dbsession: Session, message_id: uuid.UUID, partner: str) -> None:
    """Have a message sent, once the transaction it belongs to is committed.

    Added through the session's unit of work on purpose: a bare INSERT that is the only write of a request would be
    rolled back in silence by zope.sqlalchemy.
    """
    now = clock.now()
    dbsession.add(OutboxEntry(message_id=message_id, partner=partner, created_at=now, next_at=now))


def claim(dbsession: Session, partner: str, limit: int) -> list[Claim]:
    """Take messages for a partner that are due, those tried least first. Commit before sending.

    None for a partner that is left alone now; of one that was down a single message, to see whether it is back.
    """
    now = clock.now()
    state = dbsession.get(PartnerState, partner)
    if state is None or state.failures < schedule.FAILURES_TO_CLOSE:
        return _take(dbsession, partner, limit, now)
    dbsession.refresh(state, with_for_update=True)
    if state.closed_until is not None and state.closed_until > now:
        return []
    probe, pause = _take(dbsession, partner, 1, now), schedule.pause(state.failures)
    if probe and pause:  # as if it failed, so that nobody else tries before its answer is in
        state.closed_until = now + pause
    return probe


def _take(dbsession: Session, partner: str, limit: int, now: datetime) -> list[Claim]:
    lease = uuid.uuid4()
    due = (
        sa.select(OutboxEntry.message_id)
        .where(
            OutboxEntry.state == OutboxState.WACHT,
            OutboxEntry.partner == partner,
            OutboxEntry.next_at <= now,
            sa.or_(OutboxEntry.lease_until.is_(None), OutboxEntry.lease_until <= now),
        )
        .order_by(OutboxEntry.attempts, OutboxEntry.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)  # PostgreSQL; on SQLite a writer has the database to itself
        .cte("due")  # a locking CTE is run once, a sub-select perhaps again for each row, past its limit
    )
    taken = dbsession.execute(
        sa.update(OutboxEntry)
        .where(OutboxEntry.message_id.in_(sa.select(due.c.message_id)))
        .values(attempts=OutboxEntry.attempts + 1, lease=lease, lease_until=now + LEASE)
        .returning(OutboxEntry.message_id, OutboxEntry.attempts, OutboxEntry.created_at)
        .execution_options(synchronize_session=False)
    )
    return [Claim(row.message_id, partner, row.attempts, row.created_at, lease) for row in taken]


def is_unreachable(dbsession: Session, partner: str) -> bool:
    """Whether the last thing sent to a partner did not arrive, so that messages wait: what the pages tell people."""
    state = dbsession.get(PartnerState, partner)
    return state is not None and state.failures > 0


def settle(dbsession: Session, message_id: uuid.UUID) -> None:
    """Send a message no more: its answer is in, so it arrived, even if the confirmation got lost."""
    dbsession.execute(
        sa.update(OutboxEntry)
        .where(OutboxEntry.message_id == message_id, OutboxEntry.state == OutboxState.WACHT)
        .values(state=OutboxState.BEZORGD, lease=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
