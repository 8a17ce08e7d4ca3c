"""Requests under way and assertions used, in the database: they hold across restarts and nodes."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.cookies import token_hash
from portaal.eherkenning.authn_request import AuthnRequest
from portaal.eherkenning.models import PendingLogin, UsedAssertion
from portaal.eherkenning.record import LoginRecord
from portaal.eherkenning.refusal import LoginRefusedError, RefusalReason

LIFETIME = timedelta(minutes=30)


def remember(dbsession: Session, request: AuthnRequest, makelaar: str, browser_token: str) -> None:
    """Keep a request that is about to be sent, and forget those that nobody will answer any more."""
    now = clock.now()
    dbsession.execute(sa.delete(PendingLogin).where(PendingLogin.created_at < now - LIFETIME))
    dbsession.execute(sa.delete(UsedAssertion).where(UsedAssertion.expires_at < now))
    dbsession.add(
        PendingLogin(
            request_id=request.id, makelaar=makelaar, browser_hash=token_hash(browser_token),
            relay_hash=token_hash(request.relay_state), created_at=now,
        )
    )


def claim(dbsession: Session, relay_state: str, browser_token: str) -> PendingLogin:
    """The request that an answer belongs to; nobody can claim it a second time.

    :raises LoginRefusedError: NOT_OURS when no such request was sent from this browser, REPLAYED when it was answered,
        EXPIRED when it waited too long.
    """
    pending = dbsession.scalar(sa.select(PendingLogin).where(PendingLogin.relay_hash == token_hash(relay_state)))
    if pending is None or pending.browser_hash != token_hash(browser_token):
        raise LoginRefusedError(RefusalReason.NOT_OURS, "no request of this browser is waiting for this answer")
    now = clock.now()
    claimed = dbsession.execute(
        sa.update(PendingLogin)
        .where(PendingLogin.request_id == pending.request_id, PendingLogin.used_at.is_(None))
        .values(used_at=now)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise LoginRefusedError(RefusalReason.REPLAYED, "the request was answered before")
    if pending.created_at < now - LIFETIME:
        raise LoginRefusedError(RefusalReason.EXPIRED, "the request waited too long")
    return pending


def use_once(dbsession: Session, record: LoginRecord) -> None:
    """Note that an assertion led to a login.

    :raises LoginRefusedError: REPLAYED; it did so before.
    """
    try:
        with dbsession.begin_nested():
            dbsession.add(UsedAssertion(assertion_id=record.assertion_id, expires_at=record.expires_at))
    except IntegrityError as error:
        raise LoginRefusedError(RefusalReason.REPLAYED, "the assertion was used before") from error
