"""Logging in on the makelaar's pages, and what becomes of it (R-36, R-38, R-39, R-48 to R-51)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
import webtest
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account, LoginSession
from portaal.audit import AuditEvent, Outcome
from portaal.login.models import PendingLogin, UsedAssertion
from portaal.login.refusal import RefusalReason
from portaal.login.session import NOT_LET_IN
from portaal.testing.application import Browser
from portaal.testing.makelaar import Walk, form_with
from portaal.testing.people import People

ANNA = "anna.degroot@amsterdam.example"
BRAM = "bram.visser@amsterdam.example"
OMAR = "omar.haddad@regio.example"


def account_of(walk: Walk, people: People, username: str, gemeente: str = "0363") -> Account:
    """Somebody of the makelaar who is in already."""
    return people.new(("gebruiker", "iwmo"), gemeente=gemeente, pseudonym=walk.state.accounts[username].pseudonym)


def heading(response: webtest.TestResponse) -> str:
    return str(response.html.h1.get_text(strip=True))


def test_the_choice_of_makelaar_asks_for_one(browser: Browser) -> None:
    page = browser.get("/inloggen")
    assert "Voorbeeldmakelaar" in page
    assert "niveau EH3" in page
    assert "Vraag eHerkenning aan" in page
    refused = form_with(page, "makelaar").submit(status=422)
    assert "Kies de makelaar van uw gemeente." in refused


def test_a_makelaar_that_is_not_known_cannot_be_chosen(browser: Browser) -> None:
    form = form_with(browser.get("/inloggen"), "makelaar")
    form["makelaar"].force_value("urn:etoegang:HM:0:entities:1")
    assert "Kies de makelaar van uw gemeente." in form.submit(status=422)


def test_the_page_that_sends_on_is_not_kept_and_may_post_to_the_makelaar(browser: Browser, walk: Walk) -> None:
    choice = form_with(browser.get("/inloggen"), "makelaar")
    choice["makelaar"] = walk.state.parties.entity_id
    response = choice.submit()
    assert response.headers["Cache-Control"] == "no-cache, no-store"
    assert response.headers["Pragma"] == "no-cache"
    assert f"form-action 'self' {walk.state.base_url}" in response.headers["Content-Security-Policy"]
    relay_state = form_with(response, "RelayState")["RelayState"].value
    assert len(relay_state) <= 80


def test_somebody_new_logs_in_and_goes_on_to_sign_up(walk: Walk, dbsession: Session) -> None:
    response = walk.log_in(ANNA)
    assert response.location == "http://localhost/"
    assert walk.browser.get("/").location.endswith("/persoonlijke-instellingen")
    (account,) = dbsession.query(Account).all()
    assert account.issuer == walk.state.parties.entity_id
    assert account.organisation.kvk_nummer == "99000363"
    assert account.pseudonym == walk.state.accounts[ANNA].pseudonym
    (session,) = dbsession.query(LoginSession).all()
    assert session.level == "loa3"


def test_somebody_who_was_here_before_goes_on_to_their_work(walk: Walk, people: People, dbsession: Session) -> None:
    account = account_of(walk, people, ANNA)
    assert walk.log_in(ANNA).location == "http://localhost/"
    assert walk.browser.get("/").location == "http://localhost/g/0363/"
    assert dbsession.query(Account).count() == 1
    dbsession.refresh(account)
    assert account.last_login_at is not None


def test_a_login_is_noted_with_its_makelaar_and_level(walk: Walk, people: People, dbsession: Session) -> None:
    account = account_of(walk, people, ANNA)
    walk.log_in(ANNA)
    (line,) = dbsession.query(AuditEvent).filter_by(action="session.start").all()
    assert (line.outcome, line.actor, line.gemeentecode) == (Outcome.DONE, account.id, "0363")
    assert line.details == {"makelaar": walk.state.parties.entity_id, "level": "loa3"}


def test_a_smartcard_needs_no_text_message(walk: Walk) -> None:
    suppliers = walk.begin()
    suppliers.forms[0]["supplier"] = "Sleutelbos"
    password = suppliers.forms[0].submit().follow().click("Smartcard of USB-token")
    password.forms[0]["username"], password.forms[0]["password"] = ANNA, "welkom-portaal"
    assert walk.back(password.forms[0].submit()).location == "http://localhost/"


def test_another_pseudonym_is_somebody_new_whatever_the_address(walk: Walk, people: People, dbsession: Session) -> None:
    people.new(("gebruiker", "iwmo"), email=ANNA)
    walk.log_in(ANNA)
    assert dbsession.query(Account).count() == 2
    assert walk.browser.get("/").location.endswith("/persoonlijke-instellingen")


def test_the_same_person_for_another_organisation_is_somebody_new(walk: Walk, dbsession: Session) -> None:
    walk.log_in(OMAR, organisation="99000363")
    walk.log_in(OMAR, organisation="99000384")
    assert {account.organisation.naam for account in dbsession.query(Account)} == {
        "Gemeente Amsterdam",
        "Gemeente Diemen",
    }


def test_the_same_pseudonym_of_another_makelaar_is_somebody_new(walk: Walk, people: People, dbsession: Session) -> None:
    account_of(walk, people, ANNA).issuer = "urn:etoegang:HM:00000003000000000000:entities:1"
    dbsession.commit()
    walk.log_in(ANNA)
    assert dbsession.query(Account).count() == 2


def test_cancelling_leads_back_without_a_session(walk: Walk, dbsession: Session) -> None:
    suppliers = walk.begin()
    response = walk.back(form_with_action(suppliers, "/annuleren").submit())
    assert response.status_int == 200
    assert heading(response) == "U hebt het inloggen geannuleerd"
    assert dbsession.query(LoginSession).count() == 0


def form_with_action(page: webtest.TestResponse, action: str) -> webtest.Form:
    return next(form for form in page.forms.values() if form.action == action)


@pytest.mark.parametrize(
    ("username", "title"),
    [
        ("mila.schouten@amsterdam.example", "Het niveau van uw inlogmiddel is te laag"),
        ("noor.hendriks@onbekend.example", "Uw organisatie is niet bekend in het portaal"),
        ("joris.vos@haarlemmermeer.example", "Uw gemeente kan het portaal nog niet gebruiken"),
    ],
)
def test_who_may_not_in_reads_why_and_what_to_do(walk: Walk, dbsession: Session, username: str, title: str) -> None:
    response = walk.log_in(username)
    assert response.status_int == 403
    assert heading(response) == title
    assert "Servicedesk" in response
    assert dbsession.query(LoginSession).count() == 0
    english = response.click("English")
    assert english.html.html["lang"] == "en"
    assert heading(english.click("Nederlands")) == title


def test_an_account_that_ended_stays_out(walk: Walk, people: People, dbsession: Session) -> None:
    account_of(walk, people, ANNA).ended_at = clock.now()
    dbsession.commit()
    response = walk.log_in(ANNA)
    assert response.status_int == 403
    assert heading(response) == "Uw account is beëindigd"
    (line,) = dbsession.query(AuditEvent).filter_by(action="session.start").all()
    assert (line.outcome, line.details["reason"]) == (Outcome.DENIED, "account_ended")


def test_an_organisation_whose_period_is_over_is_unknown(walk: Walk, dbsession: Session) -> None:
    from portaal.organisations.models import Organisation

    organisation = dbsession.query(Organisation).filter_by(kvk_nummer="99000363").one()
    organisation.gemeenten[0].valid_until = clock.today() - timedelta(days=1)
    dbsession.commit()
    assert heading(walk.log_in(ANNA)) == "Uw organisatie is niet bekend in het portaal"


# ---- why not, in words


@pytest.mark.portaal_database("sqlite")  # the words do not depend on it
@pytest.mark.parametrize("reason", RefusalReason)
def test_every_refusal_has_a_page_in_both_languages(browser: Browser, reason: RefusalReason) -> None:
    page = browser.get(f"/inloggen/mislukt/{reason}?kenmerk=0a1b2c3d")
    assert "0a1b2c3d" in page
    english = page.click("English")
    assert "0a1b2c3d" in english
    assert english.html.html["lang"] == "en"
    assert heading(english) != heading(page)
    assert english.html.find("a", string="Log in again")["href"] == "/inloggen"
    assert heading(english.click("Nederlands")) == heading(page)


def test_only_what_is_technical_shares_a_page(browser: Browser) -> None:
    headings = Counter(heading(browser.get(f"/inloggen/mislukt/{reason}")) for reason in RefusalReason)
    assert {title: count for title, count in headings.items() if count > 1} == {"Het inloggen is niet gelukt": 7}


def test_not_being_let_in_has_a_page_in_both_languages(browser: Browser) -> None:
    headings = set()
    for reason in NOT_LET_IN:
        page = browser.get(f"/inloggen/mislukt/{reason}?vestiging=000012345678")
        english = page.click("English")
        assert ("000012345678" in page) == ("000012345678" in english) == (reason == "branch")
        headings |= {heading(page), heading(english.click("Nederlands")), heading(english)}
        browser.get("/?taal=nl")
    assert len(headings) == 2 * len(NOT_LET_IN)


@pytest.mark.parametrize(
    "address",
    [
        "iets",
        "expired?kenmerk=<b>",
        "expired?kenmerk=0a1b2c3d4",
        "EXPIRED",
        "branch",
        "branch?vestiging=12",
        "no_roles",
    ],
)
def test_a_page_of_no_refusal_is_not_there(browser: Browser, address: str) -> None:
    browser.get(f"/inloggen/mislukt/{address}", status=404)


def test_the_other_language_after_a_refusal_says_the_same(walk: Walk) -> None:
    cancelled = walk.back(form_with_action(walk.begin(), "/annuleren").submit())
    assert heading(cancelled) == "U hebt het inloggen geannuleerd"
    assert heading(cancelled.click("English")) == "You cancelled logging in"


# ---- one answer, one request, one browser


def test_a_used_answer_is_worth_nothing(walk: Walk, dbsession: Session) -> None:
    answer = walk.authenticate(walk.begin(), ANNA)
    assert walk.back(answer).status_int == 303
    again = walk.back(answer)
    assert again.status_int == 403
    assert heading(again) == "Dit inloggen is niet hier begonnen"  # logging in gave the browser a new token
    assert dbsession.query(LoginSession).count() == 1


def test_a_used_refusal_is_worth_nothing_either(walk: Walk) -> None:
    answer = form_with_action(walk.begin(), "/annuleren").submit()
    assert walk.back(answer).status_int == 200
    again = walk.back(answer)
    assert again.status_int == 403
    assert heading(again) == "Deze login is al gebruikt"


def test_an_answer_means_nothing_in_another_browser(walk: Walk, app: object, dbsession: Session) -> None:
    answer = walk.authenticate(walk.begin(), ANNA)
    walk.browser.reset()
    assert heading(walk.back(answer)) == "Dit inloggen is niet hier begonnen"
    walk.browser.get("/inloggen")
    assert heading(walk.back(answer)) == "Dit inloggen is niet hier begonnen"
    assert dbsession.query(LoginSession).count() == 0


def test_an_answer_without_its_relay_state_or_with_another_is_refused(walk: Walk) -> None:
    answer = urlsplit(walk.authenticate(walk.begin(), ANNA).location)
    artifact = answer.query.partition("&")[0]
    for query in (artifact, f"{artifact}&RelayState=", f"{artifact}&RelayState=abc", ""):
        response = walk.browser.get(f"{answer.path}?{query}", status=403)
        assert heading(response) == "Dit inloggen is niet hier begonnen"


def test_an_answer_is_taken_at_one_address(walk: Walk) -> None:
    """Not where the browsers of other login providers come back."""
    answer = walk.authenticate(walk.begin(), ANNA)
    query = urlsplit(answer.location).query
    walk.browser.get(f"/inloggen/terug/eherkenning?{query.replace('RelayState', 'state')}", status=404)
    assert walk.back(answer).status_int == 303  # nothing of it was used


def test_an_artifact_of_one_login_does_not_serve_another(walk: Walk, dbsession: Session) -> None:
    """Somebody lures another's browser to their own answer, with the relay state of that browser."""
    attackers = urlsplit(walk.authenticate(walk.begin(), BRAM).location)
    victims = urlsplit(walk.authenticate(walk.begin(), ANNA).location)
    artifact = attackers.query.partition("&")[0]
    relay_state = victims.query.rpartition("&")[2]
    response = walk.browser.get(f"{victims.path}?{artifact}&{relay_state}", status=403)
    assert heading(response) == "Het inloggen is niet gelukt"
    assert "Kenmerk" in response
    assert dbsession.query(LoginSession).count() == 0


