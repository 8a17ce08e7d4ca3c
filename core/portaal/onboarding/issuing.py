"""Handing out verification codes: to a Gebruiker by a gebruikersbeheerder of the same gemeente, to a new
gebruikersbeheerder by the Servicedesk, and never otherwise (R-70, R-72, R-73)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import audit, clock
from portaal.access.models import Account, Role
from portaal.onboarding import codes
from portaal.onboarding.models import CodeKind, VerificationCode, usable
from portaal.roles.errors import NotPossibleError
from portaal.roles.grants import acts_for, has_role, refuse_conflict
from portaal.web.i18n import _

VALIDITY = timedelta(hours=72)
_ISSUER = {CodeKind.GEBRUIKER: Role.GEBRUIKERSBEHEERDER, CodeKind.GEBRUIKERSBEHEERDER: Role.SERVICEDESK}


def issue(dbsession: Session, account_id: uuid.UUID, gemeentecode: str, kind: CodeKind, issuer: uuid.UUID) -> str:
    """A new code for somebody who registered; the one they had of this kind stops working.

    :param issuer: the account that hands it out.
    :returns: the code as it is shown, this once.
    :raises NotPossibleError: the issuer may not hand out such a code, or this account cannot use it.
    """
    account = dbsession.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    where_issuer_works = gemeentecode if kind is CodeKind.GEBRUIKER else None
    if not has_role(dbsession, issuer, _ISSUER[kind], where_issuer_works):
        raise NotPossibleError(_("You may not issue this code."))
    if not acts_for(dbsession, account, gemeentecode):
        raise NotPossibleError(_("This person does not work for this gemeente."))
    if account.ended_at is not None:
        raise NotPossibleError(_("The access of this person has ended. Restore it first."))
    if account.profile_saved_at is None:
        raise NotPossibleError(_("This person has not filled in Persoonlijke Instellingen yet."))
    if kind is CodeKind.GEBRUIKER and account.verified_at is not None:
        raise NotPossibleError(_("This person is verified already and needs no code."))
    if kind is CodeKind.GEBRUIKERSBEHEERDER and has_role(dbsession, account.id, Role.GEBRUIKERSBEHEERDER, gemeentecode):
        raise NotPossibleError(_("This person is gebruikersbeheerder of this gemeente already."))
    if kind is CodeKind.GEBRUIKERSBEHEERDER:
        refuse_conflict(dbsession, account.id, Role.GEBRUIKERSBEHEERDER, gemeentecode)

    withdraw(dbsession, account.id, kind)
    code = codes.new_code()
    now = clock.now()
    issued = VerificationCode(
        account_id=account.id,
        gemeentecode=gemeentecode,
        kind=kind,
        issued_by=issuer,
        issued_at=now,
        expires_at=now + VALIDITY,
        code_hash=codes.hashed(code, account.id, gemeentecode, kind),
    )
    dbsession.add(issued)
    audit.record(
        dbsession,
        action="verification_code.issue",
        outcome=audit.Outcome.DONE,
        actor=issuer,
        gemeentecode=gemeentecode,
        object_kind="account",
        object_id=account.id,
        details={"kind": kind},
    )
    return codes.written(code)


def withdraw(dbsession: Session, account_id: uuid.UUID, kind: CodeKind | None = None) -> bool:
    """Make the open codes of an account worthless, of one kind or all.

    :returns: whether there was one.
    """
    withdrawn = dbsession.execute(
        sa.update(VerificationCode)
        .where(
            VerificationCode.account_id == account_id,
            VerificationCode.kind == kind if kind else sa.true(),
            VerificationCode.used_at.is_(None),
            VerificationCode.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
        .returning(VerificationCode.id)
    )
    return bool(withdrawn.all())


def usable_code(dbsession: Session, account_id: uuid.UUID, kind: CodeKind) -> VerificationCode | None:
    """The code that somebody can enter now, for showing until when."""
    return dbsession.scalar(
        sa.select(VerificationCode).where(
            VerificationCode.account_id == account_id, VerificationCode.kind == kind, usable(clock.now())
        )
    )


def with_code(dbsession: Session, account_ids: Iterable[uuid.UUID], kind: CodeKind) -> set[uuid.UUID]:
    """Which of these people have a code they can enter now."""
    query = sa.select(VerificationCode.account_id).where(
        VerificationCode.account_id.in_(list(account_ids)), VerificationCode.kind == kind, usable(clock.now())
    )
    return set(dbsession.scalars(query))
