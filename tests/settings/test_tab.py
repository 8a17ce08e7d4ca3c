"""The tab in a browser: who sees it, saving, errors, two people at once, history and going back."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from webtest import Upload

from portaal.access.models import Role
from portaal.settings.certificate import Certificate
from portaal.settings.models import SettingsVersion
from portaal.settings.store import SettingsStore
from portaal.testing.application import Browser
from portaal.testing.people import People
from tests.settings.pages import BEHEERDER, HISTORY, TAB, form, save, text
from tests.settings.proef import PRODUCT, Instellingen, certificate, private_key


class TestWho:
    def test_the_productbeheerder_has_the_tab_and_may_change(self, log_in: Any) -> None:
        browser = log_in(BEHEERDER)
        assert browser.get("/g/0363/instellingen/", status=303).location.endswith(TAB)
        assert form(browser.get(TAB))["termijn"].value == "30"

    def test_the_auditor_reads_without_a_form(self, log_in: Any) -> None:
        browser = log_in(Role.AUDITOR)
        page = browser.get(TAB)
        assert all("based-on" not in form.fields for form in page.forms.values())
        assert "Days to wait 30" in text(page)
        token = page.html.find("input", {"name": "csrf_token"})["value"]
        browser.post(TAB, {"csrf_token": token, "based-on": "0"}, status=403)

    @pytest.mark.parametrize(
        "roles",
        [
            (("gebruiker", PRODUCT),),
            (Role.GEBRUIKERSBEHEERDER,),
            (("productbeheerder", "iwmo"),),
        ],
    )
    def test_others_are_refused(self, log_in: Any, roles: Any) -> None:
        browser = log_in(*roles)
        for path in (TAB, HISTORY, f"{HISTORY}1", "/g/0363/instellingen/"):
            browser.get(path, status=403)
        assert "Instellingen" not in text(browser.get("/g/0363/"))

    def test_nobody_gets_in_without_logging_in(self, browser: Browser) -> None:
        for path in (TAB, HISTORY, f"{HISTORY}1", "/g/0363/instellingen/"):
            assert "/Inloggen-op-portals" in browser.get(path, status=303).location

    def test_another_gemeente_does_not_exist(self, log_in: Any) -> None:
        browser = log_in(BEHEERDER)
        for path in (TAB, HISTORY, "/g/0363/instellingen/"):
            browser.get(path.replace("0363", "0384"), status=404)

    def test_where_the_product_is_not_active_there_is_no_tab(self, log_in: Any) -> None:
        browser = log_in(BEHEERDER, gemeente="0384")
        browser.get(TAB.replace("0363", "0384"), status=404)
        browser.get("/g/0384/instellingen/", status=403)


class TestSaving:
    def test_every_kind_comes_back_as_it_was_saved(self, log_in: Any, dbsession: Session, store: SettingsStore) -> None:
        browser = log_in(BEHEERDER)
        pem = certificate()
        page = form(browser.get(TAB))
        values = {
            "naam": "Zoë",
            "toelichting": "een\r\ntwee",
            "termijn": "5",
            "omgeving": "productie",
            "handleiding": "https://www.example.org/",
            "email": "a@example.org",
            "ingang": "01-02-2027",
            "endpoint": "https://ws.example.org/",
            "sleutel": "s3cr-t",
            "certificaat": pem,
            "why-changed": "Nieuwe koppeling",
        }
        for name, value in values.items():
            page[name] = value
        page["meldingen"] = False
        page.set("soorten", True, 2)
        shown = page.submit(status=303).follow()
        assert "De instellingen zijn opgeslagen" in text(shown)
        again = form(shown)
        for name, value in values.items():
            expected = {"sleutel": "", "why-changed": "", "certificaat": pem, "toelichting": "een\ntwee"}
            assert again[name].value.replace("\r\n", "\n").strip() == expected.get(name, value)
        assert again["meldingen"].checked is False
        assert [again.get("soorten", index=n).checked for n in range(3)] == [True, False, True]
        read = store.read(dbsession, "0363", Instellingen)
        assert read.sleutel is not None
        assert read.sleutel.get_secret_value() == "s3cr-t"
        assert "s3cr-t" not in shown.text

    def test_the_product_is_told_after_the_commit(self, log_in: Any, changes: list[Any]) -> None:
        browser = log_in(BEHEERDER)
        save(browser, naam="Anna")
        save(browser, status=303)
        save(browser, status=422, termijn="x")
        assert changes == [("0363", Instellingen(), Instellingen(naam="Anna"))]

    def test_what_is_wrong_stands_at_the_top_and_at_the_field(self, log_in: Any, changes: list[Any]) -> None:
        page = save(log_in(BEHEERDER), status=422, termijn="400", naam="Anna", sleutel="ge<heim")
        assert page.html.title.get_text().startswith("Fout")
        summary = page.html.find(class_="pz-error-summary")
        first = summary.find("a")
        assert first["href"] == "#termijn"
        assert "Vul 90 of minder in." in first.get_text()
        assert page.html.find(id="termijn")["aria-invalid"] == "true"
        assert "Vul 90 of minder in." in page.html.find(id="termijn-fout").get_text()
        assert (form(page)["termijn"].value, form(page)["naam"].value) == ("400", "Anna")
        assert "ge<heim" not in page.text
        assert "ge&lt;heim" not in page.text
        assert "Vul het opnieuw in" in summary.get_text()
        assert changes == []

    def test_all_there_is_to_say_is_said_at_once_in_the_order_of_the_page(self, log_in: Any) -> None:
        """Also what only holds at entry, which is looked at where the rest of the form is wrong."""
        wrong = {"termijn": "400", "endpoint": "http://10.0.0.1/", "sleutel": "geheim", "certificaat": "onzin"}
        page = save(log_in(BEHEERDER), status=422, **wrong)
        links = [link["href"] for link in page.html.find(class_="pz-error-summary").find_all("a")]
        assert links == ["#termijn", "#endpoint", "#sleutel", "#certificaat"]
        assert "https://" in page.html.find(id="endpoint-fout").get_text()

    def test_a_private_key_does_not_come_back(self, log_in: Any) -> None:
        key = private_key()
        page = save(log_in(BEHEERDER), status=422, certificaat=key)
        assert key.splitlines()[1] not in page.text

    @pytest.mark.parametrize(
        "change",
        [
            {"endpoint": "https://ws.example.org/"},
            {"sleutel": "geheim"},
            {"certificaat": certificate()},
        ],
    )
    def test_what_matters_needs_a_reason(self, log_in: Any, change: dict[str, str]) -> None:
        browser = log_in(BEHEERDER)
        page = save(browser, status=422, **change)
        assert "Vul in waarom u dit wijzigt" in text(page)
        save(browser, status=303, why__changed="Leverancier verhuisd", **change)

    def test_what_is_typed_is_text_and_nothing_else(self, log_in: Any) -> None:
        browser = log_in(BEHEERDER)
        save(browser, naam="<script>alert(1)</script>", toelichting="{{ 7*7 }} Yes")
        page = browser.get(TAB)
        assert "<script>alert" not in page.text
        assert form(page)["toelichting"].value.strip() == "{{ 7*7 }} Yes"
        version = browser.get(f"{HISTORY}1")
        assert "<script>alert" not in version.text
        assert "{{ 7*7 }} Yes" in text(version), "a typed word is not translated"

    @pytest.mark.parametrize(
        "fields",
        [
            {"vreemd": "x"},
            {"based-on": ""},
            {"based-on": "-1"},
            {"based-on": "9" * 30},
            {"based-on": "²"},
            {"naam": Upload("a.txt", b"x")},
            {"based-on": Upload("a.txt", b"1")},
            {"why-changed": Upload("a.txt", b"1")},
        ],
    )
    def test_what_no_browser_sends_is_refused(self, log_in: Any, fields: dict[str, Any]) -> None:
        browser = log_in(BEHEERDER)
        save(browser, naam="Anna")
        save(browser, naam="Bert")
        for path in (TAB, f"{HISTORY}1"):
            sent = dict(form(browser.get(path)).submit_fields()) | fields
            browser.post(path, sent, status=400)

    def test_a_version_to_come_is_refused(self, log_in: Any) -> None:
        browser = log_in(BEHEERDER)
        browser.post(TAB, dict(form(browser.get(TAB)).submit_fields()) | {"based-on": "7"}, status=400)

    def test_a_private_key_is_pasted_and_never_shown(
        self, log_in: Any, dbsession: Session, store: SettingsStore
    ) -> None:
        browser, key = log_in(BEHEERDER), private_key()
        page = save(browser, privesleutel=key, why__changed="Nieuwe sleutel").follow()
        assert key.splitlines()[1] not in page.text
        stored = store.read(dbsession, "0363", Instellingen).privesleutel
        assert stored is not None
        assert stored.get_secret_value() == key.strip()

    def test_a_reason_is_checked_too(self, log_in: Any) -> None:
        browser = log_in(BEHEERDER)
        assert "niet meer dan 500 tekens" in text(save(browser, status=422, why__changed="x" * 501))
        assert "tekens die niet te zien zijn" in text(save(browser, status=422, why__changed="a\ab"))
        assert "lijkt een BSN te staan" in text(save(browser, status=422, why__changed="Voor 999900006"))

    def test_without_the_token_nothing_is_saved(self, log_in: Any, dbsession: Session) -> None:
        log_in(BEHEERDER).post(TAB, {"based-on": "0", "naam": "Anna"}, status=400)
        assert dbsession.scalar(sa.select(sa.func.count()).select_from(SettingsVersion)) == 0

    def test_english(self, log_in: Any) -> None:
        browser = log_in(BEHEERDER)
        assert "Why do you change this?" in text(browser.get(f"{TAB}?taal=en"))
        assert "Fill in 90 or less." in text(save(browser, status=422, termijn="400"))


class TestTwoPeople:
    def test_the_second_sees_both_and_keeps_what_was_typed(
        self, browser: Browser, log_in: Any, dbsession: Session, people: People, store: SettingsStore
    ) -> None:
        log_in(BEHEERDER)
        mine = form(browser.get(TAB))
        other = people.new(BEHEERDER, voornaam="Bert", achternaam="Bakker")
        store.save(dbsession, "0363", PRODUCT, Instellingen(termijn=10, naam="van Bert"), based_on=0, by=other.id)
        dbsession.commit()
        mine["naam"], mine["email"], mine["sleutel"] = "van mij", "a@example.org", "mijn sleutel"
        mine["why-changed"] = "Nieuwe sleutel"
        page = mine.submit(status=409)
        shown = text(page)
        assert "Iemand anders heeft deze instellingen gewijzigd terwijl u bezig was" in shown
        assert "Bert Bakker" in shown
        rows = [
            [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
            for row in page.html.find("table").find_all("tr")[1:]
        ]
        assert rows == [
            ["Name of the contact", "Niet ingevuld", "van Bert", "van mij"],
            ["Days to wait", "30", "10", "Niets: de waarde van de ander blijft staan"],
        ]
        again = form(page)
        assert (again["naam"].value, again["termijn"].value, again["email"].value) == ("van mij", "10", "a@example.org")
        assert again["why-changed"].value.strip() == "Nieuwe sleutel"
        assert "mijn sleutel" not in page.text
        assert "Vul het opnieuw in" in shown
        assert store.read(dbsession, "0363", Instellingen).naam == "van Bert"
        again.submit(status=303)
        assert store.read(dbsession, "0363", Instellingen) == Instellingen(
            naam="van mij", termijn=10, email="a@example.org"
        )

    def test_what_the_other_undid_again_is_said_too(
        self, log_in: Any, dbsession: Session, store: SettingsStore
    ) -> None:
        browser = log_in(BEHEERDER)
        mine = form(browser.get(TAB))
        for number, value in enumerate((Instellingen(naam="x"), Instellingen())):
            store.save(dbsession, "0363", PRODUCT, value, based_on=number, by=None)
        dbsession.commit()
        mine["naam"] = "van mij"
        page = mine.submit(status=409)
        assert "Iemand anders heeft deze instellingen gewijzigd terwijl u bezig was" in text(page)
        assert page.html.find("table") is None
        form(page).submit(status=303)
        assert store.read(dbsession, "0363", Instellingen).naam == "van mij"

    def test_what_was_wrong_in_it_is_said_when_it_is_sent_again(
        self, browser: Browser, log_in: Any, dbsession: Session, store: SettingsStore
    ) -> None:
        log_in(BEHEERDER)
        mine = form(browser.get(TAB))
        store.save(dbsession, "0363", PRODUCT, Instellingen(naam="x"), based_on=0, by=None)
        dbsession.commit()
        mine["termijn"] = "400"
        page = mine.submit(status=409)
        assert "Het portaal" in text(page)
        assert form(page)["termijn"].value == "400"
        assert "Vul 90 of minder in." in text(form(page).submit(status=422))


class TestHistory:
    def test_it_tells_who_when_what_and_why(self, log_in: Any) -> None:
        browser = log_in(BEHEERDER)
        assert "Nog niemand heeft deze instellingen gewijzigd" in text(browser.get(HISTORY))
        save(browser, naam="Anna")
        save(browser, sleutel="geheim", why__changed="Nieuwe sleutel")
        rows = [
            [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
            for row in browser.get(HISTORY).html.find("table").find_all("tr")[1:]
        ]
        assert [(row[0], row[3], row[4]) for row in rows] == [
            ("Versie 2", "API key", "Nieuwe sleutel"),
            ("Versie 1", "Name of the contact", "Geen reden gegeven"),
        ]
        assert "Test Persoon" in rows[0][2]
        page = browser.get(f"{HISTORY}2")
        assert "geheim" not in page.text
        assert "API key Niet ingevuld Ingevuld (verborgen)" in text(page)

    def test_going_back_is_a_new_version(self, log_in: Any, changes: list[Any]) -> None:
        browser = log_in(BEHEERDER)
        save(browser, naam="Anna", sleutel="geheim", why__changed="Begin")
        save(browser, naam="Bert")
        page = browser.get(f"{HISTORY}1")
        assert "Name of the contact Bert Anna" in text(page)
        shown = form(page).submit(status=303).follow()
        assert "De instellingen van versie 1 gelden weer" in text(shown)
        assert form(shown)["naam"].value == "Anna"
        assert "Versie 3" in text(browser.get(HISTORY))
        assert [new.naam for _code, _old, new in changes] == ["Anna", "Bert", "Anna"]

    def test_going_back_with_a_secret_needs_a_reason(self, log_in: Any) -> None:
        browser = log_in(BEHEERDER)
        save(browser, naam="Anna")
        save(browser, sleutel="geheim", why__changed="Begin")
        page = form(browser.get(f"{HISTORY}1")).submit(status=422)
        assert "Vul in waarom u dit wijzigt" in text(page)
        again = form(page)
        again["why-changed"] = "Sleutel is gelekt"
        assert "API key" in text(again.submit(status=303).follow())

    def test_going_back_after_somebody_else_saved_shows_what_it_would_do_now(
        self, log_in: Any, dbsession: Session, store: SettingsStore
    ) -> None:
        browser = log_in(BEHEERDER)
        save(browser, naam="Anna")
        save(browser, naam="Bert")
        page = form(browser.get(f"{HISTORY}1"))
        store.save(dbsession, "0363", PRODUCT, Instellingen(naam="Carla"), based_on=2, by=None)
        dbsession.commit()
        page["why-changed"] = "Terug naar Anna"
        shown = page.submit(status=422)
        assert "Iemand anders heeft deze instellingen intussen gewijzigd" in text(shown)
        assert "Name of the contact Carla Anna" in text(shown)
        assert form(shown)["why-changed"].value.strip() == "Terug naar Anna"
        form(shown).submit(status=303)
        assert store.read(dbsession, "0363", Instellingen).naam == "Anna"

    def test_the_auditor_cannot_go_back(self, log_in: Any, dbsession: Session, store: SettingsStore) -> None:
        for number, name in enumerate(("Anna", "Bert")):
            store.save(dbsession, "0363", PRODUCT, Instellingen(naam=name), based_on=number, by=None)
        dbsession.commit()
        browser = log_in(Role.AUDITOR)
        page = browser.get(f"{HISTORY}1")
        assert all("based-on" not in form.fields for form in page.forms.values())
        token = page.html.find("input", {"name": "csrf_token"})["value"]
        browser.post(f"{HISTORY}1", {"csrf_token": token, "based-on": "2"}, status=403)

    @pytest.mark.parametrize("number", ["0", "2", "999999999", "9999999999", "x"])
    def test_a_version_that_is_not_there(self, log_in: Any, number: str) -> None:
        browser = log_in(BEHEERDER)
        save(browser, naam="Anna")
        browser.get(f"{HISTORY}{number}", status=404)


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (-1, "Certificate: verlopen op"),
        (59, "Certificate: verloopt op"),
        (61, ""),
    ],
)
def test_a_certificate_that_ends_is_announced(
    log_in: Any, dbsession: Session, store: SettingsStore, days: int, says: str
) -> None:
    ends = Instellingen(certificaat=Certificate.parse(certificate(days=days)))
    store.save(dbsession, "0363", PRODUCT, ends, based_on=0, by=None)
    dbsession.commit()
    shown = text(log_in(BEHEERDER).get(TAB))
    assert (says in shown) if says else ("Certificate: verl" not in shown)


def test_settings_that_no_longer_fit_degrade_the_tab_and_nothing_else(
    log_in: Any, dbsession: Session, store: SettingsStore
) -> None:
    store.save(dbsession, "0363", PRODUCT, Instellingen(termijn=5, naam="Anna"), based_on=0, by=None)
    version = dbsession.scalars(sa.select(SettingsVersion)).one()
    version.content = version.content | {"termijn": 4000}
    dbsession.commit()
    browser = log_in(BEHEERDER)
    page = browser.get(TAB)
    assert "Een deel van de opgeslagen instellingen is niet bruikbaar" in text(page)
    assert (form(page)["termijn"].value, form(page)["naam"].value) == ("30", "Anna")
    shown = form(page).submit(status=303).follow()
    assert "niet bruikbaar" not in text(shown)


class TestGoingBackAfterTheModelChanged:
    """What an earlier version holds and the product of today does not allow stays as it is now."""

    @pytest.fixture
    def narrowed(self, dbsession: Session, store: SettingsStore) -> None:
        for number, value in enumerate((Instellingen(termijn=60, naam="Anna"), Instellingen(termijn=40, naam="Bert"))):
            store.save(dbsession, "0363", PRODUCT, value, based_on=number, by=None)
        version = dbsession.scalars(sa.select(SettingsVersion).where(SettingsVersion.number == 1)).one()
        version.content = version.content | {"termijn": 4000, "weg": "een veld van toen"}
        version.secrets = {"sleutel": {"key": "gone", "data": "x"}}
        dbsession.commit()

    @pytest.mark.usefixtures("narrowed")
    def test_it_is_said_and_not_replaced_by_the_default(
        self, log_in: Any, dbsession: Session, store: SettingsStore
    ) -> None:
        browser = log_in(BEHEERDER)
        save(browser, sleutel="van nu", why__changed="Nieuw")
        page = browser.get(f"{HISTORY}1")
        told = page.html.find(class_="utrecht-alert--warning")
        assert "kan niet meer worden gelezen" in told.get_text()
        assert [item.get_text() for item in told.select("li")] == ["Days to wait", "API key"]
        assert "Days to wait 40" not in text(page)
        form(page).submit(status=303)
        held = store.read(dbsession, "0363", Instellingen)
        assert (held.naam, held.termijn) == ("Anna", 40)
        assert held.sleutel is not None
        assert held.sleutel.get_secret_value() == "van nu"

    def test_what_may_not_be_entered_any_more_does_not_come_back(
        self, log_in: Any, dbsession: Session, store: SettingsStore
    ) -> None:
        expired = Instellingen(certificaat=Certificate.parse(certificate(days=-1)))
        for number, value in enumerate((expired, Instellingen(naam="Anna"))):
            store.save(dbsession, "0363", PRODUCT, value, based_on=number, by=None)
        dbsession.commit()
        browser = log_in(BEHEERDER)
        page = browser.get(f"{HISTORY}1")
        assert "mag nu niet meer worden ingevuld" in text(page)
        assert all("based-on" not in each.fields for each in page.forms.values())
        token = page.html.find("input", {"name": "csrf_token"})["value"]
        sent = {"csrf_token": token, "based-on": "2", "why-changed": "Toch"}
        assert "mag nu niet meer worden ingevuld" in text(browser.post(f"{HISTORY}1", sent, status=422))
        assert store.read(dbsession, "0363", Instellingen) == Instellingen(naam="Anna")
