"""Server-side sessions: 20 minutes of silence end one, 8 hours end it anyway, logging out kills it.

R-37, ASVS 7.3 and 7.4.

Every request with a valid session counts as activity, except those that a page makes by itself: they say so with the
header ``X-Portaal-Background``.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.cookies import token_hash
from portaal.access.models import LoginSession
from portaal.db.session import own_transaction

if TYPE_CHECKING:
    from pyramid.registry import Registry

INACTIVITY = timedelta(minutes=20)
WARNING = timedelta(minutes=2)
MAXIMUM = timedelta(hours=8)
TOUCH_INTERVAL = timedelta(seconds=1)
BACKGROUND = "X-Portaal-Background"


def alive(now: datetime) -> sa.ColumnElement[bool]:
    """The condition under which a session holds at a moment."""
    return sa.and_(
        LoginSession.ended_at.is_(None),
        LoginSession.last_active_at > now - INACTIVITY,
        LoginSession.ends_at > now,
    )


def start(dbsession: Session, token: str, account_id: uuid.UUID, level: str, branch: str = "") -> LoginSession:
    """A session for a person who just logged in.

    :param token: the new token of the browser.
    :param branch: the vestigingsnummer that the mandate is limited to, or empty.
    """
    now = clock.now()
    session = LoginSession(
        id=token_hash(token),
        account_id=account_id,
        level=level,
        branch=branch,
        created_at=now,
        last_active_at=now,
        ends_at=now + MAXIMUM,
        data={},
    )
    dbsession.add(session)
    return session


def touch(registry: Registry, session_id: str, last_active_at: datetime) -> None:
    """Note that the person is active, in a short transaction of its own (most pages have no other write)."""
    now = clock.now()
    if now - last_active_at < TOUCH_INTERVAL:
        return
    with own_transaction(registry) as connection:
        connection.execute(
            sa.update(LoginSession).where(LoginSession.id == session_id, alive(now)).values(last_active_at=now)
        )


def end(dbsession: Session, session_id: str) -> None:
    """End one session; its cookie is worth nothing from now on."""
    dbsession.execute(
        sa.update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def open_sessions(dbsession: Session, account_id: uuid.UUID) -> list[LoginSession]:
    """Where a person is logged in now, the last used first."""
    return list(
        dbsession.scalars(
            sa.select(LoginSession)
            .where(LoginSession.account_id == account_id, alive(clock.now()))
            .order_by(LoginSession.last_active_at.desc(), LoginSession.id)
        )
    )


def end_all(dbsession: Session, account_id: uuid.UUID) -> None:
    """End every session of a person, e.g. when the account ends or after verification (R-76)."""
    dbsession.execute(
        sa.update(LoginSession)
        .where(LoginSession.account_id == account_id, LoginSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def append_flash(dbsession: Session, session_id: str, kind: str, message: str) -> None:
    """Keep a message for the next page of this session."""
    session = dbsession.get_one(LoginSession, session_id)
    session.data["flash"] = [*session.data.get("flash", []), [kind, message]]


def take_flashes(registry: Registry, session_id: str, shown: int) -> None:
    """Forget the oldest messages, so many as are being shown now."""
    with own_transaction(registry) as connection:
        query = sa.select(LoginSession.data).where(LoginSession.id == session_id).with_for_update()
        data = connection.scalar(query) or {}
        data["flash"] = data.get("flash", [])[shown:]
        connection.execute(sa.update(LoginSession).where(LoginSession.id == session_id).values(data=data))