def test_an_answer_that_took_too_long_is_refused(walk: Walk) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        suppliers = walk.begin()
        traveller.shift(timedelta(minutes=14))
        answer = walk.authenticate(suppliers, ANNA)
        traveller.shift(timedelta(minutes=16, seconds=1))
        assert heading(walk.back(answer)) == "Het inloggen duurde te lang"


def test_an_answer_of_more_than_two_minutes_old_is_refused(walk: Walk) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        answer = walk.authenticate(walk.begin(), ANNA)
        traveller.shift(timedelta(minutes=3, seconds=1))
        assert heading(walk.back(answer)) == "Deze login is niet meer geldig"


def test_what_is_left_of_old_logins_is_forgotten(walk: Walk, dbsession: Session) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        walk.log_in(ANNA)
        walk.begin()
        traveller.shift(timedelta(minutes=31))
        walk.begin()
        assert dbsession.query(PendingLogin).count() == 1
        assert dbsession.query(UsedAssertion).count() == 0


# ---- the session it leads to


@pytest.mark.portaal_database("sqlite")  # the hundred are in one; the login itself is tried in both
def test_the_cookie_from_before_the_login_is_dead(walk: Walk) -> None:
    for _ in range(100):
        walk.browser.reset()
        walk.browser.get("/inloggen")
        planted = walk.browser.cookies["portaal"]
        assert walk.log_in(ANNA).status_int == 303
        assert walk.browser.cookies["portaal"] != planted
        walk.browser.reset()
        walk.browser.set_cookie("portaal", planted)
        assert walk.browser.get("/persoonlijke-instellingen", status=303).location.endswith("?reden=niet_ingelogd")


def test_logging_in_again_ends_the_session_before(walk: Walk, people: People, dbsession: Session) -> None:
    account_of(walk, people, ANNA)
    account_of(walk, people, BRAM)
    walk.log_in(ANNA)
    first = walk.browser.cookies["portaal"]
    walk.log_in(BRAM)
    assert walk.browser.get("/g/0363/").status_int == 200
    walk.browser.set_cookie("portaal", first)
    walk.browser.get("/g/0363/", status=303)


def test_the_cookie_is_random_and_holds_nothing_else(walk: Walk) -> None:
    cookies = set()
    for _ in range(20):
        walk.browser.reset()
        walk.log_in(ANNA)
        cookies.add(walk.browser.cookies["portaal"])
    assert len(cookies) == 20
    assert all(len(cookie) == 43 for cookie in cookies)  # 256 bits in base64
