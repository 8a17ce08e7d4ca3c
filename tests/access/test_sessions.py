"""Server-side sessions (R-37, ASVS 7.2 to 7.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access import sessions
from portaal.access.models import Account, Role
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


def test_a_replayed_cookie_is_worthless_after_logging_out(log_in: Any) -> None:
    browser = log_in(("gebruiker", "iwmo"))
    cookie = browser.cookies["portaal"].strip('"')
    page = browser.get(OVERVIEW)
    browser.set_cookie("portaal", cookie)
    browser.get(OVERVIEW, status=200)
    assert browser.log_out(page).status_int == 303
    for _ in range(100):
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
    sessions.end_all(dbsession, account.id)
    dbsession.commit()
    browser.get(OVERVIEW, status=303)


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
