"""Verificatie and what comes after it (R-52, R-65 to R-78)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account, LoginSession, Role, RoleGrant
from portaal.audit import AuditEvent, Outcome
from portaal.notifications.models import Notification, NotificationKind
from portaal.onboarding import codes, limiter
from portaal.onboarding.issuing import issue, withdraw
from portaal.onboarding.models import MAX_TRIES, CodeKind, VerificationCode
from portaal.testing.application import Browser
from portaal.testing.pages import main_form
from portaal.testing.people import People

PAGE = "/verificatie"
WRONG = "0000-0000-00000"
REFUSED = "Deze code klopt niet of is niet meer geldig."


@pytest.fixture
def beheerder(people: People) -> Account:
    return people.new(Role.GEBRUIKERSBEHEERDER)


@pytest.fixture
def desk(people: People) -> Account:
    return people.new(Role.SERVICEDESK, operator=True)


@pytest.fixture
def newcomer(people: People) -> Account:
    """Somebody who has saved Persoonlijke Instellingen."""
    return people.new(verified=False)


@pytest.fixture
def code(dbsession: Session, newcomer: Account, beheerder: Account) -> str:
    """A code that the gebruikersbeheerder gave the newcomer."""
    code = issue(dbsession, newcomer.id, "0363", CodeKind.GEBRUIKER, beheerder.id)
    dbsession.commit()
    return code


@pytest.fixture
def new_browser(browser: Browser, newcomer: Account, dbsession: Session) -> Browser:
    browser.log_in_as(dbsession, newcomer)
    return browser


def enter(browser: Browser, code: str, status: int = 422) -> Any:
    form = main_form(browser.get(PAGE))
    form["verificatiecode"] = code
    return form.submit(status=status)


def tries(dbsession: Session) -> list[int]:
    return list(dbsession.scalars(sa.select(VerificationCode.tries).order_by(VerificationCode.issued_at)))


def is_verified(dbsession: Session, account: Account) -> bool:
    dbsession.refresh(account)
    return account.verified_at is not None


def test_after_saving_one_is_asked_for_the_code(new_browser: Browser, beheerder: Account) -> None:
    page = new_browser.get("/", status=303).follow()
    assert page.request.path == PAGE
    assert page.html.h1.text == "Verificatie"
    headings = [heading.text for heading in page.html.select("main h2")]
    assert headings == ["Nieuwe gebruiker", "Nieuwe gebruikersbeheerder"]
    for words in ("van de gebruikersbeheerder van uw gemeente", "Neem dan contact op met uw gebruikersbeheerder",
                  "van de Servicedesk van Stichting Inlichtingenbureau", "hebt u toegang tot het portaal",
                  beheerder.display_name):  # fmt: skip
        assert words in page.text, words
    assert page.html.select_one("label[for=verificatiecode]").text == "Verificatiecode"
    assert page.html.select_one("main form button").text.strip() == "Verifieer"


def test_the_right_code_verifies_and_ends_every_session(
    new_browser: Browser, newcomer: Account, dbsession: Session, code: str
) -> None:
    cookie = new_browser.cookies["portaal"].strip('"')  # WebTest quotes what it keeps
    new_browser.log_in_as(dbsession, newcomer)  # a second browser of the same person
    other = new_browser.cookies["portaal"].strip('"')
    new_browser.set_cookie("portaal", cookie)
    page = enter(new_browser, code, 303).follow()
    assert page.html.h1.text == "Verificatie gelukt"
    assert "Sluit uw browser af en log opnieuw in" in page.text
    assert page.html.select_one("main a.nl-button")["href"] == "/Inloggen-op-portals"
    assert page.html.select("[action='/uitloggen']") == []
    assert is_verified(dbsession, newcomer)
    for dead in (cookie, other):
        new_browser.set_cookie("portaal", dead)
        assert new_browser.get("/persoonlijke-instellingen", status=303).location.startswith(
            "http://localhost/Inloggen-op-portals"
        )
    assert not dbsession.scalars(sa.select(LoginSession).where(LoginSession.ended_at.is_(None))).all()


@pytest.mark.parametrize("spelling", [str.lower, lambda c: c.replace("-", ""), lambda c: f"  {c} ".replace("-", " ")])
def test_the_code_may_be_written_in_any_way(new_browser: Browser, code: str, spelling: Any) -> None:
    enter(new_browser, spelling(code), 303)


def test_the_page_is_not_shown_again_at_the_next_login(
    new_browser: Browser, newcomer: Account, dbsession: Session, code: str
) -> None:
    enter(new_browser, code, 303)
    new_browser.log_in_as(dbsession, newcomer)
    assert new_browser.get("/", status=303).location.endswith("/wacht-op-rollen")
    assert new_browser.get(PAGE, status=303).location == "http://localhost/"


def test_without_a_role_nothing_can_be_used_and_the_page_says_whom_to_ask(
    browser: Browser, people: People, dbsession: Session, beheerder: Account
) -> None:
    browser.log_in_as(dbsession, people.new())
    page = browser.get("/", status=303).follow()
    assert page.html.h1.text == "Wachten op rollen"
    assert beheerder.display_name in page.text
    assert "iWmo" not in page.text
    assert page.html.select("nav[aria-label=Hoofdmenu]") == []
    assert browser.get("/g/0363/", status=303).location.endswith("/wacht-op-rollen")
    assert browser.get("/meldingen", status=303).location.endswith("/wacht-op-rollen")


def test_roles_given_before_verification_work_after_it(
    new_browser: Browser, newcomer: Account, dbsession: Session, code: str
) -> None:
    dbsession.add(RoleGrant(account_id=newcomer.id, role=Role.GEBRUIKER, gemeentecode="0363", product="iwmo",
                            granted_at=clock.now()))  # fmt: skip
    dbsession.commit()
    assert new_browser.get("/g/0363/", status=303).location.endswith(PAGE)
    enter(new_browser, code, 303)
    new_browser.log_in_as(dbsession, newcomer)
    dashboard = new_browser.get("/", status=303).follow()
    assert dashboard.request.path == "/g/0363/"
    assert "U hebt nu toegang tot het portaal Zorg" in dashboard.text


def test_a_wrong_code_is_refused_counted_and_noted(new_browser: Browser, dbsession: Session, code: str) -> None:
    page = enter(new_browser, WRONG)
    assert REFUSED in page.html.select_one("#verificatiecode-fout").text
    assert main_form(page)["verificatiecode"].value == WRONG
    assert tries(dbsession) == [1]
    event = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "verification_code.use")).one()
    assert event.outcome is Outcome.DENIED
    assert WRONG not in str(event.details)


def test_what_cannot_be_a_code_costs_no_try(new_browser: Browser, dbsession: Session, code: str) -> None:
    assert "13 letters en cijfers" in enter(new_browser, "geen code").text
    assert "Vul dit veld in." in enter(new_browser, " ").text
    assert tries(dbsession) == [0]


def test_after_five_wrong_tries_the_right_code_no_longer_works(
    new_browser: Browser, newcomer: Account, dbsession: Session, code: str
) -> None:
    for _ in range(MAX_TRIES):
        enter(new_browser, WRONG)
    assert REFUSED in enter(new_browser, code).text
    assert tries(dbsession) == [MAX_TRIES]
    assert not is_verified(dbsession, newcomer)


@pytest.mark.parametrize(("passed", "status"), [(timedelta(hours=72, seconds=-1), 303), (timedelta(hours=72), 422)])
def test_a_code_expires_after_72_hours(
    browser: Browser, newcomer: Account, dbsession: Session, code: str, passed: timedelta, status: int
) -> None:
    issued = dbsession.scalars(sa.select(VerificationCode.issued_at)).one()
    with time_machine.travel(issued + passed, tick=False):
        browser.log_in_as(dbsession, newcomer)
        enter(browser, code, status)


def test_a_code_works_once(new_browser: Browser, newcomer: Account, dbsession: Session, code: str) -> None:
    enter(new_browser, code, 303)
    assert is_verified(dbsession, newcomer)
    newcomer.verified_at = None
    new_browser.log_in_as(dbsession, newcomer)
    assert REFUSED in enter(new_browser, code).text


def test_a_new_code_replaces_the_old_one(
    new_browser: Browser, newcomer: Account, beheerder: Account, dbsession: Session, code: str
) -> None:
    newer = issue(dbsession, newcomer.id, "0363", CodeKind.GEBRUIKER, beheerder.id)
    dbsession.commit()
    assert REFUSED in enter(new_browser, code).text
    enter(new_browser, newer, 303)


def test_a_withdrawn_code_does_not_work(new_browser: Browser, newcomer: Account, dbsession: Session, code: str) -> None:
    assert withdraw(dbsession, newcomer.id)
    dbsession.commit()
    assert REFUSED in enter(new_browser, code).text


def test_somebody_elses_code_does_not_work_and_stays_good(
    browser: Browser, people: People, newcomer: Account, beheerder: Account, dbsession: Session, code: str
) -> None:
    thief = people.new(verified=False)
    own = issue(dbsession, thief.id, "0363", CodeKind.GEBRUIKER, beheerder.id)
    browser.log_in_as(dbsession, thief)
    assert REFUSED in enter(browser, code).text
    assert tries(dbsession) == [0, 1]
    assert own != code
    browser.log_in_as(dbsession, newcomer)
    enter(browser, code, 303)


def test_the_database_holds_no_code(code: str, dbsession: Session) -> None:
    kept = dbsession.scalars(sa.select(VerificationCode)).one()
    plain = codes.read(code) or ""
    assert kept.code_hash.startswith("$argon2id$")
    for text in (plain, code, plain[:4], plain[-5:]):
        assert text not in kept.code_hash
    assert all(code not in str(event.details) for event in dbsession.scalars(sa.select(AuditEvent)))


def test_a_code_of_the_servicedesk_makes_its_holder_gebruikersbeheerder(
    browser: Browser, people: People, desk: Account, dbsession: Session
) -> None:
    colleague = people.new(Role.GEBRUIKERSBEHEERDER, gemeente="0384")
    chosen = people.new(gemeente="0384", verified=False)
    code = issue(dbsession, chosen.id, "0384", CodeKind.GEBRUIKERSBEHEERDER, desk.id)
    browser.log_in_as(dbsession, chosen)
    enter(browser, code, 303)
    grant = dbsession.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == chosen.id)).one()
    assert (grant.role, grant.gemeentecode, grant.product, grant.granted_by) == (
        Role.GEBRUIKERSBEHEERDER, "0384", None, desk.id,
    )  # fmt: skip
    notice = dbsession.scalars(sa.select(Notification)).one()
    assert (notice.kind, notice.account_id) == (NotificationKind.GEBRUIKERSBEHEERDER_BENOEMD, colleague.id)
    browser.log_in_as(dbsession, chosen)
    assert browser.get("/", status=303).location.endswith("/g/0384/")
    browser.get("/g/0384/gebruikers", status=200)


def test_somebody_verified_can_still_become_gebruikersbeheerder(
    browser: Browser, people: People, desk: Account, dbsession: Session
) -> None:
    person = people.new(("gebruiker", "iwmo"))
    code = issue(dbsession, person.id, "0363", CodeKind.GEBRUIKERSBEHEERDER, desk.id)
    browser.log_in_as(dbsession, person)
    page = browser.get(PAGE)
    assert [heading.text for heading in page.html.select("main h2")] == ["Nieuwe gebruikersbeheerder"]
    enter(browser, code, 303)
    browser.log_in_as(dbsession, person)
    browser.get("/g/0363/gebruikers", status=200)


def test_the_first_of_a_gemeente_without_gebruikersbeheerder_is_told_to_wait(
    browser: Browser, people: People, dbsession: Session
) -> None:
    browser.log_in_as(dbsession, people.new(gemeente="0384", verified=False))
    page = browser.get(PAGE)
    assert "Uw gemeente heeft nog geen gebruikersbeheerder" in page.text
    assert "moet de gebruikersbeheerder als eerste inloggen" in page.text


def test_the_operators_own_people_are_told_to_ask_a_colleague(
    browser: Browser, people: People, dbsession: Session
) -> None:
    browser.log_in_as(dbsession, people.new(operator=True, verified=False))
    page = browser.get(PAGE)
    assert "Vraag een collega van de Servicedesk" in page.text
    assert page.html.select("#verificatiecode") == []


def test_the_profile_comes_first(browser: Browser, people: People, dbsession: Session) -> None:
    browser.log_in_as(dbsession, people.new(saved=False, verified=False))
    assert browser.get(PAGE, status=303).location.endswith("/persoonlijke-instellingen")
    token = main_form(browser.get("/persoonlijke-instellingen"))["csrf_token"].value
    response = browser.post(PAGE, {"verificatiecode": WRONG, "csrf_token": token}, status=303)
    assert response.location.endswith("/persoonlijke-instellingen")


def test_a_code_is_worthless_when_the_organisation_no_longer_acts_for_the_gemeente(
    new_browser: Browser, newcomer: Account, dbsession: Session, code: str
) -> None:
    from portaal.organisations.models import OrganisationGemeente

    page = new_browser.get(PAGE)
    for link in dbsession.scalars(
        sa.select(OrganisationGemeente).where(OrganisationGemeente.organisation_id == newcomer.organisation_id)
    ):
        link.valid_until = clock.today() - timedelta(days=1)
    dbsession.commit()
    form = main_form(page)
    form["verificatiecode"] = code
    assert form.submit(status=422)
    assert not is_verified(dbsession, newcomer)


def test_many_attempts_by_one_account_are_stopped_for_an_hour(
    browser: Browser, newcomer: Account, beheerder: Account, dbsession: Session
) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        browser.log_in_as(dbsession, newcomer)
        for _ in range(limiter.PER_ACCOUNT):
            assert REFUSED in enter(browser, WRONG).text
        code = issue(dbsession, newcomer.id, "0363", CodeKind.GEBRUIKER, beheerder.id)
        dbsession.commit()
        assert "Er zijn te veel codes geprobeerd." in enter(browser, code).text
        assert tries(dbsession) == [0]
        traveller.shift(limiter.WINDOW)
        browser.log_in_as(dbsession, newcomer)
        enter(browser, code, 303)


def test_many_attempts_from_one_network_are_stopped(
    browser: Browser, people: People, dbsession: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "PER_NETWORK", 2 * limiter.PER_ACCOUNT)
    accounts = [people.new(verified=False) for _ in range(limiter.PER_NETWORK // limiter.PER_ACCOUNT + 1)]
    refused = 0
    for number, account in enumerate(accounts):
        browser.log_in_as(dbsession, account)
        browser.extra_environ["REMOTE_ADDR"] = f"2001:db8::{number + 1}"
        for _ in range(limiter.PER_ACCOUNT):
            refused += REFUSED in enter(browser, WRONG).text
    assert refused == limiter.PER_NETWORK
    browser.extra_environ["REMOTE_ADDR"] = "2001:db8:0:1::1"
    browser.log_in_as(dbsession, people.new(verified=False))
    assert REFUSED in enter(browser, WRONG).text


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("::ffff:192.0.2.7", "192.0.2.7")],
)
def test_the_network_of_an_address(address: str, network: str) -> None:
    assert limiter.network(address) == network


def test_without_a_token_against_forgery_nothing_happens(new_browser: Browser, dbsession: Session, code: str) -> None:
    new_browser.post(PAGE, {"verificatiecode": code}, status=400)
    assert tries(dbsession) == [0]
