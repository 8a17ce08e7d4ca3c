"""Appointments that only the operator makes: auditors of a gemeente, and colleagues at the desk."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import audit, clock
from portaal.access import sessions
from portaal.access.models import Account, Role
from portaal.onboarding.issuing import usable_code
from portaal.onboarding.models import CodeKind
from portaal.organisations.models import Organisation, OrganisationKind
from portaal.roles.errors import NotPossibleError
from portaal.roles.grants import (
    acts_for,
    current_grants,
    grant_role,
    holders,
    lock_holders,
    refuse_conflict,
    revoke_role,
)
from portaal.web.i18n import _


def appoint_auditor(dbsession: Session, account_id: uuid.UUID, gemeentecode: str, by: uuid.UUID) -> None:
    """Let somebody read the audit trail of a gemeente.

    :raises NotPossibleError: the person is not verified, not of this gemeente, or has or soon gets a role there that an
        auditor must keep an eye on.
    """
    account = dbsession.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    if not acts_for(dbsession, account, gemeentecode):
        raise NotPossibleError(_("This person does not work for this gemeente."))
    if account.verified_at is None or account.ended_at is not None:
        raise NotPossibleError(_("Only somebody who is verified can become auditor."))
    refuse_conflict(dbsession, account.id, Role.AUDITOR, gemeentecode)
    code = usable_code(dbsession, account.id, CodeKind.GEBRUIKERSBEHEERDER)
    if code is not None and code.gemeentecode == gemeentecode:
        raise NotPossibleError(_("This person has a code to become gebruikersbeheerder. Withdraw that code first."))
    grant_role(dbsession, account, Role.AUDITOR, gemeentecode=gemeentecode, by=by)


def withdraw_auditor(dbsession: Session, account_id: uuid.UUID, gemeentecode: str, by: uuid.UUID) -> None:
    """Take the appointment of auditor from somebody."""
    for grant in current_grants(dbsession, [account_id], gemeentecode):
        if grant.role is Role.AUDITOR:
            revoke_role(dbsession, grant, by)


def colleagues(dbsession: Session) -> list[Account]:
    """The operator's people who registered, those who wait first."""
    return list(
        dbsession.scalars(
            sa.select(Account)
            .join(Organisation)
            .where(
                Organisation.kind == OrganisationKind.OPERATOR,
                Account.profile_saved_at.is_not(None),
                Account.merged_into.is_(None),
            )
            .order_by(
                Account.ended_at.is_not(None), Account.verified_at.is_not(None), Account.achternaam, Account.email
            )
        )
    )


def admit_colleague(dbsession: Session, account_id: uuid.UUID, by: uuid.UUID | None) -> None:
    """Let somebody of the operator work at the desk.

    :param by: a colleague who works there; None for the shell, where the first one is admitted.
    :raises NotPossibleError: the person is not of the operator, has not registered, or is the one who admits.
    """
    account = dbsession.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None or account.organisation.kind is not OrganisationKind.OPERATOR or account.merged_into:
        raise NotPossibleError(_("This person does not work for the operator of the portal."))
    if account.profile_saved_at is None:
        raise NotPossibleError(_("This person has not filled in Persoonlijke Instellingen yet."))
    if account.id == by:
        raise NotPossibleError(_("Ask a colleague to do this: nobody admits themselves."))
    account.ended_at = None
    account.verified_at = account.verified_at or clock.now()
    grant_role(dbsession, account, Role.SERVICEDESK, gemeentecode=None, by=by)
    sessions.end_all(dbsession, account.id)


def dismiss_colleague(dbsession: Session, account_id: uuid.UUID, by: uuid.UUID | None) -> None:
    """End the access of somebody of the operator, at once.

    :raises NotPossibleError: the person is not of the operator, or the last one at the desk.
    """
    lock_holders(dbsession, Role.SERVICEDESK, None)
    desk = [account.id for account in holders(dbsession, Role.SERVICEDESK, None)]
    account = dbsession.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None or account.organisation.kind is not OrganisationKind.OPERATOR:
        raise NotPossibleError(_("This person does not work for the operator of the portal."))
    if desk == [account.id]:
        raise NotPossibleError(_("This is the last colleague at the desk. Admit another one first."))
    for grant in current_grants(dbsession, [account.id], None):
        revoke_role(dbsession, grant, by)
    account.ended_at = clock.now()
    sessions.end_all(dbsession, account.id)
    audit.record(
        dbsession,
        action="account.end",
        outcome=audit.Outcome.DONE,
        actor=by,
        object_kind="account",
        object_id=account.id,
    )
