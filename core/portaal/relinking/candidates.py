"""Finding the account that somebody had, and the newcomer they may be now."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portaal import clock
from portaal.access.identity import holds
from portaal.access.models import Account, RoleGrant
from portaal.gebruikersbeheer.people import mentions
from portaal.organisations.models import Gemeente, Organisation, OrganisationGemeente
from portaal.web.addresses import page_count

PAGE_SIZE = 25
MOST_NEWCOMERS = 50


@dataclass(frozen=True)
class Found:
    """One page of accounts, and how many there are in all."""

    accounts: Sequence[Account]
    total: int

    @property
    def pages(self) -> int:
        return page_count(self.total, PAGE_SIZE)


def find_accounts(dbsession: Session, text: str, page: int) -> Found:
    """The verified people in whose name, e-mail address, organisation or gemeente every word of the text stands."""
    matching = (
        sa.select(Account)
        .join(Organisation)
        .where(Account.verified_at.is_not(None), Account.ended_at.is_(None))
        .where(*(sa.or_(mentions(word), _works_for(word)) for word in text.split()))
    )
    total = dbsession.scalar(sa.select(sa.func.count()).select_from(matching.with_only_columns(Account.id).subquery()))
    accounts = dbsession.scalars(
        matching.options(joinedload(Account.organisation))
        .order_by(Account.achternaam, Account.voornaam, Account.email)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return Found(accounts.all(), total or 0)


def newcomers(dbsession: Session, account: Account) -> Sequence[Account]:
    """Who logged in for the same organisation and is nobody yet: not verified, without roles; the last one first."""
    return dbsession.scalars(
        sa.select(Account)
        .where(
            Account.organisation_id == account.organisation_id,
            Account.id != account.id,
            Account.verified_at.is_(None),
            Account.ended_at.is_(None),
            Account.id.not_in(sa.select(RoleGrant.account_id).where(holds(clock.now()))),
        )
        .order_by(Account.created_at.desc(), Account.id)
        .limit(MOST_NEWCOMERS)
    ).all()


def grants_of(dbsession: Session, account_ids: Sequence[uuid.UUID]) -> list[RoleGrant]:
    """Every role these people hold now, by gemeente and product."""
    query = sa.select(RoleGrant).where(RoleGrant.account_id.in_(account_ids), holds(clock.now()))
    return sorted(dbsession.scalars(query), key=lambda g: (g.gemeentecode or "", g.product or "", g.role))


def _works_for(word: str) -> sa.ColumnElement[bool]:
    gemeente = sa.or_(Gemeente.naam.icontains(word, autoescape=True), Gemeente.gemeentecode == word)
    linked = (
        sa.select(OrganisationGemeente.organisation_id)
        .join(Gemeente, Gemeente.gemeentecode == OrganisationGemeente.gemeentecode)
        .where(gemeente)
    )
    return sa.or_(Organisation.naam.icontains(word, autoescape=True), Account.organisation_id.in_(linked))
