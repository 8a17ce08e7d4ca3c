"""The gemeenten as the Servicedesk sees them: which may use the portal, what they use, and who waits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session, aliased

from portaal import audit, clock
from portaal.access.identity import holds
from portaal.access.models import Account, Role, RoleGrant
from portaal.organisations.activation import Activation
from portaal.organisations.agreements import missing_agreements
from portaal.organisations.models import Gemeente, OrganisationGemeente, acting
from portaal.roles.errors import NotPossibleError
from portaal.web.addresses import page_count
from portaal.web.i18n import _

PAGE_SIZE = 50


class GemeenteForm(BaseModel):
    """A gemeente by its code, as the CBS gives it, and its name."""

    gemeentecode: Annotated[str, Field(pattern=r"^[0-9]{4}$")]
    naam: Annotated[str, Field(max_length=80)]


@dataclass(frozen=True)
class GemeenteLine:
    """A gemeente in the list, in numbers."""

    gemeentecode: str
    naam: str
    missing_agreements: int
    products: int
    gebruikersbeheerders: int
    waiting: int


@dataclass(frozen=True)
class FoundGemeenten:
    """One page of gemeenten, and how many there are in all."""

    lines: tuple[GemeenteLine, ...]
    total: int

    @property
    def pages(self) -> int:
        return page_count(self.total, PAGE_SIZE)


@dataclass(frozen=True)
class Waiting:
    """Somebody who registered for a gemeente that has no gebruikersbeheerder (R-52)."""

    account: Account
    gemeente: Gemeente


def find_gemeenten(dbsession: Session, text: str, page: int) -> FoundGemeenten:
    """The gemeenten with this text in their name, or this code, by name."""
    query = sa.select(
        Gemeente.gemeentecode,
        Gemeente.naam,
        _active_products().label("products"),
        _gebruikersbeheerders().label("gebruikersbeheerders"),
        _waiting().label("waiting"),
    )
    if text:
        in_name = Gemeente.naam.icontains(text, autoescape=True)
        query = query.where(sa.or_(in_name, Gemeente.gemeentecode.startswith(text, autoescape=True)))
    total = dbsession.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    rows = dbsession.execute(query.order_by(Gemeente.naam).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    missing = missing_agreements(dbsession, [row.gemeentecode for row in rows], clock.today())
    lines = (
        GemeenteLine(
            row.gemeentecode,
            row.naam,
            len(missing[row.gemeentecode]),
            row.products,
            row.gebruikersbeheerders,
            row.waiting,
        )
        for row in rows
    )
    return FoundGemeenten(tuple(lines), total)


def waiting_for_a_gebruikersbeheerder(dbsession: Session, most: int = 20) -> list[Waiting]:
    """Who registered where nobody can help them, the longest waiting first."""
    rows = dbsession.execute(
        sa.select(Account, Gemeente)
        .join(OrganisationGemeente, OrganisationGemeente.organisation_id == Account.organisation_id)
        .join(Gemeente, Gemeente.gemeentecode == OrganisationGemeente.gemeentecode)
        .where(acting(clock.today()), _unverified(), _gebruikersbeheerders() == 0)
        .order_by(Account.profile_saved_at)
        .distinct()
        .limit(most)
    ).all()
    return [Waiting(account, gemeente) for account, gemeente in rows]


def add_gemeente(dbsession: Session, form: GemeenteForm, by: uuid.UUID) -> Gemeente:
    """A new gemeente, without agreements, products or organisations.

    :raises NotPossibleError: the code is in use.
    """
    if dbsession.get(Gemeente, form.gemeentecode) is not None:
        raise NotPossibleError(_("There is a gemeente with this code already."))
    gemeente = Gemeente(gemeentecode=form.gemeentecode, naam=form.naam)
    dbsession.add(gemeente)
    audit.record(
        dbsession,
        action="gemeente.add",
        outcome=audit.Outcome.DONE,
        actor=by,
        gemeentecode=form.gemeentecode,
        object_kind="gemeente",
        object_id=form.gemeentecode,
    )
    return gemeente


def _active_products() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .where(Activation.gemeentecode == Gemeente.gemeentecode, Activation.deactivated_at.is_(None))
        .correlate(Gemeente)
        .scalar_subquery()
    )


def _gebruikersbeheerders() -> sa.ScalarSelect[int]:
    holder = aliased(Account)
    return (
        sa.select(sa.func.count(RoleGrant.account_id.distinct()))
        .join(holder, holder.id == RoleGrant.account_id)
        .where(
            RoleGrant.gemeentecode == Gemeente.gemeentecode,
            RoleGrant.role == Role.GEBRUIKERSBEHEERDER,
            holds(clock.now()),
            holder.ended_at.is_(None),
            holder.verified_at.is_not(None),
        )
        .correlate(Gemeente)
        .scalar_subquery()
    )


def _waiting() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count(Account.id.distinct()))
        .join(OrganisationGemeente, OrganisationGemeente.organisation_id == Account.organisation_id)
        .where(OrganisationGemeente.gemeentecode == Gemeente.gemeentecode, acting(clock.today()), _unverified())
        .correlate(Gemeente)
        .scalar_subquery()
    )


def _unverified() -> sa.ColumnElement[bool]:
    return sa.and_(Account.profile_saved_at.is_not(None), Account.verified_at.is_(None), Account.ended_at.is_(None))
