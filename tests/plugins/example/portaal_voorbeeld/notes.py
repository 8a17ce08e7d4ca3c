"""What can be done with notes."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.api import now
from portaal_voorbeeld.models import Note


def write(dbsession: Session, gemeentecode: str, text: str, by: uuid.UUID | None, *, pinned: bool = False) -> None:
    """Add a note."""
    dbsession.add(Note(gemeentecode=gemeentecode, text=text, pinned=pinned, written_at=now(), written_by=by))


def of_gemeente(dbsession: Session, gemeentecode: str) -> list[Note]:
    """The notes of a gemeente, pinned ones and newest first."""
    query = sa.select(Note).where(Note.gemeentecode == gemeentecode)
    return list(dbsession.scalars(query.order_by(Note.pinned.desc(), Note.written_at.desc())))


def count_per_gemeente(dbsession: Session) -> dict[str, int]:
    """How many notes there are, by gemeentecode."""
    query = sa.select(Note.gemeentecode, sa.func.count()).group_by(Note.gemeentecode)
    return dict(dbsession.execute(query).all())


def unpin(dbsession: Session, gemeentecode: str) -> None:
    """No note stands out any more."""
    dbsession.execute(sa.update(Note).where(Note.gemeentecode == gemeentecode).values(pinned=False))


def remove_older(dbsession: Session, gemeentecode: str, moment: datetime) -> None:
    """Remove what was written before a moment."""
    dbsession.execute(sa.delete(Note).where(Note.gemeentecode == gemeentecode, Note.written_at < moment))


def written_by(dbsession: Session, account_id: uuid.UUID) -> list[Note]:
    """What one person wrote, for every gemeente."""
    return list(dbsession.scalars(sa.select(Note).where(Note.written_by == account_id).order_by(Note.written_at)))


def forget_writer(dbsession: Session, account_id: uuid.UUID) -> int:
    """Keep the notes and forget who wrote them; how many there were."""
    notes = written_by(dbsession, account_id)
    for note in notes:
        note.written_by = None
    return len(notes)
