"""Taking a job that is due with a lease, and writing down how it went."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.db.upsert import insert_into
from portaal.jobs import OwnedJob
from portaal.jobs.models import JobState


@dataclass(frozen=True)
class Claim:
    """A job that this worker, and no other, may do until the lease ends."""

    owned: OwnedJob
    lease: uuid.UUID
    started_at: datetime


class LeaseLostError(Exception):
    """Another worker took the job over: it went on longer than it may. What was done for it must not be committed."""


def register(dbsession: Session, jobs: Iterable[OwnedJob]) -> None:
    """Make sure that each job is known; a new one is due at once. Several workers may do this together."""
    now = clock.now()
    rows = [
        {"owner": owned.owner, "name": owned.job.name, "next_at": now, "failures": 0, "last_error": ""}
        for owned in jobs
    ]
    if rows:
        dbsession.execute(insert_into(dbsession.get_bind(), JobState).on_conflict_do_nothing(), rows)


def claim(dbsession: Session, jobs: Sequence[OwnedJob]) -> Claim | None:
    """Take the job that has waited longest, if one is due. Commit before doing it."""
    known = {owned.key: owned for owned in jobs}
    now = clock.now()
    state = dbsession.scalar(
        sa.select(JobState)
        .where(
            sa.tuple_(JobState.owner, JobState.name).in_(list(known)),
            JobState.next_at <= now,
            sa.or_(JobState.lease_until.is_(None), JobState.lease_until <= now),
        )
        .order_by(JobState.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)  # PostgreSQL; on SQLite a writer has the database to itself
    )
    if state is None:
        return None
    owned = known[state.owner, state.name]
    state.lease, state.lease_until, state.started_at = uuid.uuid4(), now + owned.job.at_most, now
    return Claim(owned, state.lease, now)


def succeed(dbsession: Session, claim: Claim) -> None:
    """Write down that a job was done, in the transaction of its own work: both hold, or neither.

    :raises LeaseLostError: another worker has it now.
    """
    if not _finish(dbsession, claim, succeeded_at=clock.now(), failures=0, last_error=""):
        raise LeaseLostError(f"job {claim.owned.owner}/{claim.owned.job.name} took longer than it may")


def fail(dbsession: Session, claim: Claim, error: BaseException) -> None:
    """Write down that a job failed; it is tried again at its next time."""
    _finish(dbsession, claim, failures=JobState.failures + 1, last_error=type(error).__name__[:80])


def _finish(dbsession: Session, claim: Claim, **values: object) -> bool:
    found = dbsession.execute(
        sa.update(JobState)
        .where(
            JobState.owner == claim.owned.owner, JobState.name == claim.owned.job.name, JobState.lease == claim.lease
        )
        .values(
            lease=None, lease_until=None, next_at=max(clock.now(), claim.started_at + claim.owned.job.every), **values
        )
        .returning(JobState.name)
        .execution_options(synchronize_session=False)
    )
    return found.first() is not None
