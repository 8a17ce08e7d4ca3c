"""The names of people, for lists and reports that know them by their account."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portaal import clock
from portaal.access.identity import holds
from portaal.access.models import Account, RoleGrant, display_name

_Person = aliased(Account)
_COLUMNS = (
    _Person.voornaam, _Person.voorletters, _Person.tussenvoegsel, _Person.achternaam, _Person.email,
)  # fmt: skip


def account_names(dbsession: Session, account_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of these accounts, as far as they exist."""
    return _names(dbsession, Account.id.in_(set(account_ids)))


def gemeente_people(dbsession: Session, gemeentecode: str) -> list[tuple[uuid.UUID, str]]:
    """Everybody who holds a role for a gemeente now, by name."""
    holders = sa.select(RoleGrant.account_id).where(RoleGrant.gemeentecode == gemeentecode, holds(clock.now()))
    found = _names(dbsession, Account.id.in_(holders))
    return sorted(found.items(), key=lambda item: item[1].casefold())


def _names(dbsession: Session, condition: sa.ColumnElement[bool]) -> dict[uuid.UUID, str]:
    """Of an account that was merged into another, the name is that of the other: it is the same person."""
    person = sa.func.coalesce(Account.merged_into, Account.id)
    query = sa.select(Account.id, *_COLUMNS).join(_Person, _Person.id == person)
    return {account_id: display_name(*parts) for account_id, *parts in dbsession.execute(query.where(condition))}
