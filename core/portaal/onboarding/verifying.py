"""Entering a verification code, in two steps that must stay apart.

First a try is taken, in a transaction of its own that is committed before any code is looked at: one statement counts
and tests the limit, so that parallel guesses get no more than five looks, and nothing that happens afterwards gives a
try back. Then the code is compared. Wrong, expired, revoked and never issued give one answer and cost the same
(ASVS 2.4.1, 6.3.8).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.orm import Session

from portaal import audit, clock
from portaal.access import sessions
from portaal.access.models import Account, Role
from portaal.notifications.models import NotificationKind
from portaal.notifications.service import notify
from portaal.onboarding import codes
from portaal.onboarding.issuing import withdraw
from portaal.onboarding.limiter import count_attempt
from portaal.onboarding.models import CodeKind, VerificationCode, usable
from portaal.roles.grants import grant_role, holders

if TYPE_CHECKING:
    from pyramid.registry import Registry

MOST_CODES = len(CodeKind)  # an account has one open code of each kind at most


@dataclass(frozen=True)
class Try:
    """The right to compare a code once with the codes that were open when the try was taken."""

    account_id: uuid.UUID
    candidates: tuple[Row[uuid.UUID, str, str, CodeKind], ...]


def take_try(connection: Connection, account_id: uuid.UUID, gemeentecodes: Collection[str], address: str) -> Try:
    """Count an attempt on everything that limits it. Commit before using what this returns.

    :param gemeentecodes: the gemeenten that the person's organisation acts for now.
    :param address: the IP address the request came from.
    :raises portaal.onboarding.limiter.TooManyAttemptsError: no code may be looked at now.
    """
    count_attempt(connection, account_id, address)
    code = VerificationCode
    counted = connection.execute(
        sa.update(code)
        .where(code.account_id == account_id, code.gemeentecode.in_(gemeentecodes), usable(clock.now()))
        .values(tries=code.tries + 1)
        .returning(code.id, code.code_hash, code.gemeentecode, code.kind)
    )
    return Try(account_id, tuple(counted.all()))


def verify(dbsession: Session, attempt: Try, code: str) -> CodeKind | None:
    """Compare a code. With the right one the account is verified and all its sessions end (R-75, R-76).

    :param code: as :func:`portaal.onboarding.codes.read` returns it.
    :returns: what the code made of its holder, or None when it is not right.
    """
    matching = _matching(attempt, code)
    used = _use(dbsession, matching) if matching else None
    if used is None:
        return None
    _accept(dbsession, used)
    return used.kind


def note_denial(registry: Registry, account_id: uuid.UUID) -> None:
    """Keep in the audit trail that a code was refused: apart, since the request itself ends without a commit.

    The request's own session must not have begun a transaction: on SQLite this one would wait for it.
    """
    with Session(registry["portaal.engine"], **registry["portaal.session_options"]) as dbsession, dbsession.begin():
        audit.record(
            dbsession,
            action="verification_code.use",
            outcome=audit.Outcome.DENIED,
            actor=account_id,
            object_kind="account",
            object_id=account_id,
        )


def _matching(attempt: Try, code: str) -> uuid.UUID | None:
    right = [
        candidate.id
        for candidate in attempt.candidates
        if codes.matches(candidate.code_hash, code, attempt.account_id, candidate.gemeentecode, candidate.kind)
    ]
    for _ in range(MOST_CODES - len(attempt.candidates)):
        codes.spend_a_check(code)
    return right[0] if right else None


def _use(dbsession: Session, code_id: uuid.UUID) -> VerificationCode | None:
    """Use the code up; of two who enter the right one at the same moment, one succeeds."""
    return dbsession.scalar(
        sa.update(VerificationCode)
        .where(
            VerificationCode.id == code_id, VerificationCode.used_at.is_(None), VerificationCode.revoked_at.is_(None)
        )
        .values(used_at=clock.now())
        .returning(VerificationCode)
    )


def _accept(dbsession: Session, used: VerificationCode) -> None:
    account = dbsession.get_one(Account, used.account_id)
    account.verified_at = account.verified_at or clock.now()
    if used.kind is CodeKind.GEBRUIKERSBEHEERDER:
        _appoint(dbsession, account, used)
    withdraw(dbsession, account.id, CodeKind.GEBRUIKER)
    sessions.end_all(dbsession, account.id)
    audit.record(
        dbsession,
        action="verification_code.use",
        outcome=audit.Outcome.DONE,
        actor=account.id,
        gemeentecode=used.gemeentecode,
        object_kind="account",
        object_id=account.id,
        details={"kind": used.kind},
    )


def _appoint(dbsession: Session, account: Account, used: VerificationCode) -> None:
    others = holders(dbsession, Role.GEBRUIKERSBEHEERDER, used.gemeentecode)
    grant_role(dbsession, account, Role.GEBRUIKERSBEHEERDER, gemeentecode=used.gemeentecode, by=used.issued_by)
    notify(
        dbsession,
        others,
        NotificationKind.GEBRUIKERSBEHEERDER_BENOEMD,
        account=account.id,
        gemeentecode=used.gemeentecode,
    )
