"""A mandate that is limited to one branch (vestiging) reaches only the gemeenten that this branch acts for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account, LoginSession, Role, RoleGrant
from portaal.audit import AuditEvent, Outcome
from portaal.organisations.models import Organisation, OrganisationGemeente
from portaal.simulators.makelaar.deviations import BRANCH
from portaal.testing.makelaar import Walk
from portaal.testing.people import People

ANNA = "anna.degroot@amsterdam.example"
OTHER_BRANCH = "000087654321"


@pytest.fixture
def anna(walk: Walk, people: People, dbsession: Session) -> Account:
    """Somebody of the organisation of Amsterdam with a role there and in Diemen."""
    account = people.new(("gebruiker", "iwmo"), pseudonym=walk.state.accounts[ANNA].pseudonym)
    there = {"role": Role.GEBRUIKER, "gemeentecode": "0384", "product": "iwmo", "granted_at": clock.now()}
    dbsession.add(RoleGrant(account_id=account.id, **there))
    dbsession.commit()
    return account


def link(dbsession: Session, gemeentecode: str, branch: str) -> OrganisationGemeente:
    """The organisation of Amsterdam acts for a gemeente by this branch."""
    organisation = dbsession.scalars(sa.select(Organisation).where(Organisation.kvk_nummer == "99000363")).one()
    linked = OrganisationGemeente(
        organisation_id=organisation.id,
        gemeentecode=gemeentecode,
        vestigingsnummer=branch,
        valid_from=clock.today() - timedelta(days=1),
    )
    dbsession.add(linked)
    dbsession.commit()
    return linked


def log_in(walk: Walk, deviation: str, username: str = ANNA) -> Any:
    suppliers = walk.begin()
    suppliers.forms[0]["deviation"] = deviation
    return walk.back(walk.authenticate(suppliers, username))


def test_a_branch_that_acts_for_no_gemeente_is_refused_with_what_to_do(
    walk: Walk, anna: Account, dbsession: Session
) -> None:
    response = log_in(walk, "branch")
    assert response.status_int == 403
    assert response.html.h1.get_text(strip=True) == "Uw machtiging is voor een vestiging die voor geen gemeente werkt"
    assert BRANCH in response
    assert "een machtiging voor de hele organisatie" in response
    assert "Servicedesk" in response
    assert dbsession.scalars(sa.select(LoginSession)).all() == []
    line = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "session.start")).one()
    assert (line.outcome, line.details["reason"], line.details["branch"]) == (Outcome.DENIED, "branch", BRANCH)


def test_another_branch_is_not_this_one(walk: Walk, anna: Account, dbsession: Session) -> None:
    link(dbsession, "0363", OTHER_BRANCH)
    assert log_in(walk, "branch").status_int == 403


def test_a_mandate_for_a_branch_reaches_the_gemeente_of_that_branch_only(
    walk: Walk, anna: Account, dbsession: Session
) -> None:
    link(dbsession, "0384", BRANCH)
    assert log_in(walk, "branch").status_int == 303
    assert walk.browser.get("/").location == "http://localhost/g/0384/"
    walk.browser.get("/g/0384/", status=200)
    assert walk.browser.get("/g/0363/", expect_errors=True).status_int == 404
    session = dbsession.scalars(sa.select(LoginSession)).one()
    assert session.branch == BRANCH


def test_a_mandate_for_the_whole_organisation_reaches_both(walk: Walk, anna: Account, dbsession: Session) -> None:
    link(dbsession, "0384", BRANCH)
    assert walk.log_in(ANNA).status_int == 303
    walk.browser.get("/g/0363/", status=200)
    walk.browser.get("/g/0384/", status=200)


def test_the_limit_is_of_the_login_and_not_of_the_person(walk: Walk, anna: Account, dbsession: Session) -> None:
    link(dbsession, "0384", BRANCH)
    log_in(walk, "branch")
    walk.log_in(ANNA)
    walk.browser.get("/g/0363/", status=200)
    assert dbsession.scalar(sa.select(sa.func.count()).select_from(Account)) == 1


def test_a_branch_that_no_longer_acts_is_out_at_the_next_request(walk: Walk, anna: Account, dbsession: Session) -> None:
    linked = link(dbsession, "0384", BRANCH)
    log_in(walk, "branch")
    walk.browser.get("/g/0384/", status=200)
    linked.valid_until = clock.today() - timedelta(days=1)
    dbsession.commit()
    assert walk.browser.get("/g/0384/", expect_errors=True).status_int == 404


def test_somebody_of_the_operator_needs_a_mandate_for_all_of_it(walk: Walk, people: People, dbsession: Session) -> None:
    karin = next(name for name, account in walk.state.accounts.items() if "99000001" in account.organisations)
    people.new(Role.SERVICEDESK, operator=True, pseudonym=walk.state.accounts[karin].pseudonym)
    assert log_in(walk, "branch", karin).status_int == 403
    assert dbsession.scalars(sa.select(LoginSession)).all() == []


def test_through_one_organisation_in_between_one_logs_in_and_it_is_noted(
    walk: Walk, anna: Account, dbsession: Session
) -> None:
    assert log_in(walk, "chain").status_int == 303
    line = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "session.start")).one()
    assert (line.outcome, line.actor, line.details["intermediary"]) == (Outcome.DONE, anna.id, "99000777")


@pytest.mark.parametrize(
    ("deviation", "title"),
    [
        ("long_chain", "Er zitten te veel organisaties tussen u en uw gemeente"),
        ("other_limit", "Uw machtiging heeft een beperking die het portaal niet kent"),
    ],
)
def test_mandates_that_the_portal_cannot_keep_to(
    walk: Walk, anna: Account, dbsession: Session, deviation: str, title: str
) -> None:
    response = log_in(walk, deviation)
    assert response.status_int == 403
    assert response.html.h1.get_text(strip=True) == title
    assert "Kenmerk" in response
    assert dbsession.scalars(sa.select(LoginSession)).all() == []
