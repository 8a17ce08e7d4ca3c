"""Seeing where one is logged in, logging out there, and being logged out by a gebruikersbeheerder."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access import sessions
from portaal.access.models import Account, LoginSession, Role
from portaal.audit import AuditEvent
from portaal.login.browsers import browser_name
from portaal.testing.application import Browser
from portaal.testing.pages import button
from portaal.testing.people import People

OVERVIEW = "/g/0363/"


@pytest.fixture
def two_browsers(app: Any, browser: Browser, people: People, dbsession: Session) -> tuple[Browser, Browser, Account]:
    """The same person in two browsers."""
    account = people.new(("gebruiker", "iwmo"))
    other = Browser(app, extra_environ={"HTTP_HOST": "localhost"})
    browser.log_in_as(dbsession, account)
    other.log_in_as(dbsession, account)
    return browser, other, account


def test_one_sees_both_and_logs_out_there(two_browsers: tuple[Browser, Browser, Account], dbsession: Session) -> None:
    here, there, account = two_browsers
    page = here.get("/sessies", status=200)
    assert len(page.html.select("main tbody tr")) == 2
    assert "dit is de sessie waarin u werkt" in page.html.select("main tbody tr")[0].text
    after = button(page, "/sessies").submit(status=303).follow()
    assert "U bent daar uitgelogd." in after
    there.get(OVERVIEW, status=303)
    here.get(OVERVIEW, status=200)
    (line,) = dbsession.query(AuditEvent).filter_by(action="session.end").all()
    assert (line.actor, line.details) == (account.id, {"sessions": 1})


def test_one_logs_out_everywhere_else(
    two_browsers: tuple[Browser, Browser, Account], app: Any, dbsession: Session
) -> None:
    here, there, account = two_browsers
    third = Browser(app, extra_environ={"HTTP_HOST": "localhost"})
    third.log_in_as(dbsession, account)
    page = here.get("/sessies")
    [form for form in page.forms.values() if form.action == "/sessies"][-1].submit(status=303)
    there.get(OVERVIEW, status=303)
    third.get(OVERVIEW, status=303)
    here.get(OVERVIEW, status=200)


def test_nobody_ends_the_session_of_another(
    two_browsers: tuple[Browser, Browser, Account], people: People, app: Any, dbsession: Session
) -> None:
    here, _, _ = two_browsers
    stranger = Browser(app, extra_environ={"HTTP_HOST": "localhost"})
    account = people.new(("gebruiker", "iwmo"))
    stranger.log_in_as(dbsession, account)
    (foreign,) = sessions.open_sessions(dbsession, account.id)
    form = button(here.get("/sessies"), "/sessies")
    form["sessie"].force_value(foreign.id)
    assert "was al afgelopen" in form.submit(status=303).follow()
    stranger.get(OVERVIEW, status=200)


def test_a_session_that_ended_or_went_silent_is_not_shown(
    two_browsers: tuple[Browser, Browser, Account], dbsession: Session
) -> None:
    here, _, account = two_browsers
    with time_machine.travel(clock.now() + timedelta(minutes=19), tick=False) as traveller:
        here.get(OVERVIEW)
        traveller.shift(timedelta(minutes=2))
        assert len(here.get("/sessies").html.select("main tbody tr")) == 1
    assert dbsession.query(LoginSession).filter_by(account_id=account.id).count() == 2


def test_who_is_not_logged_in_sees_no_sessions(browser: Browser) -> None:
    browser.get("/sessies", status=303)


def test_a_gebruikersbeheerder_logs_somebody_out(
    two_browsers: tuple[Browser, Browser, Account], people: People, app: Any, dbsession: Session
) -> None:
    here, there, account = two_browsers
    beheerder = Browser(app, extra_environ={"HTTP_HOST": "localhost"})
    beheerder.log_in_as(dbsession, people.new(Role.GEBRUIKERSBEHEERDER))
    page = beheerder.get(f"/g/0363/gebruikers/{account.id}")
    assert "overal uitgelogd" in button(page, "/uitloggen").submit(status=303).follow()
    here.get(OVERVIEW, status=303)
    there.get(OVERVIEW, status=303)
    line = dbsession.query(AuditEvent).filter_by(action="session.end").one()
    assert (line.gemeentecode, line.object_id, line.details) == ("0363", str(account.id), {"sessions": 2})


def test_a_gebruikersbeheerder_of_another_gemeente_finds_nobody(
    two_browsers: tuple[Browser, Browser, Account], people: People, app: Any, dbsession: Session
) -> None:
    here, _, account = two_browsers
    beheerder = Browser(app, extra_environ={"HTTP_HOST": "localhost"})
    beheerder.log_in_as(dbsession, people.new(Role.GEBRUIKERSBEHEERDER, gemeente="0384"))
    token = beheerder.get("/g/0384/").html.find("input", {"name": "csrf_token"})["value"]
    beheerder.post(f"/g/0384/gebruikers/{account.id}/uitloggen", {"csrf_token": token}, status=404)
    beheerder.post(f"/g/0363/gebruikers/{account.id}/uitloggen", {"csrf_token": token}, status=404)
    here.get(OVERVIEW, status=200)


def test_what_a_page_asks_by_itself_is_no_activity(log_in: Any) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        browser = log_in(("gebruiker", "iwmo"))
        for _ in range(4):
            traveller.shift(timedelta(minutes=4))
            browser.get(OVERVIEW, headers={sessions.BACKGROUND: "1"}, status=200)
        traveller.shift(timedelta(minutes=4))
        browser.get(OVERVIEW, status=303)


def test_the_level_of_the_login_stays_with_the_session(browser: Browser, people: People, dbsession: Session) -> None:
    account = people.new(("gebruiker", "iwmo"))
    browser.log_in_as(dbsession, account, level="loa4")
    browser.get(OVERVIEW, status=200)
    (session,) = sessions.open_sessions(dbsession, account.id)
    assert session.level == "loa4"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox, Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1", "Safari, macOS"),
        ("curl/8.0", ""),
        ("<script>", ""),
        (None, ""),
    ],
)
def test_a_browser_gets_a_name_that_people_know(user_agent: str | None, name: str) -> None:
    assert browser_name(user_agent) == name
