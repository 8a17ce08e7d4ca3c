"""Granting and revoking roles, and who holds them.

A grant counts from the next request on, since every request reads the grants afresh; so does its end (R-91).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import audit, clock
from portaal.access.identity import holds
from portaal.access.models import PRODUCT_ROLES, Account, Role, RoleGrant
from portaal.notifications.models import NotificationKind
from portaal.notifications.service import notify
from portaal.organisations.activation import active_products
from portaal.organisations.models import OrganisationGemeente, acting
from portaal.roles.errors import NotPossibleError
from portaal.roles.separation import conflict
from portaal.web.i18n import _


def grant_role(
    dbsession: Session,
    account: Account,
    role: Role,
    *,
    gemeentecode: str | None,
    product: str | None = None,
    by: uuid.UUID | None,
    until: date | None = None,
) -> RoleGrant:
    """Give somebody a role; one they hold already gets the new end date.

    :param by: the account that grants; None for the shell.
    :param until: the last day the role holds, in Dutch time.
    """
    grant = dbsession.scalar(_current(account.id, role, gemeentecode, product))
    if grant is None:
        grant = RoleGrant(
            account_id=account.id,
            role=role,
            gemeentecode=gemeentecode,
            product=product,
            granted_at=clock.now(),
            granted_by=by,
        )
        dbsession.add(grant)
    grant.ends_at = clock.end_of(until) if until else None
    dbsession.flush()
    _record(dbsession, "role.grant", grant, by, {"until": until.isoformat() if until else None})
    return grant


def grant_product_role(
    dbsession: Session,
    account_id: uuid.UUID,
    role: Role,
    *,
    gemeentecode: str,
    product: str,
    by: uuid.UUID,
    until: date | None = None,
    allow_combined: bool = False,
) -> RoleGrant:
    """Give somebody Gebruiker or Productbeheerder of a product that is active for the gemeente (R-79, R-80).

    The role may be given before the person is verified (R-69).

    :param allow_combined: whether one person may hold both roles for one product (R-90).
    :raises NotPossibleError: a rule about people forbids it.
    """
    account = dbsession.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    if role not in PRODUCT_ROLES or product not in active_products(dbsession, gemeentecode):
        raise NotPossibleError(_("Choose a product that is active for this gemeente, and one of its roles."))
    if account.id == by:
        # Otherwise whoever manages the rights could read every message unseen.
        raise NotPossibleError(_("You cannot give yourself a role. Ask another gebruikersbeheerder of your gemeente."))
    if account.ended_at is not None:
        raise NotPossibleError(_("The access of this person has ended. Restore it first."))
    if until and until < clock.today():
        raise NotPossibleError(_("The end date has passed already. Choose today or later."))
    refuse_conflict(dbsession, account.id, role, gemeentecode, product, allow_combined=allow_combined)
    grant = grant_role(dbsession, account, role, gemeentecode=gemeentecode, product=product, by=by, until=until)
    notify(dbsession, [account], NotificationKind.ROL_TOEGEKEND, gemeentecode=gemeentecode, product=product, role=role)
    return grant


def refuse_conflict(
    dbsession: Session,
    account_id: uuid.UUID,
    role: Role,
    gemeentecode: str,
    product: str | None = None,
    *,
    allow_combined: bool = False,
) -> None:
    """Stop what would give somebody a role beside one that it does not go together with.

    :raises NotPossibleError: it would; the text says with which.
    """
    held = current_grants(dbsession, [account_id], gemeentecode)
    reason = conflict(role, product, held, allow_combined=allow_combined)
    if reason:
        raise NotPossibleError(reason)


def revoke_product_role(
    dbsession: Session, account_id: uuid.UUID, grant_id: uuid.UUID, *, gemeentecode: str, by: uuid.UUID
) -> RoleGrant | None:
    """End a role of somebody for a product, and tell them.

    :returns: the grant that ended; None where this person has no such role for a product of this gemeente.
    """
    grant = next((g for g in current_grants(dbsession, [account_id], gemeentecode) if g.id == grant_id), None)
    if grant is None or grant.product is None:
        return None
    revoke_role(dbsession, grant, by)
    notify(
        dbsession,
        [grant.account],
        NotificationKind.ROL_INGETROKKEN,
        gemeentecode=gemeentecode,
        product=grant.product,
        role=grant.role,
    )
    return grant


def revoke_role(dbsession: Session, grant: RoleGrant, by: uuid.UUID | None) -> None:
    """End a role now."""
    grant.revoked_at = clock.now()
    grant.revoked_by = by
    dbsession.flush()
    _record(dbsession, "role.revoke", grant, by, {})


def current_grants(dbsession: Session, account_ids: Iterable[uuid.UUID], gemeentecode: str | None) -> list[RoleGrant]:
    """The roles these people hold for a gemeente (or for the operator), by product."""
    query = sa.select(RoleGrant).where(
        RoleGrant.account_id.in_(list(account_ids)), RoleGrant.gemeentecode == gemeentecode, holds(clock.now())
    )
    return list(dbsession.scalars(query.order_by(RoleGrant.product, RoleGrant.role)))


def has_role(
    dbsession: Session, account_id: uuid.UUID, role: Role, gemeentecode: str | None, product: str | None = None
) -> bool:
    """Whether somebody holds exactly this role now."""
    return dbsession.scalar(_current(account_id, role, gemeentecode, product)) is not None


def holders(dbsession: Session, role: Role, gemeentecode: str | None, product: str | None = None) -> list[Account]:
    """The people who hold a role now, for a product if one is named, and can use it; by name."""
    query = (
        sa.select(Account)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            RoleGrant.role == role,
            RoleGrant.gemeentecode == gemeentecode,
            holds(clock.now()),
            Account.ended_at.is_(None),
            Account.verified_at.is_not(None),
        )
        .order_by(Account.achternaam, Account.voornaam)
        .distinct()
    )
    if product is not None:
        query = query.where(RoleGrant.product == product)
    if gemeentecode is not None:
        query = query.where(Account.organisation_id.in_(acting_organisations(gemeentecode)))
    return list(dbsession.scalars(query))


def lock_holders(dbsession: Session, role: Role, gemeentecode: str | None) -> None:
    """One at a time from here to the commit: two people who end each other at the same moment would leave none."""
    dbsession.execute(
        sa.select(RoleGrant.id)
        .where(RoleGrant.role == role, RoleGrant.gemeentecode == gemeentecode, RoleGrant.revoked_at.is_(None))
        .order_by(RoleGrant.id)
        .with_for_update()
    ).all()


def acting_organisations(gemeentecode: str) -> sa.Select[uuid.UUID]:
    """The organisations that act for a gemeente today, as a subquery of their ids."""
    return sa.select(OrganisationGemeente.organisation_id).where(
        OrganisationGemeente.gemeentecode == gemeentecode, acting(clock.today())
    )


def acts_for(dbsession: Session, account: Account, gemeentecode: str) -> bool:
    """Whether a person's organisation acts for a gemeente today."""
    return account.organisation_id in set(dbsession.scalars(acting_organisations(gemeentecode)))


def last_day(end: datetime) -> date:
    """The last day of a role that ends at this moment."""
    return (end.astimezone(clock.AMSTERDAM) - timedelta(microseconds=1)).date()


def _current(account_id: uuid.UUID, role: Role, gemeentecode: str | None, product: str | None) -> sa.Select[RoleGrant]:
    return sa.select(RoleGrant).where(
        RoleGrant.account_id == account_id,
        RoleGrant.role == role,
        RoleGrant.gemeentecode == gemeentecode,
        RoleGrant.product == product,
        holds(clock.now()),
    )


def _record(
    dbsession: Session, action: str, grant: RoleGrant, by: uuid.UUID | None, details: dict[str, str | None]
) -> None:
    audit.record(
        dbsession,
        action=action,
        outcome=audit.Outcome.DONE,
        actor=by,
        gemeentecode=grant.gemeentecode,
        product=grant.product,
        object_kind="account",
        object_id=grant.account_id,
        details={"role": grant.role} | details,
    )
