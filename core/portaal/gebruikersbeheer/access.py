"""Ending and restoring somebody's access, and never losing the last gebruikersbeheerder."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import audit, clock
from portaal.access import sessions
from portaal.access.identity import holds
from portaal.access.models import Account, Role, RoleGrant
from portaal.notifications.models import NotificationKind
from portaal.notifications.service import notify
from portaal.onboarding.issuing import withdraw
from portaal.roles.errors import NotPossibleError
from portaal.roles.grants import current_grants, has_role, holders, lock_holders, revoke_role
from portaal.web.i18n import _


def end_access(dbsession: Session, account_id: uuid.UUID, gemeentecode: str, by: uuid.UUID) -> None:
    """Take away all that somebody may do for a gemeente, at once: roles, codes and sessions.

    The account itself ends too, unless the person still has a role for another gemeente of the same organisation.

    :raises NotPossibleError: the person is the last gebruikersbeheerder of the gemeente.
    """
    lock_holders(dbsession, Role.GEBRUIKERSBEHEERDER, gemeentecode)
    account = dbsession.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    if is_last_gebruikersbeheerder(dbsession, account.id, gemeentecode):
        raise NotPossibleError(
            _("This is the last gebruikersbeheerder of the gemeente. Ask the Servicedesk to appoint another one first.")
        )
    if has_role(dbsession, account.id, Role.GEBRUIKERSBEHEERDER, gemeentecode):
        _tell(dbsession, account, gemeentecode, by)
    for grant in current_grants(dbsession, [account.id], gemeentecode):
        revoke_role(dbsession, grant, by)
    withdraw(dbsession, account.id)
    sessions.end_all(dbsession, account.id)
    if not _has_any_role(dbsession, account.id):
        account.ended_at = clock.now()
    _record(dbsession, "account.end", account, gemeentecode, by)


def restore_access(dbsession: Session, account_id: uuid.UUID, gemeentecode: str, by: uuid.UUID) -> None:
    """Let somebody in again whose access had ended: without roles, and to be verified anew."""
    account = dbsession.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    if account.ended_at is None:
        return
    account.ended_at = None
    account.verified_at = None
    _record(dbsession, "account.restore", account, gemeentecode, by)


def withdraw_gebruikersbeheerder(
    dbsession: Session, account_id: uuid.UUID, gemeentecode: str, by: uuid.UUID, *, even_the_last: bool = False
) -> None:
    """Take the appointment from a gebruikersbeheerder; other roles stay.

    :param even_the_last: the Servicedesk confirmed that the gemeente will have none (R-52 applies again).
    :raises NotPossibleError: it is the last one, and that was not confirmed.
    """
    lock_holders(dbsession, Role.GEBRUIKERSBEHEERDER, gemeentecode)
    if not even_the_last and is_last_gebruikersbeheerder(dbsession, account_id, gemeentecode):
        raise NotPossibleError(
            _("This is the last gebruikersbeheerder. Confirm that the gemeente will be without one.")
        )
    for grant in current_grants(dbsession, [account_id], gemeentecode):
        if grant.role is Role.GEBRUIKERSBEHEERDER:
            revoke_role(dbsession, grant, by)


def is_last_gebruikersbeheerder(dbsession: Session, account_id: uuid.UUID, gemeentecode: str) -> bool:
    """Whether a gemeente would have no gebruikersbeheerder without this person."""
    return [account.id for account in holders(dbsession, Role.GEBRUIKERSBEHEERDER, gemeentecode)] == [account_id]


def _tell(dbsession: Session, account: Account, gemeentecode: str, by: uuid.UUID) -> None:
    """A gebruikersbeheerder who goes is news to the others and to the Servicedesk, whoever did it (BIO2 5.18.01)."""
    others = [*holders(dbsession, Role.GEBRUIKERSBEHEERDER, gemeentecode), *holders(dbsession, Role.SERVICEDESK, None)]
    notify(
        dbsession,
        [other for other in others if other.id not in (account.id, by)],
        NotificationKind.TOEGANG_BEEINDIGD,
        account=account.id,
        gemeentecode=gemeentecode,
    )


def _has_any_role(dbsession: Session, account_id: uuid.UUID) -> bool:
    query = sa.select(RoleGrant.id).where(RoleGrant.account_id == account_id, holds(clock.now())).limit(1)
    return dbsession.scalar(query) is not None


def _record(dbsession: Session, action: str, account: Account, gemeentecode: str, by: uuid.UUID) -> None:
    audit.record(
        dbsession,
        action=action,
        outcome=audit.Outcome.DONE,
        actor=by,
        gemeentecode=gemeentecode,
        object_kind="account",
        object_id=account.id,
    )
