"""A new address or certificate: kept as a draft, tested, and activated by a second person (B-12)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import HttpUrl, SecretStr
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portaal.access.models import Account, Role
from portaal.audit.models import AuditEvent
from portaal.keyring import Keyring
from portaal.notifications.models import Notification, NotificationKind
from portaal.plugins.contract import ConnectionTest, SettingsTab
from portaal.settings.connection import FAILED, TOO_SLOW, try_connection
from portaal.settings.models import SettingsDraft
from portaal.settings.rotation import rotate
from portaal.settings.store import SettingsStore
from portaal.testing.application import Browser
from portaal.testing.clock import StillClock
from portaal.testing.people import People
from portaal.time_limit import TimeLimit
from portaal.web.i18n import _
from tests.settings.conftest import Partner, on
from tests.settings.pages import BEHEERDER, DRAFT, HISTORY, TAB, form, has, press, save, text
from tests.settings.proef import PRODUCT, Instellingen, certificate

ENDPOINT = "https://ws.example.org/"


@pytest.fixture
def app(built_strict: Any, connection: Connection, dbsession: Session, partner: Partner) -> Iterator[Any]:
    with on(built_strict, connection, dbsession) as app:
        yield app


@pytest.fixture
def anna(log_in: Any) -> Browser:
    browser: Browser = log_in(BEHEERDER, voornaam="Anna", achternaam="Visser")
    return browser


@pytest.fixture
def bert(app: Any, dbsession: Session, people: People) -> Browser:
    """A second browser, of another Productbeheerder."""
    browser = Browser(app, extra_environ={"HTTP_HOST": "localhost"})
    browser.log_in_as(dbsession, people.new(BEHEERDER, voornaam="Bert", achternaam="Bakker"))
    return browser


def propose(browser: Browser, **values: Any) -> Any:
    return save(browser, **{"endpoint": ENDPOINT, "why__changed": "Verhuizing", **values}).follow()


def holds(store: SettingsStore, dbsession: Session) -> Instellingen:
    return store.read(dbsession, "0363", Instellingen)


def test_what_holds_can_be_tested_at_any_time(anna: Browser, dbsession: Session, partner: Partner) -> None:
    """Without a change that waits: is the other side there, with what is saved?"""
    partner.answers = [
        ConnectionTest(succeeded=True, text=_("Succeeded")), ConnectionTest(succeeded=False, text=_("Failed")),
    ]  # fmt: skip
    assert "Geslaagd" in text(press(anna.get(TAB), "testen").follow())
    assert "Mislukt" in text(press(anna.get(TAB), "testen").follow())
    assert partner.seen == [Instellingen(), Instellingen()]
    lines = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "settings.test")).all()
    assert [(line.object_kind, line.details) for line in lines] == [
        ("settings", {"succeeded": True}), ("settings", {"succeeded": False}),
    ]  # fmt: skip
    assert dbsession.scalars(sa.select(SettingsDraft)).all() == []


@pytest.mark.parametrize("change", [{"endpoint": ENDPOINT}, {"certificaat": certificate()}])
def test_such_a_change_waits(
    anna: Browser, dbsession: Session, store: SettingsStore, change: dict[str, Any], changes: list[Any]
) -> None:
    page = save(anna, why__changed="Verhuizing", **change).follow()
    assert page.request.path == DRAFT
    assert "Uw wijziging is bewaard, maar geldt nog niet" in text(page)
    assert "Anna Visser" in text(page)
    assert "Verhuizing" in text(page)
    assert holds(store, dbsession) == Instellingen()
    assert changes == []
    assert "Er wacht een wijziging" in text(anna.get(TAB))


@pytest.mark.parametrize(
    "change",
    [
        {"naam": "Anna"},
        {"sleutel": "geheim", "why__changed": "x"},
        {"handleiding": "https://www.example.org/"},
    ],
)
def test_other_changes_hold_at_once(anna: Browser, change: dict[str, Any]) -> None:
    assert "De instellingen zijn opgeslagen" in text(save(anna, **change).follow())


def test_the_whole_way(
    anna: Browser, bert: Browser, dbsession: Session, store: SettingsStore, partner: Partner, changes: list[Any]
) -> None:
    page = propose(anna, sleutel="nieuwe sleutel")
    assert "Address of the web service Niet ingevuld https://ws.example.org/" in text(page)
    assert "nieuwe sleutel" not in page.text
    tested = press(page, "testen").follow()
    assert "Geslaagd" in text(tested)
    (seen,) = partner.seen
    assert (seen.endpoint, seen.sleutel) == (HttpUrl(ENDPOINT), SecretStr("nieuwe sleutel"))
    assert not has(tested, "activeren"), "not by the author"
    shown = press(bert.get(DRAFT), "activeren").follow()
    assert "De wijziging is geactiveerd" in text(shown)
    expected = Instellingen(endpoint=ENDPOINT, sleutel=SecretStr("nieuwe sleutel"))
    assert holds(store, dbsession) == expected
    assert changes == [("0363", Instellingen(), expected)]
    history = text(bert.get(HISTORY))
    assert "Anna Visser geactiveerd door Bert Bakker" in history
    assert "Verhuizing" in history
    assert "Er wacht geen wijziging" in text(anna.get(DRAFT))
    acts = dbsession.scalars(
        sa.select(AuditEvent.action).where(AuditEvent.product == PRODUCT).order_by(AuditEvent.at)
    ).all()
    assert [act for act in acts if act.startswith("settings.")] == [
        "settings.propose",
        "settings.test",
        "settings.save",
    ]


def test_the_other_productbeheerders_are_told(anna: Browser, bert: Browser, dbsession: Session, people: People) -> None:
    people.new(("productbeheerder", "iwmo"))
    people.new(("gebruiker", PRODUCT))
    propose(anna)
    told = dbsession.execute(
        sa.select(Account.voornaam, Notification.kind).join(Account, Account.id == Notification.account_id)
    ).all()
    assert [tuple(row) for row in told] == [("Bert", NotificationKind.INSTELLINGEN_WACHTEN)]
    page = bert.get("/meldingen")
    assert "Anna Visser wil de instellingen van Proef voor Amsterdam wijzigen" in text(page)


def test_every_act_has_a_title_in_the_audit_trail(app: Any) -> None:
    titles = app.registry["portaal.audit_titles"]
    assert {"settings.save", "settings.propose", "settings.test", "settings.withdraw", "settings.reseal"} <= set(titles)


class TestActivating:
    def posted(self, browser: Browser, act: str) -> Any:
        """Send it though the page has no button for it."""
        page = browser.get(DRAFT)
        fields = next(form for form in page.forms.values() if "draft" in form.fields)
        return browser.post(f"{DRAFT}{act}", dict(fields.submit_fields()), status=303).follow()

    def test_not_before_the_test(self, anna: Browser, bert: Browser, store: SettingsStore, dbsession: Session) -> None:
        propose(anna)
        assert not has(bert.get(DRAFT), "activeren")
        assert "Eerst moet de verbinding met succes zijn getest" in text(self.posted(bert, "activeren"))
        assert holds(store, dbsession) == Instellingen()

    def test_not_after_a_failed_test(self, anna: Browser, bert: Browser, partner: Partner) -> None:
        partner.answers = [
            ConnectionTest(succeeded=False, text=_("Not filled in")),
            ConnectionTest(succeeded=True, text=_("Yes")),
        ]
        failed = press(propose(anna), "testen").follow()
        assert "Mislukt" in text(failed)
        assert "Niet ingevuld" in text(failed)
        assert not has(bert.get(DRAFT), "activeren")
        press(failed, "testen")
        assert has(bert.get(DRAFT), "activeren")

    def test_not_by_the_author(self, anna: Browser, store: SettingsStore, dbsession: Session) -> None:
        press(propose(anna), "testen")
        assert "Iemand anders moet deze wijziging activeren" in text(self.posted(anna, "activeren"))
        assert holds(store, dbsession) == Instellingen()

    def test_another_test_after_something_else_was_saved(
        self, anna: Browser, bert: Browser, store: SettingsStore, dbsession: Session
    ) -> None:
        press(propose(anna), "testen")
        save(bert, naam="van Bert")
        page = bert.get(DRAFT)
        assert not has(page, "activeren")
        press(press(page, "testen").follow(), "activeren")
        assert holds(store, dbsession) == Instellingen(naam="van Bert", endpoint=ENDPOINT), "both changes hold"

    def test_not_when_the_same_setting_was_changed(
        self, anna: Browser, bert: Browser, store: SettingsStore, dbsession: Session
    ) -> None:
        press(propose(anna), "testen")
        store.save(dbsession, "0363", PRODUCT, Instellingen(endpoint="https://third.example.org/"), based_on=0, by=None)
        dbsession.commit()
        page = bert.get(DRAFT)
        assert "Iemand anders heeft dezelfde instellingen gewijzigd" in text(page)
        assert not has(page, "testen")
        assert "Iemand anders" in text(self.posted(bert, "activeren"))
        press(page, "intrekken")
        assert "Er wacht geen wijziging" in text(anna.get(DRAFT))
        assert holds(store, dbsession).endpoint == HttpUrl("https://third.example.org/")

    def test_not_when_the_certificate_expired_meanwhile(
        self, anna: Browser, bert: Browser, clock: StillClock, dbsession: Session, store: SettingsStore, people: People
    ) -> None:
        propose(anna, certificaat=certificate(days=2))
        clock.shift(timedelta(days=3))
        bert.log_in_as(dbsession, people.new(BEHEERDER))
        press(bert.get(DRAFT), "testen")
        page = bert.get(DRAFT)
        assert "mag nu niet meer worden ingevuld" in text(page)
        assert not has(page, "activeren")
        assert "mag nu niet meer worden ingevuld" in text(self.posted(bert, "activeren"))
        assert holds(store, dbsession) == Instellingen()

    def test_not_when_its_author_is_no_productbeheerder_any_more(
        self, log_in: Any, bert: Browser, dbsession: Session, people: People, store: SettingsStore
    ) -> None:
        author = people.new(BEHEERDER)
        bert.log_in_as(dbsession, author)
        press(propose(bert), "testen")
        people.withdraw(author)
        other = log_in(BEHEERDER)
        page = other.get(DRAFT)
        assert "is geen Productbeheerder van dit product meer" in text(page)
        assert not has(page, "activeren")
        assert "is geen Productbeheerder" in text(self.posted(other, "activeren"))
        assert holds(store, dbsession) == Instellingen()
        press(page, "intrekken")

    def test_not_by_the_author_in_another_browser(
        self, app: Any, dbsession: Session, people: People, store: SettingsStore
    ) -> None:
        author = people.new(BEHEERDER)
        office, home = (Browser(app, extra_environ={"HTTP_HOST": "localhost"}) for _place in range(2))
        for browser in (office, home):
            browser.log_in_as(dbsession, author)
        press(propose(office), "testen")
        assert not has(home.get(DRAFT), "activeren")
        assert "Iemand anders moet deze wijziging activeren" in text(self.posted(home, "activeren"))
        assert holds(store, dbsession) == Instellingen()

    def test_a_draft_that_was_replaced_is_not_acted_on(self, anna: Browser, bert: Browser) -> None:
        press(propose(anna), "testen")
        seen = bert.get(DRAFT)
        press(anna.get(DRAFT), "intrekken")
        propose(anna, endpoint="https://evil.example.org/")
        for act in ("testen", "activeren", "intrekken"):
            assert "Iemand anders was net met deze wijziging bezig" in text(press(seen, act).follow())
        assert "evil.example.org" in text(bert.get(DRAFT))


def test_withdrawing_changes_nothing(anna: Browser, dbsession: Session, store: SettingsStore) -> None:
    shown = press(propose(anna), "intrekken").follow()
    assert "De wijziging is ingetrokken" in text(shown)
    assert holds(store, dbsession) == Instellingen()
    assert dbsession.scalar(sa.select(sa.func.count()).select_from(SettingsDraft)) == 0


def test_a_second_such_change_is_refused_and_keeps_what_was_typed(anna: Browser, bert: Browser) -> None:
    propose(anna)
    page = save(bert, status=422, endpoint="https://other.example.org/", sleutel="s3cr-t", why__changed="Ook")
    assert "Er wacht al een andere wijziging" in text(page)
    assert form(page)["endpoint"].value == "https://other.example.org/"
    assert "s3cr-t" not in page.text
    assert "Vul het opnieuw in" in text(page)


def test_going_back_to_an_older_address_waits_too(
    anna: Browser, bert: Browser, dbsession: Session, store: SettingsStore
) -> None:
    for number, value in enumerate((Instellingen(endpoint=ENDPOINT), Instellingen(endpoint="https://b.example.org/"))):
        store.save(dbsession, "0363", PRODUCT, value, based_on=number, by=None)
    dbsession.commit()
    page = form(anna.get(f"{HISTORY}1"))
    page["why-changed"] = "De nieuwe werkt niet"
    press(page.submit(status=303).follow(), "testen")
    press(bert.get(DRAFT), "activeren")
    assert holds(store, dbsession) == Instellingen(endpoint=ENDPOINT)
    again = form(anna.get(f"{HISTORY}2"))
    again["why-changed"] = "Toch weer"
    again.submit(status=303)
    assert "Er wacht al een andere wijziging" in text(again.submit(status=422))


def test_who_may_only_see(anna: Browser, app: Any, dbsession: Session, people: People) -> None:
    propose(anna)
    auditor, gebruiker = (Browser(app, extra_environ={"HTTP_HOST": "localhost"}) for _role in range(2))
    auditor.log_in_as(dbsession, people.new(Role.AUDITOR))
    gebruiker.log_in_as(dbsession, people.new(("gebruiker", PRODUCT)))
    page = auditor.get(DRAFT)
    assert "https://ws.example.org/" in text(page)
    token = page.html.find("input", {"name": "csrf_token"})["value"]
    for act in ("testen", "activeren", "intrekken"):
        assert not has(page, act)
        auditor.post(f"{DRAFT}{act}", {"csrf_token": token}, status=403)
    gebruiker.get(DRAFT, status=403)


def test_the_secret_of_a_draft_is_sealed_and_sealed_again(anna: Browser, bert: Browser, dbsession: Session) -> None:
    propose(anna, sleutel="s3cr-t")
    row = dbsession.scalars(sa.select(SettingsDraft)).one()
    assert "s3cr-t" not in str([row.content, row.secrets])
    done = rotate(dbsession, Keyring({"test-1": b"k" * 32, "new": b"n" * 32}, "new"))
    assert done.renewed == 1
    dbsession.commit()
    assert "niet meer te lezen" in text(bert.get(DRAFT)), "this portal does not have the new key"


class TestTheTestItself:
    def test_what_it_raises_is_a_failed_test(self, caplog: pytest.LogCaptureFixture) -> None:
        def raises(settings: Instellingen) -> ConnectionTest:
            raise ConnectionError("refused by 10.0.0.1")

        assert try_connection(raises, Instellingen(), PRODUCT) is FAILED
        assert PRODUCT in caplog.text

    @pytest.mark.parametrize("rubbish", [None, True, "ok"])
    def test_rubbish_is_a_failed_test(self, rubbish: Any) -> None:
        assert try_connection(lambda settings: rubbish, Instellingen(), PRODUCT) is FAILED

    def test_what_takes_too_long_is_not_waited_for(self) -> None:
        going_on = threading.Event()

        def slow(settings: Instellingen) -> ConnectionTest:
            going_on.wait(30)
            return ConnectionTest(succeeded=True, text=_("Yes"))

        assert try_connection(slow, Instellingen(), PRODUCT, TimeLimit(0.05)) is TOO_SLOW
        going_on.set()

    def test_nobody_is_kept_from_writing_meanwhile(
        self, anna: Browser, partner: Partner, app: Any, connection: Connection
    ) -> None:
        page = propose(anna)
        open_transactions: list[bool] = []

        def look() -> ConnectionTest:
            open_transactions.append(connection.in_nested_transaction())
            return ConnectionTest(succeeded=True, text=_("Yes"))

        partner.answers = [look]
        press(page, "testen")
        assert open_transactions == [False]


def test_without_a_connection_test_the_second_person_is_enough(store: SettingsStore) -> None:
    from portaal.settings.drafts import rules_for
    from portaal.settings.fields import fields_of

    tab = SettingsTab(model=Instellingen)
    endpoint = [field for field in fields_of(Instellingen) if field.name == "endpoint"]
    assert rules_for(tab, {}).prepare(endpoint)
    assert not rules_for(tab, {"portaal.second_person": "false"}).prepare(endpoint)
    assert rules_for(tab, {}).test is False
