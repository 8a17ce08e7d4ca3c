"""Notices on the screen."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.access.models import Account, Role
from portaal.notifications.models import Notification, NotificationKind
from portaal.notifications.service import notify, unread_count
from portaal.notifications.texts import WORDINGS
from portaal.testing.application import Browser
from portaal.testing.pages import button
from portaal.testing.people import People

PAGE = "/meldingen"


@pytest.fixture
def reader(people: People) -> Account:
    return people.new(Role.GEBRUIKERSBEHEERDER)


@pytest.fixture
def newcomer(people: People) -> Account:
    return people.new(verified=False, voornaam="Nina", achternaam="Nieuw")


@pytest.fixture
def reading(browser: Browser, reader: Account, dbsession: Session) -> Browser:
    browser.log_in_as(dbsession, reader)
    return browser


@pytest.fixture
def notice(dbsession: Session, reader: Account, newcomer: Account) -> Notification:
    notify(dbsession, [reader, reader], NotificationKind.NIEUWE_AANMELDING, account=newcomer.id, gemeentecode="0363")
    dbsession.commit()
    return dbsession.scalars(sa.select(Notification)).one()


def test_a_notice_names_people_as_they_are_called_today(
    reading: Browser, notice: Notification, newcomer: Account, dbsession: Session
) -> None:
    assert "Nina Nieuw heeft zich aangemeld als nieuwe gebruiker van Amsterdam." in reading.get(PAGE).text
    newcomer.voornaam = "Ina"
    dbsession.commit()
    assert "Ina Nieuw" in reading.get(PAGE).text
    assert "Nina" not in str(notice.parameters)


def test_opening_a_notice_marks_it_as_read_and_leads_to_what_it_is_about(
    reading: Browser, notice: Notification, newcomer: Account, reader: Account, dbsession: Session
) -> None:
    assert unread_count(dbsession, reader.id) == 1
    response = button(reading.get(PAGE), "/openen").submit(status=303)
    assert response.location == f"http://localhost/g/0363/gebruikers/{newcomer.id}"
    assert unread_count(dbsession, reader.id) == 0
    page = reading.get(PAGE)
    assert "Gelezen" in page.text
    page.click("Openen")


def test_all_can_be_marked_as_read(reading: Browser, notice: Notification, reader: Account, dbsession: Session) -> None:
    page = button(reading.get(PAGE), "/meldingen/gelezen").submit(status=303).follow()
    assert page.html.select("main form") == []
    assert unread_count(dbsession, reader.id) == 0


def test_without_notices_the_page_says_what_it_is_for(reading: Browser) -> None:
    assert "Er zijn geen meldingen voor u" in reading.get(PAGE).text


def test_somebody_elses_notice_does_not_exist(
    reading: Browser, people: People, newcomer: Account, notice: Notification, dbsession: Session
) -> None:
    other = people.new(Role.GEBRUIKERSBEHEERDER)
    notify(dbsession, [other], NotificationKind.NIEUWE_AANMELDING, account=newcomer.id, gemeentecode="0363")
    dbsession.commit()
    theirs = dbsession.scalars(sa.select(Notification).where(Notification.account_id == other.id)).one()
    form = button(reading.get(PAGE), "/openen")
    for address in (theirs.id, uuid.uuid4(), "geen-id"):
        form.action = f"{PAGE}/{address}/openen"
        form.submit(status=404)
    dbsession.refresh(theirs)
    assert theirs.read_at is None


@pytest.mark.parametrize("kind", NotificationKind)
@pytest.mark.parametrize("locale", ["nl", "en"])
def test_every_kind_has_words_and_a_page(
    reading: Browser, reader: Account, newcomer: Account, dbsession: Session, kind: NotificationKind, locale: str
) -> None:
    notify(dbsession, [reader], kind, account=newcomer.id, gemeentecode="0363", product="iwmo", role="gebruiker")
    dbsession.commit()
    text = reading.get(f"{PAGE}?taal={locale}").html.select_one("main tbody th").text
    assert "${" not in text
    assert ("Amsterdam" in text) == ("${gemeente}" in WORDINGS[kind].text)
    button(reading.get(PAGE), "/openen").submit(status=303)


def test_mails_name_nobody() -> None:
    for wording in WORDINGS.values():
        assert "${" not in wording.mail


def test_a_long_list_has_pages(reading: Browser, reader: Account, newcomer: Account, dbsession: Session) -> None:
    for _ in range(30):
        notify(dbsession, [reader], NotificationKind.NIEUWE_AANMELDING, account=newcomer.id, gemeentecode="0363")
    dbsession.commit()
    page = reading.get(PAGE)
    assert len(page.html.select("main tbody tr")) == 25
    assert len(page.click("Volgende").html.select("main tbody tr")) == 5


def test_a_product_that_is_gone_keeps_its_notices_readable(
    reading: Browser, reader: Account, dbsession: Session
) -> None:
    notify(
        dbsession, [reader], NotificationKind.ROL_TOEGEKEND, gemeentecode="0363", product="verdwenen", role="gebruiker"
    )
    dbsession.commit()
    assert "verdwenen" in reading.get(PAGE).text


def test_the_page_is_for_people_who_are_in(browser: Browser, people: People, dbsession: Session) -> None:
    browser.get(PAGE, status=303)
    browser.log_in_as(dbsession, people.new())
    assert browser.get(PAGE, status=303).location.endswith("/wacht-op-rollen")


def test_no_query_per_notice(
    reading: Browser, reader: Account, people: People, dbsession: Session, connection: Any
) -> None:
    def count() -> int:
        statements: list[Any] = []
        sa.event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
        reading.get(PAGE, status=200)
        return len(statements)

    def give(number: int) -> None:
        for _ in range(number):
            notify(dbsession, [reader], NotificationKind.NIEUWE_AANMELDING, account=people.new(verified=False).id,
                   gemeentecode="0363")  # fmt: skip
        dbsession.commit()

    give(1)
    few = count()
    give(20)
    assert count() <= few
