"""Proposing, confirming and withdrawing a relinking: two colleagues of the Servicedesk, and a trace of both."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload
from translationstring import TranslationString

from portaal import audit, clock
from portaal.access import sessions
from portaal.access.emptying import empty
from portaal.access.identity import load_gemeenten
from portaal.access.models import Account, Role, RoleGrant
from portaal.notifications.models import NotificationKind
from portaal.notifications.service import notify
from portaal.onboarding.issuing import withdraw as withdraw_codes
from portaal.relinking.candidates import grants_of
from portaal.relinking.models import FormerIdentity, Relinking
from portaal.relinking.rules import fingerprint, obstacle
from portaal.roles.errors import NotPossibleError
from portaal.roles.grants import has_role, holders
from portaal.web.i18n import _

MERGED = "samengevoegd"  # what stands in the place of the newcomer's pseudonym
CHANGED = _("Something changed in the meantime. Look at both accounts again.")


def waiting(dbsession: Session) -> Sequence[Relinking]:
    """The proposals that wait for a second colleague, the oldest first."""
    return dbsession.scalars(
        sa.select(Relinking)
        .options(joinedload(Relinking.account).joinedload(Account.organisation), joinedload(Relinking.proposer))
        .order_by(Relinking.proposed_at)
    ).all()


def propose(
    dbsession: Session, account_id: uuid.UUID, newcomer_id: uuid.UUID, *, seen: str, reason: str, by: uuid.UUID
) -> Relinking:
    """Ask a colleague to confirm that the newcomer is the person of the account.

    :param seen: the fingerprint of what the proposer had on the screen.
    :raises NotPossibleError: a rule stands in the way, something changed since, or one of the two is in a proposal.
    """
    account, newcomer = _lock(dbsession, account_id, newcomer_id)
    grants = grants_of(dbsession, [account_id, newcomer_id])
    _check(obstacle(account, newcomer, grants, by))
    if fingerprint(account, newcomer, grants) != seen:
        raise NotPossibleError(CHANGED)
    relinking = Relinking(
        account_id=account_id,
        newcomer_id=newcomer_id,
        reason=reason,
        seen=seen,
        proposed_at=clock.now(),
        proposed_by=by,
    )
    try:
        with dbsession.begin_nested():
            dbsession.add(relinking)
    except IntegrityError as error:
        raise NotPossibleError(_("One of these accounts waits for another relinking already.")) from error
    _record(dbsession, "relinking.propose", relinking, grants, by, {"reason": reason})
    colleagues = [colleague for colleague in holders(dbsession, Role.SERVICEDESK, None) if colleague.id != by]
    notify(dbsession, colleagues, NotificationKind.HERKOPPELING_WACHT, account=account_id)
    return relinking


def cannot_confirm(
    dbsession: Session, relinking: Relinking, grants: Sequence[RoleGrant], by: uuid.UUID
) -> TranslationString | None:
    """Why this colleague cannot confirm the proposal now; None when they can."""
    if by == relinking.proposed_by:
        return _("You proposed this. A second colleague of the Servicedesk must look at it and confirm it.")
    if not has_role(dbsession, relinking.proposed_by, Role.SERVICEDESK, None):
        return _("Who proposed this no longer works at the Servicedesk. Withdraw it and propose it again.")
    hindrance = obstacle(relinking.account, relinking.newcomer, grants, by)
    if hindrance is None and fingerprint(relinking.account, relinking.newcomer, grants) != relinking.seen:
        return _("One of the accounts changed since this was proposed. Withdraw it and propose it again.")
    return hindrance


def confirm(dbsession: Session, relinking: Relinking, by: uuid.UUID) -> None:
    """Give the account the newcomer's identity. Its roles, settings and history stay; the newcomer is merged into it.

    Both are logged out everywhere, and the person and their gebruikersbeheerders are told.

    :param relinking: found with :func:`find` and ``lock``.
    :raises NotPossibleError: see :func:`cannot_confirm`.
    """
    account, newcomer = _lock(dbsession, relinking.account_id, relinking.newcomer_id)
    grants = grants_of(dbsession, [account.id, newcomer.id])
    _check(cannot_confirm(dbsession, relinking, grants, by))
    trace = {
        "reason": relinking.reason,
        "proposed_by": str(relinking.proposed_by),
        "makelaar_before": account.issuer,
        "makelaar": newcomer.issuer,
    }
    _move_identity(dbsession, account, newcomer)
    withdraw_codes(dbsession, newcomer.id)
    for each in (account, newcomer):
        sessions.end_all(dbsession, each.id)
    _tell(dbsession, account, grants)
    _record(dbsession, "relinking.confirm", relinking, grants, by, trace)
    dbsession.delete(relinking)
    dbsession.flush()


def withdraw(dbsession: Session, relinking: Relinking, by: uuid.UUID) -> None:
    """Drop the proposal; both accounts stay as they are."""
    grants = grants_of(dbsession, [relinking.account_id])
    _record(dbsession, "relinking.withdraw", relinking, grants, by, {})
    dbsession.delete(relinking)
    dbsession.flush()


def find(dbsession: Session, relinking_id: uuid.UUID, *, lock: bool = False) -> Relinking | None:
    """A proposal that still waits, or None."""
    return dbsession.get(Relinking, relinking_id, with_for_update=lock or None, populate_existing=lock)


def _move_identity(dbsession: Session, account: Account, newcomer: Account) -> None:
    now = clock.now()
    began = dbsession.scalar(
        sa.select(sa.func.max(FormerIdentity.valid_until)).where(FormerIdentity.account_id == account.id)
    )
    former = FormerIdentity(
        account_id=account.id,
        issuer=account.issuer,
        pseudonym_hash=hashlib.sha256(account.pseudonym.encode()).hexdigest(),
        valid_from=began or account.created_at,
        valid_until=now,
    )
    issuer, pseudonym = newcomer.issuer, newcomer.pseudonym
    empty(newcomer, MERGED)
    newcomer.merged_into = account.id
    dbsession.add(former)
    dbsession.flush()  # an identity belongs to one account at a time
    account.issuer, account.pseudonym = issuer, pseudonym
    dbsession.flush()


def _lock(dbsession: Session, *account_ids: uuid.UUID) -> list[Account]:
    """The accounts in the order asked for, locked in one that is the same for everybody."""
    locked = {
        account_id: dbsession.get_one(Account, account_id, with_for_update=True, populate_existing=True)
        for account_id in sorted(account_ids)
    }
    return [locked[account_id] for account_id in account_ids]


def _tell(dbsession: Session, account: Account, grants: Sequence[RoleGrant]) -> None:
    notify(dbsession, [account], NotificationKind.ANDERE_INLOG)
    for code in _gemeenten(dbsession, account, grants):
        beheerders = holders(dbsession, Role.GEBRUIKERSBEHEERDER, code) if code else []
        notify(
            dbsession,
            [beheerder for beheerder in beheerders if beheerder.id != account.id],
            NotificationKind.ANDERE_INLOG_VAN_GEBRUIKER,
            account=account.id,
            gemeentecode=code or "",
        )


def _record(
    dbsession: Session,
    action: str,
    relinking: Relinking,
    grants: Sequence[RoleGrant],
    by: uuid.UUID,
    details: dict[str, Any],
) -> None:
    """A line about each of the two, in every gemeente that this person is known in: its auditor must see it."""
    pair = (relinking.account_id, relinking.newcomer_id)
    for code in _gemeenten(dbsession, relinking.account, grants):
        for about, other in (pair, pair[::-1]):
            audit.record(
                dbsession,
                action=action,
                outcome=audit.Outcome.DONE,
                actor=by,
                gemeentecode=code,
                object_kind="account",
                object_id=about,
                details={"other": str(other)} | details,
            )


def _gemeenten(dbsession: Session, account: Account, grants: Sequence[RoleGrant]) -> Sequence[str | None]:
    """Where this is known: where the person holds a role, else wherever the organisation acts; nowhere for the desk."""
    held = sorted({grant.gemeentecode for grant in grants if grant.gemeentecode})
    return held or [standing.code for standing in load_gemeenten(dbsession, account.organisation_id)] or [None]


def _check(hindrance: TranslationString | None) -> None:
    if hindrance is not None:
        raise NotPossibleError(hindrance)
