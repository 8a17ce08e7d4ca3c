"""Requests under way and assertions used, in the database: they hold across restarts and nodes (rules 10 and 11)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.cookies import token_hash
from portaal.db.session import own_transaction
from portaal.login.models import PendingLogin, UsedAssertion
from portaal.login.record import LoginRecord
from portaal.login.refusal import LoginRefusedError, RefusalReason

if TYPE_CHECKING:
    from pyramid.registry import Registry

LIFETIME = timedelta(minutes=30)


@dataclass(frozen=True)
class Asked:
    """A request that was sent.

    :param provider: the name of the login provider that made it, and that must verify the answer.
    :param issuer: who was asked.
    :param remembered: what the provider needs to verify the answer.
    :param posted: the answer, when it came by POST.
    """

    provider: str
    issuer: str
    remembered: Mapping[str, str]
    posted: bytes | None = None


def remember(dbsession: Session, asked: Asked, state: str, browser_token: str) -> None:
    """Keep a request that is about to be sent, and forget those that nobody will answer any more."""
    now = clock.now()
    dbsession.execute(sa.delete(PendingLogin).where(PendingLogin.created_at < now - LIFETIME))
    dbsession.execute(sa.delete(UsedAssertion).where(UsedAssertion.expires_at < now))
    dbsession.add(
        PendingLogin(
            state_hash=token_hash(state),
            provider=asked.provider,
            issuer=asked.issuer,
            remembered=dict(asked.remembered),
            browser_hash=token_hash(browser_token),
            created_at=now,
        )
    )


def keep_posted(dbsession: Session, state: str, message: bytes, issuers: Collection[str]) -> None:
    """Keep an answer that came by POST with its request, if one of these was asked; else forget it.

    A post from another site carries no cookie, so nobody knows yet whose browser it is: only the first answer is kept,
    and it is looked at when the browser is back.
    """
    dbsession.execute(
        sa.update(PendingLogin)
        .where(
            PendingLogin.state_hash == token_hash(state),
            PendingLogin.issuer.in_(issuers),
            PendingLogin.used_at.is_(None),
            PendingLogin.posted.is_(None),
        )
        .values(posted=message)
    )


def claim(registry: Registry, provider: str, state: str, browser_token: str) -> Asked:
    """The request that an answer belongs to. From now on nobody can claim it again, whatever comes of the answer.

    :raises LoginRefusedError: NOT_OURS when this provider sent no such request from this browser, REPLAYED when it was
        answered, EXPIRED when it waited too long.
    """
    now = clock.now()
    with own_transaction(registry) as connection:
        found = connection.execute(
            sa.select(PendingLogin.__table__).where(
                PendingLogin.state_hash == token_hash(state), PendingLogin.provider == provider
            )
        ).one_or_none()
        if found is None or found.browser_hash != token_hash(browser_token):
            raise LoginRefusedError(RefusalReason.NOT_OURS, "no request of this browser is waiting for this answer")
        claimed = connection.execute(
            sa.update(PendingLogin)
            .where(PendingLogin.state_hash == found.state_hash, PendingLogin.used_at.is_(None))
            .values(used_at=now, posted=None, remembered={})
        )
        if claimed.rowcount != 1:
            raise LoginRefusedError(RefusalReason.REPLAYED, "the request was answered before")
    if found.created_at < now - LIFETIME:
        raise LoginRefusedError(RefusalReason.EXPIRED, "the request waited too long")
    return Asked(found.provider, found.issuer, found.remembered, found.posted)


def use_once(dbsession: Session, record: LoginRecord) -> None:
    """Note that an assertion led to a login.

    :raises LoginRefusedError: REPLAYED; it did so before.
    """
    used = UsedAssertion(issuer=record.issuer, assertion_id=record.assertion_id, expires_at=record.expires_at)
    try:
        with dbsession.begin_nested():
            dbsession.add(used)
    except IntegrityError as error:
        raise LoginRefusedError(RefusalReason.REPLAYED, "the assertion was used before") from error
