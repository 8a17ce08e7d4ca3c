"""The people of a gemeente: everybody who registered for an organisation that acts for it."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.identity import holds
from portaal.access.models import Account, RoleGrant
from portaal.onboarding.models import VerificationCode, usable
from portaal.roles.grants import acting_organisations, current_grants
from portaal.web.addresses import page_count

PAGE_SIZE = 50


class Toestand(enum.StrEnum):
    """Where somebody stands, in the order in which they ask for attention."""

    AANGEMELD = "aangemeld"
    CODE_UITGEGEVEN = "code_uitgegeven"
    GEVERIFIEERD = "geverifieerd"
    ACTIEF = "actief"
    BEEINDIGD = "beeindigd"


@dataclass(frozen=True)
class Person:
    """Somebody with their standing in one gemeente."""

    account: Account
    toestand: Toestand
    grants: tuple[RoleGrant, ...]


@dataclass(frozen=True)
class Selection:
    """What to look for.

    :param text: a part of the name, the department or the e-mail address.
    """

    text: str = ""
    toestand: Toestand | None = None
    page: int = 1


@dataclass(frozen=True)
class Found:
    """One page of people and how many there are in all."""

    people: tuple[Person, ...]
    total: int

    @property
    def pages(self) -> int:
        return page_count(self.total, PAGE_SIZE)


def find(dbsession: Session, gemeentecode: str, selection: Selection) -> Found:
    """The people that fit, those who wait first, then by name."""
    toestand = _toestand(gemeentecode)
    matching = _registered(gemeentecode).where(_contains(selection.text))
    if selection.toestand:
        matching = matching.where(toestand == selection.toestand)
    total = dbsession.scalar(sa.select(sa.func.count()).select_from(matching.with_only_columns(Account.id).subquery()))
    order = sa.case({value: rank for rank, value in enumerate(Toestand)}, value=toestand)
    rows = dbsession.execute(
        matching.add_columns(toestand)
        .order_by(order, Account.achternaam, Account.voornaam, Account.email)
        .limit(PAGE_SIZE)
        .offset((selection.page - 1) * PAGE_SIZE)
    ).all()
    return Found(_people(dbsession, gemeentecode, [(account, state) for account, state in rows]), total or 0)


def get(dbsession: Session, gemeentecode: str, account_id: uuid.UUID) -> Person | None:
    """One person; None for who does not exist and for who has nothing to do with this gemeente alike."""
    row = dbsession.execute(
        _registered(gemeentecode).add_columns(_toestand(gemeentecode)).where(Account.id == account_id)
    ).one_or_none()
    if row is None:
        return None
    (person,) = _people(dbsession, gemeentecode, [(row[0], row[1])])
    return person


def counts(dbsession: Session, gemeentecode: str) -> dict[Toestand, int]:
    """How many people there are in each state."""
    states = _registered(gemeentecode).with_only_columns(_toestand(gemeentecode).label("toestand")).subquery()
    rows = dbsession.execute(sa.select(states.c.toestand, sa.func.count()).group_by(states.c.toestand)).all()
    found = {Toestand(state): number for state, number in rows}
    return {state: found.get(state, 0) for state in Toestand}


def waiting(dbsession: Session, gemeentecode: str) -> int:
    """How many people wait for a code, for their own verification or for a role."""
    found = counts(dbsession, gemeentecode)
    return sum(found[state] for state in (Toestand.AANGEMELD, Toestand.CODE_UITGEGEVEN, Toestand.GEVERIFIEERD))


def _registered(gemeentecode: str) -> sa.Select[Account]:
    return sa.select(Account).where(
        Account.organisation_id.in_(acting_organisations(gemeentecode)),
        Account.profile_saved_at.is_not(None),
        Account.merged_into.is_(None),
    )


def _toestand(gemeentecode: str) -> sa.ColumnElement[str]:
    now = clock.now()
    has_code = sa.exists().where(VerificationCode.account_id == Account.id, usable(now))
    has_role = sa.exists().where(RoleGrant.account_id == Account.id, RoleGrant.gemeentecode == gemeentecode, holds(now))
    return sa.case(
        (Account.ended_at.is_not(None), Toestand.BEEINDIGD.value),
        (Account.verified_at.is_(None) & has_code, Toestand.CODE_UITGEGEVEN.value),
        (Account.verified_at.is_(None), Toestand.AANGEMELD.value),
        (has_role, Toestand.ACTIEF.value),
        else_=Toestand.GEVERIFIEERD.value,
    )


def _contains(text: str) -> sa.ColumnElement[bool]:
    """Every word of the text stands somewhere in what we know of a person."""
    return sa.and_(sa.true(), *(mentions(word) for word in text.split()))


def mentions(word: str) -> sa.ColumnElement[bool]:
    """Whether a word stands in the name, the department or the e-mail address of an account."""
    columns = (
        Account.voornaam,
        Account.voorletters,
        Account.tussenvoegsel,
        Account.achternaam,
        Account.afdeling,
        Account.email,
    )
    return sa.or_(*(column.icontains(word, autoescape=True) for column in columns))


def _people(dbsession: Session, gemeentecode: str, rows: Sequence[tuple[Account, str]]) -> tuple[Person, ...]:
    grants = current_grants(dbsession, [account.id for account, _ in rows], gemeentecode)
    return tuple(
        Person(account, Toestand(state), tuple(grant for grant in grants if grant.account_id == account.id))
        for account, state in rows
    )
