"""Persoonlijke Instellingen (R-54 to R-66)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.access.models import Aanhef, Account, Role
from portaal.audit import AuditEvent
from portaal.notifications.models import Notification, NotificationKind
from portaal.onboarding.profile import clean_phone, shown_phone
from portaal.testing.application import Browser
from portaal.testing.pages import main_form
from portaal.testing.people import People

PAGE = "/persoonlijke-instellingen"
FIELDS = (
    "aanhef", "voorletters", "voornaam", "tussenvoegsel", "achternaam", "afdeling", "telefoonnummer", "email",
    "nieuwsbrief",
)  # fmt: skip
FILLED = {
    "aanhef": "mevrouw", "voorletters": "G.B.R.", "voornaam": "Gebruiker", "tussenvoegsel": "van",
    "achternaam": "Gemeenteland", "afdeling": "Wmo", "telefoonnummer": "020 - 624 11 11",
    "email": "gebruiker@gemeente.example", "nieuwsbrief": True,
}  # fmt: skip


@pytest.fixture
def newcomer(people: People) -> Account:
    """Somebody who logs in for the first time."""
    return people.new(saved=False, verified=False)


@pytest.fixture
def new_browser(browser: Browser, newcomer: Account, dbsession: Session) -> Browser:
    browser.log_in_as(dbsession, newcomer)
    return browser


def fill(page: Any, **values: Any) -> Any:
    form = main_form(page)
    for name, value in values.items():
        form[name] = value
    return form


def test_the_first_login_leads_to_persoonlijke_instellingen(new_browser: Browser) -> None:
    response = new_browser.get("/", status=303).follow()
    assert response.request.path == PAGE
    assert response.html.h1.text == "Persoonlijke Instellingen"


def test_saving_for_the_first_time_confirms_careful_use(
    new_browser: Browser, newcomer: Account, dbsession: Session
) -> None:
    """R-06: those who use the node are held to it as those who run it are."""
    confirmed = sa.select(AuditEvent.actor).where(AuditEvent.action == "account.confirm_careful_use")
    page = new_browser.get(PAGE)
    assert "bevestigt u dat u de gegevens van burgers veilig, zorgvuldig en efficiënt gebruikt" in page.text
    assert page.html.main.find("a", href="/veilig-en-zorgvuldig-gebruik")
    fill(page, email="geen adres").submit(status=422)
    assert dbsession.scalars(confirmed).all() == []
    fill(page, email="gebruiker@gemeente.example").submit(status=303)
    fill(new_browser.get(PAGE), voornaam="Anna").submit(status=303)
    assert dbsession.scalars(confirmed).all() == [newcomer.id]


def test_the_form_has_exactly_the_fields_of_the_manual(new_browser: Browser) -> None:
    form = fill(new_browser.get(PAGE))
    assert tuple(name for name in form.fields if name not in ("csrf_token", None, "")) == FIELDS
    assert [(option, checked) for option, checked, _ in form["aanhef"].options] == [
        ("de heer", False),
        ("mevrouw", False),
    ]
    page = new_browser.get(PAGE)
    for label in (
        "De Heer",
        "Mevrouw",
        "Voorletters",
        "Voornaam",
        "Tussenvoegsel",
        "Achternaam",
        "Afdeling",
        "Telefoonnummer",
        "E-mailadres",
        "Nieuwsbrief ontvangen",
        "= verplicht",
        "Opslaan",
    ):
        assert label in page.text, label
    assert not form["nieuwsbrief"].checked


def test_only_the_e_mail_address_is_mandatory(new_browser: Browser, newcomer: Account, dbsession: Session) -> None:
    required = [field["name"] for field in new_browser.get(PAGE).html.select("form [aria-required]")]
    assert required == ["email"]
    response = fill(new_browser.get(PAGE), email="a@gemeente.example").submit(status=303)
    assert response.location.endswith("/verificatie")
    dbsession.refresh(newcomer)
    assert newcomer.email == "a@gemeente.example"
    assert newcomer.aanhef is None


def test_everything_that_is_filled_in_is_kept(new_browser: Browser, newcomer: Account, dbsession: Session) -> None:
    fill(new_browser.get(PAGE), **FILLED).submit(status=303)
    dbsession.refresh(newcomer)
    kept = {name: getattr(newcomer, name) for name in FIELDS}
    assert kept == FILLED | {"aanhef": Aanhef.MEVROUW, "telefoonnummer": "+31206241111"}
    assert newcomer.display_name == "Gebruiker van Gemeenteland"


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"email": ""}, "email", "Vul dit veld in."),
        ({"email": "geen adres"}, "email", "Vul een e-mailadres in met een @"),
        ({"telefoonnummer": "12"}, "telefoonnummer", "Vul een telefoonnummer in"),
        ({"telefoonnummer": "bel mij"}, "telefoonnummer", "Vul een telefoonnummer in"),
        ({"voorletters": "A" * 21}, "voorletters", "niet meer dan 20 tekens"),
        ({"achternaam": "Verborgen\u202egnor"}, "achternaam", "tekens in die u niet kunt zien"),
        ({"achternaam": "Bel\x07"}, "achternaam", "tekens in die u niet kunt zien"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_at_the_top_and_nothing_typed_is_lost(
    new_browser: Browser, newcomer: Account, dbsession: Session, values: dict[str, str], field: str, message: str
) -> None:
    response = fill(new_browser.get(PAGE), **(FILLED | values)).submit(status=422)
    assert message in response.html.select_one(f"#{field}-fout").text
    assert message in response.html.select_one(f".pz-error-summary a[href='#{field}']").text
    assert response.html.title.text.startswith("Fout: ")
    again = fill(response)
    assert again["afdeling"].value == "Wmo"
    assert again[field].value == values[field].strip()
    assert again["nieuwsbrief"].checked
    dbsession.refresh(newcomer)
    assert newcomer.profile_saved_at is None


def test_names_of_all_kinds_are_taken(new_browser: Browser, newcomer: Account, dbsession: Session) -> None:
    names = {
        "voornaam": "Süleyman-João",
        "tussenvoegsel": "van 't",
        "achternaam": "O’Brien \N{LATIN SMALL LETTER E}\u0301",
    }
    fill(new_browser.get(PAGE), email="a@gemeente.example", **names).submit(status=303)
    dbsession.refresh(newcomer)
    assert newcomer.achternaam == "O’Brien é"


def test_a_field_that_the_form_does_not_have_is_refused(new_browser: Browser, newcomer: Account) -> None:
    token = fill(new_browser.get(PAGE))["csrf_token"].value
    values = {"csrf_token": token, "email": "a@gemeente.example", "verified_at": "2020-01-01"}
    new_browser.post(PAGE, values, status=400)


def test_each_gebruikersbeheerder_is_told_once(
    new_browser: Browser, newcomer: Account, people: People, dbsession: Session
) -> None:
    beheerders = {people.new(Role.GEBRUIKERSBEHEERDER).id for _ in range(2)}
    people.new(Role.GEBRUIKERSBEHEERDER, gemeente="0384")
    people.new(("gebruiker", "iwmo"))
    fill(new_browser.get(PAGE), **FILLED).submit(status=303)
    fill(new_browser.get(PAGE), voornaam="Anders").submit(status=303)
    notices = dbsession.scalars(sa.select(Notification)).all()
    assert {notice.account_id for notice in notices} == beheerders
    assert len(notices) == 2
    assert {notice.kind for notice in notices} == {NotificationKind.NIEUWE_AANMELDING}
    assert all(notice.parameters == {"account": str(newcomer.id), "gemeentecode": "0363"} for notice in notices)


def test_without_a_gebruikersbeheerder_the_servicedesk_is_told(
    new_browser: Browser, people: People, dbsession: Session
) -> None:
    desk = people.new(Role.SERVICEDESK, operator=True)
    fill(new_browser.get(PAGE), **FILLED).submit(status=303)
    (notice,) = dbsession.scalars(sa.select(Notification)).all()
    assert (notice.account_id, notice.kind) == (desk.id, NotificationKind.WACHT_OP_GEBRUIKERSBEHEERDER)


def test_later_one_can_change_ones_own_data(log_in: Any, dbsession: Session) -> None:
    browser = log_in(("gebruiker", "iwmo"), telefoonnummer="+31206241111", tussenvoegsel="van")
    page = browser.get(PAGE)
    assert fill(page)["telefoonnummer"].value == "020 624 1111"
    response = fill(page, tussenvoegsel="", achternaam="Nieuw", nieuwsbrief=True).submit(status=303).follow()
    assert "Uw gegevens zijn opgeslagen." in response.text
    assert fill(response)["achternaam"].value == "Nieuw"
    assert fill(response)["tussenvoegsel"].value == ""
    event = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "profile.save")).one()
    assert sorted(event.details["fields"]) == ["achternaam", "nieuwsbrief", "tussenvoegsel"]
    assert "Nieuw" not in str(event.details)


def test_without_a_login_the_page_is_closed(browser: Browser) -> None:
    assert browser.get(PAGE, status=303).location.startswith("http://localhost/Inloggen-op-portals")


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("0206241111", "+31206241111", "020 624 1111"),
        ("+31 (0)20-6241111", "+31206241111", "020 624 1111"),
        ("0031 6 12345678", "+31612345678", "06 12345678"),
        ("+32 2 511 11 11", "+3225111111", "+32 2 511 11 11"),
    ],
)
def test_telephone_numbers_are_taken_in_any_spelling(typed: str, kept: str, shown: str) -> None:
    assert clean_phone(typed) == kept
    assert shown_phone(kept) == shown
