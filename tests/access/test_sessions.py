"""Server-side sessions (R-37, ASVS 7.2 to 7.4)."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access import sessions
from portaal.access.models import Account, Role
from portaal.organisations.activation import Activation
from portaal.testing.application import Browser
from portaal.testing.people import People

OVERVIEW = "/g/0363/"


def test_the_overview_opens_with_a_session(log_in: Any) -> None:
    log_in(("gebruiker", "iwmo")).get(OVERVIEW, status=200)


def test_without_a_session_the_overview_leads_to_the_start_page(browser: Browser) -> None:
    response = browser.get(OVERVIEW, status=303)
    assert response.location == "http://localhost/Inloggen-op-portals?reden=niet_ingelogd"


@pytest.mark.parametrize(
    ("silence", "status"),
    [
        (timedelta(minutes=19, seconds=59), 200),
        (timedelta(minutes=20), 303),
    ],
)
def test_twenty_minutes_of_silence_log_out(log_in: Any, silence: timedelta, status: int) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        browser = log_in(("gebruiker", "iwmo"))
        browser.get(OVERVIEW, status=200)
        traveller.shift(silence)
        browser.get(OVERVIEW, status=status)


def test_activity_extends_the_session_but_not_beyond_eight_hours(log_in: Any) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        browser = log_in(("gebruiker", "iwmo"))
        for _ in range(31):
            traveller.shift(timedelta(minutes=15))
            browser.get(OVERVIEW, status=200)
        traveller.shift(timedelta(minutes=15))
        browser.get(OVERVIEW, status=303)


def test_a_hundred_cookies_are_worthless_after_logging_out(
    browser: Browser, people: People, dbsession: Session
) -> None:
    account = people.new(("gebruiker", "iwmo"))
    used = set()
    for _ in range(100):
        browser.log_in_as(dbsession, account)
        cookie = browser.cookies["portaal"].strip('"')
        assert browser.log_out(browser.get(OVERVIEW, status=200)).status_int == 303
        assert browser.cookies["portaal"].strip('"') != cookie
        browser.set_cookie("portaal", cookie)
        assert browser.get(OVERVIEW, status=303).location.endswith("?reden=niet_ingelogd")
        browser.get("/sessies", status=303)
        used.add(cookie)
    assert len(used) == 100
    for cookie in used:  # and they stay so
        browser.set_cookie("portaal", cookie)
        browser.get(OVERVIEW, status=303)


def test_logging_out_clears_what_the_browser_kept(log_in: Any) -> None:
    browser = log_in(("gebruiker", "iwmo"))
    response = browser.log_out(browser.get(OVERVIEW))
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_withdrawn_role_has_effect_at_the_next_request(browser: Browser, people: People, dbsession: Session) -> None:
    account = people.new(("gebruiker", "iwmo"))
    browser.log_in_as(dbsession, account)
    browser.get(OVERVIEW, status=200)
    for grant in dbsession.get_one(Account, account.id).grants:
        grant.revoked_at = clock.now()
    dbsession.commit()
    browser.get(OVERVIEW, status=303)


def test_an_ended_account_is_out_at_the_next_request(browser: Browser, people: People, dbsession: Session) -> None:
    account = people.new(Role.GEBRUIKERSBEHEERDER)
    browser.log_in_as(dbsession, account)
    browser.get(OVERVIEW, status=200)
    account.ended_at = clock.now()  # though nobody ended the session
    dbsession.commit()
    assert browser.get(OVERVIEW, expect_errors=True).status_int == 403
    assert browser.get("/sessies", expect_errors=True).status_int == 403


def test_an_ended_session_is_out_at_the_next_request(browser: Browser, people: People, dbsession: Session) -> None:
    account = people.new(Role.GEBRUIKERSBEHEERDER)
    browser.log_in_as(dbsession, account)
    browser.get(OVERVIEW, status=200)
    sessions.end_all(dbsession, account.id)
    dbsession.commit()
    browser.get(OVERVIEW, status=303)


def test_a_role_that_ends_today_is_over_tomorrow(browser: Browser, people: People, dbsession: Session) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        account = people.new(("gebruiker", "iwmo"))
        browser.log_in_as(dbsession, account)
        dbsession.refresh(account)
        account.grants[0].ends_at = clock.now() + timedelta(minutes=10)
        dbsession.commit()
        traveller.shift(timedelta(minutes=9, seconds=59))
        browser.get(OVERVIEW, status=200)
        traveller.shift(timedelta(seconds=1))
        browser.get(OVERVIEW, status=303)


def test_a_product_that_is_switched_off_is_gone_at_the_next_request(
    browser: Browser, people: People, dbsession: Session
) -> None:
    browser.log_in_as(dbsession, people.new(("gebruiker", "iwmo")))
    browser.get("/g/0363/iwmo/berichten", status=200)
    for activation in dbsession.query(Activation).filter_by(gemeentecode="0363", product="iwmo"):
        activation.deactivated_at = clock.now()
    dbsession.commit()
    browser.get("/g/0363/iwmo/berichten", status=404)


def test_the_database_does_not_hold_the_cookie(log_in: Any, dbsession: Session) -> None:
    from portaal.access.models import LoginSession

    browser = log_in(("gebruiker", "iwmo"))
    (session,) = dbsession.query(LoginSession).all()
    assert browser.cookies["portaal"] not in session.id
    assert len(session.id) == 64


def test_staying_logged_in_counts_as_activity(log_in: Any) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        browser = log_in(("gebruiker", "iwmo"))
        token = browser.get(OVERVIEW).html.find("input", {"name": "csrf_token"})["value"]
        traveller.shift(timedelta(minutes=19))
        browser.post("/sessie", headers={"X-CSRF-Token": token, "X-Requested-With": "portaal"}, status=200)
        traveller.shift(timedelta(minutes=19))
        browser.get(OVERVIEW, status=200)


def test_a_form_of_another_site_cannot_replace_the_cookie(browser: Browser) -> None:
    for path in ("/uitloggen", "/inloggen", "/sessie", "/eherkenning/acs"):
        assert "Set-Cookie" not in browser.post(path, {"x": "y"}, expect_errors=True).headers


def test_no_page_asks_by_itself_without_saying_so() -> None:
    """What a page fetches without the person doing something must not keep their session alive."""
    root = Path(__file__).parents[2]
    asks = re.compile(r"\bfetch\(|XMLHttpRequest|EventSource|WebSocket|sendBeacon")
    found = set()
    for script in (*root.glob("assets/js/*.js"), *root.glob("plugins/**/*.js")):
        text = script.read_text(encoding="utf-8")
        if asks.search(text) and sessions.BACKGROUND not in text:
            found.add(script.name)
    assert found == {"session.js", "upload.js"}  # staying logged in, and sending a form: the person does both
    for template in root.glob("**/templates/**/*.jinja2"):
        assert "http-equiv" not in template.read_text(encoding="utf-8"), template
