"""The Servicedesk: gemeenten, agreements, products and organisations (R-07 to R-15, R-20)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account, Role
from portaal.audit import AuditEvent
from portaal.organisations.agreements import Agreement, AgreementType
from portaal.organisations.models import Gemeente, Organisation, OrganisationGemeente
from portaal.testing.application import Browser
from portaal.testing.pages import button, main_form
from portaal.testing.people import People

DESK = "/servicedesk"
HAARLEMMERMEER = f"{DESK}/gemeenten/0394"
AMSTERDAM = f"{DESK}/gemeenten/0363"
VECOZO = "bewerkersovereenkomst-vecozo"


@pytest.fixture
def medewerker(people: People) -> Account:
    return people.new(Role.SERVICEDESK, operator=True, voornaam="Karin", achternaam="Wit")


@pytest.fixture
def desk(browser: Browser, medewerker: Account, dbsession: Session) -> Browser:
    """The browser of somebody at the desk."""
    browser.log_in_as(dbsession, medewerker)
    return browser


def cells(page: Any) -> list[list[str]]:
    return [[" ".join(c.text.split()) for c in row.select("th, td")] for row in page.html.select("main tbody tr")]


def day(days_ago: int) -> str:
    return (clock.today() - timedelta(days=days_ago)).strftime("%d-%m-%Y")


def fill_agreement(desk: Browser, address: str, **values: str) -> Any:
    form = main_form(desk.get(address))
    for name in ("verstuurd_op", "ondertekend_op", "geretourneerd_op", "kenmerk", "eindigt_op"):
        form[name] = values.get(name, "")
    return form


def test_the_desk_lists_all_gemeenten_with_what_they_miss(desk: Browser, people: People) -> None:
    people.new(Role.GEBRUIKERSBEHEERDER)
    people.new(verified=False)
    assert desk.get("/", status=303).location.endswith(DESK)
    assert cells(desk.get(DESK)) == [
        ["Amsterdam", "0363", "Compleet", "3", "1", "1"],
        ["Diemen", "0384", "Compleet", "3", "Geen", "0"],
        ["Haarlemmermeer", "0394", "1 ontbreekt", "3", "Geen", "0"],
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("amst", ["Amsterdam"]),
        ("0384", ["Diemen"]),
        ("03", ["Amsterdam", "Diemen", "Haarlemmermeer"]),
        ("%", []),
        ("x", []),
    ],
)
def test_gemeenten_are_found_by_name_and_code(desk: Browser, query: str, found: list[str]) -> None:
    page = desk.get(DESK, {"q": query})
    assert [row[0] for row in cells(page)] == found
    assert ("Geen gemeente past bij deze zoekvraag" in page.text) == (not found)


def test_who_waits_where_nobody_can_help_stands_on_top(desk: Browser, people: People) -> None:
    people.new(Role.GEBRUIKERSBEHEERDER)
    people.new(verified=False, achternaam="Geholpen")
    people.new(gemeente="0384", verified=False, achternaam="Wachter")
    tasks = desk.get(DESK).html.select_one(".pz-tasks").text
    assert "Wachter" in tasks
    assert "Diemen" in tasks
    assert "Geholpen" not in tasks


def test_an_agreement_is_recorded_with_who_when_and_reference(
    desk: Browser, medewerker: Account, dbsession: Session
) -> None:
    page = desk.get(HAARLEMMERMEER)
    assert "Ontbreekt" in cells(page)[1]
    address = page.html.select_one(f"a[href$='{VECOZO}']")["href"]
    form = fill_agreement(desk, address, verstuurd_op=day(20), ondertekend_op=day(10), geretourneerd_op=day(2),
                          kenmerk="2026/0394/V")  # fmt: skip
    after = form.submit(status=303).follow()
    row = cells(after)[1]
    assert row[1:6] == ["Geretourneerd", day(20), day(10), day(2), "2026/0394/V"]
    assert "door Karin Wit" in row[0]
    assert clock.today().strftime("%d-%m-%Y") in row[0]
    event = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "agreement.note")).one()
    assert (event.actor, event.gemeentecode, event.object_id) == (medewerker.id, "0394", VECOZO)
    assert event.details["kenmerk"] == "2026/0394/V"


def test_the_gate_opens_with_the_last_agreement_and_closes_again_at_the_next_request(
    desk: Browser, people: People, medewerker: Account, dbsession: Session
) -> None:
    user = people.new(("gebruiker", "iwmo"), gemeente="0394")
    address = f"{HAARLEMMERMEER}/overeenkomsten/{VECOZO}"
    values = {"verstuurd_op": day(20), "ondertekend_op": day(10), "geretourneerd_op": day(2), "kenmerk": "K"}

    def gate(status: int) -> Any:
        desk.log_in_as(dbsession, user)
        page = desk.get("/g/0394/", status=status)
        desk.log_in_as(dbsession, medewerker)
        return page

    refused = gate(403)
    assert "Bewerkersovereenkomst Gemeente met VECOZO" in refused.text
    assert "Aansluitings- en bewerkersovereenkomst" not in refused.html.select_one("main").text
    for incomplete in ({}, {"verstuurd_op": day(20)}, {"verstuurd_op": day(20), "ondertekend_op": day(10)}):
        fill_agreement(desk, address, **incomplete).submit(status=303)
        gate(403)
    fill_agreement(desk, address, **values).submit(status=303)
    gate(200)
    fill_agreement(desk, address, **values, eindigt_op=day(1)).submit(status=303)
    gate(403)
    fill_agreement(desk, address, **values, eindigt_op=day(0)).submit(status=303)
    gate(200)


def test_a_third_required_document_closes_every_gate(desk: Browser, people: People, dbsession: Session) -> None:
    user = people.new(("gebruiker", "iwmo"))
    dbsession.add(AgreementType(slug="derde", title_nl="Derde document", title_en="Third document", position=3))
    dbsession.commit()
    assert "Derde document" in desk.get(AMSTERDAM).text
    desk.log_in_as(dbsession, user)
    assert "Derde document" in desk.get("/g/0363/", status=403).text


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"verstuurd_op": day(-1)}, "verstuurd_op", "Deze dag moet nog komen."),
        ({"verstuurd_op": day(1), "ondertekend_op": day(5)}, "ondertekend_op", "eerder dan de stap"),
        ({"geretourneerd_op": day(1), "kenmerk": "K"}, "geretourneerd_op", "Vul ook in wanneer het is ondertekend"),
        ({"ondertekend_op": day(5), "geretourneerd_op": day(9), "kenmerk": "K"}, "geretourneerd_op", "eerder dan"),
        ({"ondertekend_op": day(5), "geretourneerd_op": day(1)}, "kenmerk", "Vul het kenmerk in"),
        ({"ondertekend_op": day(5), "eindigt_op": day(9)}, "eindigt_op", "eerder dan de stap"),
        ({"verstuurd_op": "gisteren"}, "verstuurd_op", "Vul een datum in"),
        ({"verstuurd_op": "31-02-2026"}, "verstuurd_op", "Vul een datum in"),
        ({"kenmerk": "K" * 101}, "kenmerk", "niet meer dan 100 tekens"),
    ],
)
def test_what_is_wrong_with_an_agreement_is_said_and_what_was_typed_stays(
    desk: Browser, dbsession: Session, values: dict[str, str], field: str, message: str
) -> None:
    page = fill_agreement(desk, f"{HAARLEMMERMEER}/overeenkomsten/{VECOZO}", **values).submit(status=422)
    assert message in page.html.select_one(f"#{field}-fout").text
    form = main_form(page)
    assert {name: form[name].value for name in values} == values
    assert not dbsession.scalars(sa.select(Agreement).where(Agreement.type_slug == VECOZO,
                                                            Agreement.gemeentecode == "0394")).all()  # fmt: skip


@pytest.mark.parametrize("spelling", ["1-9-2026", "01 09 2026", "1/9/2026", "01.09.2026", "2026-09-01"])
def test_dates_are_taken_in_any_order_of_writing(desk: Browser, dbsession: Session, spelling: str) -> None:
    fill_agreement(desk, f"{HAARLEMMERMEER}/overeenkomsten/{VECOZO}", verstuurd_op=spelling).submit(status=303)
    sent = dbsession.scalars(sa.select(Agreement.sent_on).where(Agreement.type_slug == VECOZO,
                                                                Agreement.gemeentecode == "0394")).one()  # fmt: skip
    assert str(sent) == "2026-09-01"


def test_a_product_is_switched_off_and_on_and_what_there_was_comes_back(
    desk: Browser, people: People, medewerker: Account, dbsession: Session
) -> None:
    user = people.new(("gebruiker", "iwmo"))

    def overview() -> str:
        desk.log_in_as(dbsession, user)
        text = desk.get("/g/0363/").html.select_one("main").text
        desk.log_in_as(dbsession, medewerker)
        return str(text)

    assert "iWmo" in overview()
    question = desk.get(AMSTERDAM).click(href="/producten/iwmo/deactiveren")
    assert question.html.h1.text == "iWmo deactiveren voor Amsterdam"
    assert "iWmo" in overview()
    off = button(desk.get(question.request.path), "/producten/iwmo/deactiveren").submit(status=303).follow()
    assert "niet meer actief" in off.text
    assert "iWmo" not in overview()
    desk.get(question.request.path, status=404)
    on = button(desk.get(AMSTERDAM), "/producten/iwmo/activeren").submit(status=303).follow()
    assert "Het product is actief voor deze gemeente." in on.text
    assert "iWmo" in overview()


def test_a_product_that_is_not_installed_cannot_be_switched_on(desk: Browser) -> None:
    token = button(desk.get(f"{AMSTERDAM}/producten/iwmo/deactiveren"), "/deactiveren")["csrf_token"].value
    desk.post(f"{AMSTERDAM}/producten/bestaat_niet/activeren", {"csrf_token": token}, status=404)


def test_a_gemeente_is_added(desk: Browser, dbsession: Session) -> None:
    form = main_form(desk.get(f"{DESK}/gemeenten/nieuw"))
    form["gemeentecode"], form["naam"] = "0599", "Rotterdam"
    page = form.submit(status=303).follow()
    assert "Rotterdam (0599)" in page.html.h1.text
    assert "Er werkt geen organisatie voor deze gemeente" in page.text
    assert dbsession.get(Gemeente, "0599") is not None


@pytest.mark.parametrize(
    ("code", "naam", "field", "message"),
    [
        ("0363", "Nog een", "gemeentecode", "Er is al een gemeente met deze code."),
        ("363", "Kort", "gemeentecode", "niet de juiste vorm"),
        ("0599", "", "naam", "Vul dit veld in."),
    ],
)
def test_what_is_wrong_with_a_new_gemeente_is_said(
    desk: Browser, code: str, naam: str, field: str, message: str
) -> None:
    form = main_form(desk.get(f"{DESK}/gemeenten/nieuw"))
    form["gemeentecode"], form["naam"] = code, naam
    assert message in form.submit(status=422).html.select_one(f"#{field}-fout").text


def link_form(desk: Browser, **values: str) -> Any:
    form = main_form(desk.get(f"{AMSTERDAM}/organisaties/nieuw"))
    for name, value in ({"vanaf": day(0)} | values).items():
        form[name] = value
    return form


def test_a_new_organisation_is_linked_and_its_people_can_come_in(
    desk: Browser, medewerker: Account, dbsession: Session
) -> None:
    page = link_form(desk, kvk_nummer="99000777", naam="Regio Zorg", soort="samenwerkingsverband",
                     rsin="999999990").submit(status=303).follow()  # fmt: skip
    assert "Regio Zorg werkt voor deze gemeente." in page.text
    organisation = dbsession.scalars(sa.select(Organisation).where(Organisation.kvk_nummer == "99000777")).one()
    (link,) = organisation.gemeenten
    assert (link.gemeentecode, link.valid_from, link.valid_until) == ("0363", clock.today(), None)
    event = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "organisation.link")).one()
    assert (event.actor, event.object_id) == (medewerker.id, str(organisation.id))


def test_a_known_organisation_needs_its_number_only(desk: Browser, dbsession: Session) -> None:
    assert "Gemeente Diemen werkt voor deze gemeente." in link_form(desk, kvk_nummer="99000384").submit().follow().text
    link = dbsession.scalars(
        sa.select(OrganisationGemeente).join(Organisation).where(Organisation.kvk_nummer == "99000384",
                                                                 OrganisationGemeente.gemeentecode == "0363")
    ).one()  # fmt: skip
    assert link.valid_from == clock.today()


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"kvk_nummer": "99000777"}, "naam", "Vul de naam van de organisatie in."),
        ({"kvk_nummer": "123"}, "kvk_nummer", "niet de juiste vorm"),
        ({"kvk_nummer": "99000001"}, "kvk_nummer", "de beheerder van het portaal"),
        ({"kvk_nummer": "99000363"}, "vanaf", "in een deel van deze periode al"),
        ({"kvk_nummer": "99000384", "vanaf": ""}, "vanaf", "Vul dit veld in."),
        ({"kvk_nummer": "99000384", "tot_en_met": day(1)}, "tot_en_met", "ligt voor de eerste"),
    ],
)
def test_what_is_wrong_with_an_organisation_is_said(
    desk: Browser, dbsession: Session, values: dict[str, str], field: str, message: str
) -> None:
    before = dbsession.scalar(sa.select(sa.func.count()).select_from(OrganisationGemeente))
    page = link_form(desk, **values).submit(status=422)
    assert message in page.html.select_one(f"#{field}-fout").text
    assert dbsession.scalar(sa.select(sa.func.count()).select_from(OrganisationGemeente)) == before


def test_one_branch_of_an_organisation_is_linked_beside_the_whole(desk: Browser, dbsession: Session) -> None:
    page = link_form(desk, kvk_nummer="99000363", vestigingsnummer="000012345678").submit(status=303).follow()
    assert "alleen vestiging 000012345678" in page
    change = page.click("Wijzigen", href="/organisaties/", index=1)
    assert "Dit gaat alleen over vestiging 000012345678." in change
    again = link_form(desk, kvk_nummer="99000363", vestigingsnummer="000012345678").submit(status=422)
    assert "in een deel van deze periode al" in again.html.select_one("#vanaf-fout").text
    wrong = link_form(desk, kvk_nummer="99000363", vestigingsnummer="12").submit(status=422)
    assert "niet de juiste vorm" in wrong.html.select_one("#vestigingsnummer-fout").text
    events = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "organisation.link")).all()
    assert [event.details["branch"] for event in events] == ["000012345678"]


def test_who_waits_is_named_once_though_a_branch_acts_too(desk: Browser, people: People) -> None:
    people.new(gemeente="0384", verified=False, achternaam="Wachter")
    form = main_form(desk.get(f"{DESK}/gemeenten/0384/organisaties/nieuw"))
    form["kvk_nummer"], form["vestigingsnummer"], form["vanaf"] = "99000384", "000012345678", day(0)
    form.submit(status=303)
    assert len(desk.get(DESK).html.select(".pz-tasks li")) == 1


def test_ending_the_period_of_an_organisation_shuts_its_people_out(
    desk: Browser, people: People, dbsession: Session
) -> None:
    user = people.new(("gebruiker", "iwmo"))
    form = main_form(desk.get(AMSTERDAM).click("Wijzigen", href="/organisaties/"))
    form["tot_en_met"] = day(1)
    form.submit(status=303)
    desk.log_in_as(dbsession, user)
    assert desk.get("/g/0363/", expect_errors=True).status_int == 404


ADDRESSES = (
    ("GET", DESK), ("GET", AMSTERDAM), ("GET", f"{DESK}/gemeenten/nieuw"), ("POST", f"{DESK}/gemeenten/nieuw"),
    ("GET", f"{AMSTERDAM}/overeenkomsten/{VECOZO}"), ("POST", f"{AMSTERDAM}/overeenkomsten/{VECOZO}"),
    ("GET", f"{AMSTERDAM}/producten/iwmo/deactiveren"), ("POST", f"{AMSTERDAM}/producten/iwmo/deactiveren"),
    ("POST", f"{AMSTERDAM}/producten/iwmo/activeren"),
    ("GET", f"{AMSTERDAM}/organisaties/nieuw"), ("POST", f"{AMSTERDAM}/organisaties/nieuw"),
    ("GET", f"{AMSTERDAM}/mensen"), ("GET", f"{DESK}/medewerkers"),
)  # fmt: skip


@pytest.mark.parametrize("role", [Role.GEBRUIKERSBEHEERDER, Role.AUDITOR, ("productbeheerder", "iwmo")])
@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_only_the_desk_gets_in(log_in: Any, role: Any, method: str, address: str) -> None:
    browser = log_in(role)
    if method == "GET":
        browser.get(address, status=403)
    else:
        token = main_form(browser.get("/persoonlijke-instellingen"))["csrf_token"].value
        browser.post(address, {"csrf_token": token}, status=403)


@pytest.mark.parametrize(
    "address",
    [f"{DESK}/gemeenten/9999", f"{DESK}/gemeenten/9999/mensen", f"{AMSTERDAM}/overeenkomsten/onbekend",
     f"{AMSTERDAM}/organisaties/geen-id", f"{AMSTERDAM}/organisaties/00000000-0000-0000-0000-000000000000"],
)  # fmt: skip
def test_what_does_not_exist_is_404(desk: Browser, address: str) -> None:
    desk.get(address, status=404)


def test_the_desk_sees_no_product_of_a_gemeente(desk: Browser) -> None:
    desk.get("/g/0363/", status=404)
    desk.get("/g/0363/gebruikers", status=404)
