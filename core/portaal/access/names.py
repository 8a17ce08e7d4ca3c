"""The names of people, for lists and reports that know them by their account."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.identity import holds
from portaal.access.models import Account, RoleGrant, display_name

_COLUMNS = (
    Account.id, Account.voornaam, Account.voorletters, Account.tussenvoegsel, Account.achternaam, Account.email,
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
    rows = dbsession.execute(sa.select(*_COLUMNS).where(condition))
    return {account_id: display_name(*parts) for account_id, *parts in rows}
