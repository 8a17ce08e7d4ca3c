"""Which gemeenten an organisation acts for, several at once and each for a period; and whom a login is of."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.identity import load_gemeenten
from portaal.access.models import Account, RoleGrant
from portaal.login.levels import AssuranceLevel
from portaal.login.record import LoginRecord
from portaal.login.session import find_or_create_account, find_organisation
from portaal.organisations.models import Organisation, OrganisationGemeente, OrganisationKind
from portaal.testing.application import Browser
from portaal.testing.people import People


def record(kvk_nummer: str | None = None, rsin: str | None = None, pseudonym: str = "p" * 64) -> LoginRecord:
    return LoginRecord(
        issuer="urn:makelaar",
        kvk_nummer=kvk_nummer,
        rsin=rsin,
        pseudonym=pseudonym,
        level=AssuranceLevel.LOA3,
        branch=None,
        intermediary_kvk=None,
        assertion_id="_1",
        expires_at=clock.now() + timedelta(minutes=2),
    )


@pytest.fixture
def regio(dbsession: Session) -> Organisation:
    """A samenwerkingsverband that acts for nobody yet."""
    organisation = Organisation(
        kvk_nummer="99000777", rsin="001234567", naam="Regio Zorg", kind=OrganisationKind.SAMENWERKINGSVERBAND
    )
    dbsession.add(organisation)
    dbsession.flush()
    return organisation


def act(dbsession: Session, organisation: Organisation, code: str, begin: date, end: date | None = None) -> None:
    dbsession.add(
        OrganisationGemeente(organisation_id=organisation.id, gemeentecode=code, valid_from=begin, valid_until=end)
    )
    dbsession.flush()


def codes(dbsession: Session, organisation: Organisation) -> list[str]:
    return [standing.code for standing in load_gemeenten(dbsession, organisation.id)]


def test_an_organisation_acts_for_several_gemeenten_and_a_gemeente_has_several_organisations(
    regio: Organisation, dbsession: Session
) -> None:
    for code in ("0363", "0384"):
        act(dbsession, regio, code, clock.today())
    assert codes(dbsession, regio) == ["0363", "0384"]
    amsterdam = dbsession.scalars(sa.select(Organisation).where(Organisation.kvk_nummer == "99000363")).one()
    assert codes(dbsession, amsterdam) == ["0363"]


@pytest.mark.parametrize(
    ("begins", "ends", "acts"),
    [(0, None, True), (1, None, False), (-10, 0, True), (-10, -1, False), (0, 0, True), (1, 5, False)],
)
def test_from_the_first_day_up_to_and_including_the_last(
    regio: Organisation, dbsession: Session, begins: int, ends: int | None, acts: bool
) -> None:
    today = clock.today()
    end = None if ends is None else today + timedelta(days=ends)
    act(dbsession, regio, "0363", today + timedelta(days=begins), end)
    assert codes(dbsession, regio) == (["0363"] if acts else [])


def test_two_periods_with_a_gap_between_them(regio: Organisation, dbsession: Session) -> None:
    today = clock.today()
    act(dbsession, regio, "0363", today - timedelta(days=20), today - timedelta(days=10))
    act(dbsession, regio, "0363", today + timedelta(days=10))
    assert codes(dbsession, regio) == []


def test_somebody_of_two_gemeenten_loses_one_and_keeps_the_other(
    browser: Browser, people: People, dbsession: Session
) -> None:
    person = people.new(("gebruiker", "iwmo"))
    organisation = dbsession.get_one(Organisation, person.organisation_id)
    act(dbsession, organisation, "0384", clock.today())
    dbsession.add(
        RoleGrant(account_id=person.id, role="gebruiker", gemeentecode="0384", product="iwmo", granted_at=clock.now())
    )
    dbsession.commit()
    browser.log_in_as(dbsession, person)
    browser.get("/g/0363/iwmo/berichten", status=200)
    browser.get("/g/0384/iwmo/berichten", status=200)
    for linked in organisation.gemeenten:
        if linked.gemeentecode == "0363":
            linked.valid_until = clock.today() - timedelta(days=1)
    dbsession.commit()
    browser.get("/g/0363/iwmo/berichten", status=404)
    browser.get("/g/0384/iwmo/berichten", status=200)


# ---- which organisation, and who


def test_an_organisation_is_known_by_its_kvk_number_else_by_its_rsin(regio: Organisation, dbsession: Session) -> None:
    assert find_organisation(dbsession, record("99000777")) is regio
    assert find_organisation(dbsession, record(None, "001234567")) is regio
    assert find_organisation(dbsession, record("99009998", "001234567")) is regio
    assert find_organisation(dbsession, record("99009998", "001234568")) is None
    amsterdam = find_organisation(dbsession, record("99000363", "001234567"))
    assert amsterdam is not None
    assert amsterdam.kvk_nummer == "99000363"


def test_the_makelaar_the_organisation_and_the_pseudonym_make_a_person(regio: Organisation, dbsession: Session) -> None:
    diemen = dbsession.scalars(sa.select(Organisation).where(Organisation.kvk_nummer == "99000384")).one()
    first = find_or_create_account(dbsession, record("99000777"), regio)
    assert find_or_create_account(dbsession, record("99000777"), regio) is first
    assert find_or_create_account(dbsession, record("99000384"), diemen) is not first
    assert find_or_create_account(dbsession, record("99000777", pseudonym="q" * 64), regio) is not first
    assert dbsession.scalar(sa.select(sa.func.count()).select_from(Account)) == 3
