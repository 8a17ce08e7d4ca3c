"""Notices on the screen."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.access.models import Account, Role
from portaal.notifications.models import Notification, NotificationKind
from portaal.notifications.service import ALWAYS_MAILED, kinds_for, notify, unread_count
from portaal.notifications.texts import WORDINGS
from portaal.testing.application import Browser
from portaal.testing.pages import button
from portaal.testing.people import People
from portaal.testing.queries import Count

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
    assert page.html.select("main .pz-actions form, main table form") == []
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


@pytest.mark.usefixtures("clock")  # on a busy machine it would also be noted that the reader is still there
def test_no_query_per_notice(
    reading: Browser, reader: Account, people: People, dbsession: Session, count_queries: Count
) -> None:
    def count() -> int:
        with count_queries() as counted:
            reading.get(PAGE, status=200)
        return len(counted)

    def give(number: int) -> None:
        for _ in range(number):
            notify(dbsession, [reader], NotificationKind.NIEUWE_AANMELDING, account=people.new(verified=False).id,
                   gemeentecode="0363")  # fmt: skip
        dbsession.commit()

    give(1)
    few = count()
    give(20)
    assert count() <= few


def choice(page: Any) -> Any:
    return next(form for form in page.forms.values() if form.action.endswith("/meldingen/per-mail"))


@pytest.mark.parametrize(
    ("language", "heading", "kind", "saved"),
    [
        ("nl", "Per e-mail", "Iemand heeft zich aangemeld als nieuwe gebruiker", "Uw keuze is opgeslagen."),
        ("en", "By e-mail", "Somebody registered as a new user", "Your choice is saved."),
    ],
)
def test_who_wants_no_mail_still_gets_the_notice(
    reading: Browser,
    reader: Account,
    newcomer: Account,
    dbsession: Session,
    language: str,
    heading: str,
    kind: str,
    saved: str,
) -> None:
    reading.set_cookie("taal", language)
    page = reading.get(PAGE)
    page.mustcontain(heading, kind, reader.email)
    form = choice(page)
    assert all(box.checked for box in form.fields["per_mail"])
    for box in form.fields["per_mail"]:
        box.checked = box._value != NotificationKind.NIEUWE_AANMELDING.value
    page = form.submit(status=303).follow()
    page.mustcontain(saved)
    assert [box._value for box in choice(page).fields["per_mail"] if not box.checked] == ["nieuwe_aanmelding"]
    dbsession.refresh(reader)
    for one in (NotificationKind.NIEUWE_AANMELDING, NotificationKind.GEBRUIKERSBEHEERDER_BENOEMD):
        notify(dbsession, [reader], one, account=newcomer.id, gemeentecode="0363")
    dbsession.commit()
    given = dbsession.scalars(sa.select(Notification).where(Notification.account_id == reader.id)).all()
    assert {notice.kind: notice.mail_due_at is not None for notice in given} == {
        NotificationKind.NIEUWE_AANMELDING: False,
        NotificationKind.GEBRUIKERSBEHEERDER_BENOEMD: True,
    }
    assert unread_count(dbsession, reader.id) == 2


def test_the_choice_is_kept_in_the_audit_trail(reading: Browser, audit_lines: Any) -> None:
    for ticked in (False, True, True):  # the last changes nothing
        form = choice(reading.get(PAGE))
        for box in form.fields["per_mail"]:
            box.checked = ticked or box._value != NotificationKind.NIEUWE_AANMELDING.value
        form.submit(status=303)
    off, on = audit_lines("account.choose_mails")
    assert off.details == {"mail_on": [], "mail_off": ["nieuwe_aanmelding"]}
    assert on.details == {"mail_on": ["nieuwe_aanmelding"], "mail_off": []}


@pytest.mark.parametrize("role", [("productbeheerder", "iwmo"), ("gebruiker", "iwmo"), Role.GEBRUIKERSBEHEERDER])
def test_one_chooses_among_what_one_can_get(log_in: Any, role: Any) -> None:
    offered = {box._value for box in choice(log_in(role).get(PAGE)).fields["per_mail"]}
    assert "rol_ingetrokken" in offered
    assert ("certificaat_verloopt" in offered) is (role == ("productbeheerder", "iwmo"))
    assert ("nieuwe_aanmelding" in offered) is (role is Role.GEBRUIKERSBEHEERDER)
    assert not {kind.value for kind in ALWAYS_MAILED} & offered


def test_what_is_not_offered_cannot_be_turned_off(reading: Browser, reader: Account, dbsession: Session) -> None:
    """A notice that an account was tied to another login always comes by mail too."""
    token = choice(reading.get(PAGE))["csrf_token"].value
    reading.post("/meldingen/per-mail", {"csrf_token": token})  # nothing ticked
    dbsession.refresh(reader)
    assert not {kind.value for kind in ALWAYS_MAILED} & set(reader.mail_off.split())
    assert "certificaat_verloopt" not in reader.mail_off.split()
    notify(dbsession, [reader], NotificationKind.ANDERE_INLOG, account=reader.id, gemeentecode="0363")
    dbsession.commit()
    assert dbsession.scalars(sa.select(Notification)).one().mail_due_at
    reading.post("/meldingen/per-mail", {"csrf_token": token, "per_mail": "onzin"}, status=400)


def test_every_kind_is_offered_to_somebody_or_always_mailed() -> None:
    assert set(kinds_for(list(Role))) | ALWAYS_MAILED == set(NotificationKind)
