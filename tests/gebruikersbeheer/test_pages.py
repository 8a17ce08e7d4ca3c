"""The pages of the gebruikersbeheerder (R-53, R-68 to R-70, R-79, R-80)."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account, Role, RoleGrant
from portaal.onboarding.models import VerificationCode
from portaal.organisations.models import Organisation, OrganisationGemeente
from portaal.testing.application import Browser
from portaal.testing.pages import button, main_form
from portaal.testing.people import People
from portaal.testing.queries import Count

LIST = "/g/0363/gebruikers"


@pytest.fixture
def beheerder(people: People) -> Account:
    return people.new(Role.GEBRUIKERSBEHEERDER, voornaam="Bea", achternaam="Beheerder")


@pytest.fixture
def gb(browser: Browser, beheerder: Account, dbsession: Session) -> Browser:
    """The browser of the gebruikersbeheerder of Amsterdam."""
    browser.log_in_as(dbsession, beheerder)
    return browser


def page_of(account: Account, gemeente: str = "0363") -> str:
    return f"/g/{gemeente}/gebruikers/{account.id}"


def names(page: Any) -> list[str]:
    return [row.text.strip() for row in page.html.select("main tbody th")]


def test_the_list_shows_everybody_of_the_gemeente_with_their_state_those_who_wait_first(
    gb: Browser, people: People
) -> None:
    people.new(("gebruiker", "iwmo"), achternaam="Actief")
    people.new(achternaam="Geverifieerd")
    people.new(verified=False, achternaam="Aangemeld")
    coded = people.new(verified=False, achternaam="Code")
    people.new(ended_at=clock.now(), achternaam="Eind")
    people.new(saved=False, verified=False)
    people.new(gemeente="0384", achternaam="Ander")
    button(gb.get(page_of(coded)), "/code").submit(status=200)
    page = gb.get(LIST)
    rows = [[cell.text.strip() for cell in row.select("th, td")] for row in page.html.select("main tbody tr")]
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("Test Aangemeld", "Aangemeld, wacht op code", "Geen"),
        ("Test Code", "Code uitgegeven", "Geen"),
        ("Test Geverifieerd", "Geverifieerd, nog geen rol", "Geen"),
        ("Test Actief", "Actief", "Gebruiker iWmo"),
        ("Bea Beheerder", "Actief", "Gebruikersbeheerder"),
        ("Test Eind", "Beëindigd", "Geen"),
    ]
    assert "3 mensen wachten" in page.text
    assert page.html.select("main tbody tr")[0].find_all("td")[-1].get_text(strip=True).endswith("Nog niet")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=zoek", ["Zoek Mij"]),
        ("q=MIJ", ["Zoek Mij"]),
        ("q=afdeling x zoek", ["Zoek Mij"]),
        ("q=%25", []),
        ("toestand=aangemeld", ["Zoek Mij"]),
        ("toestand=actief", ["Bea Beheerder"]),
        ("toestand=onzin&q=zoek", ["Zoek Mij"]),
        ("q=zoek&toestand=actief", []),
        ("pagina=2", []),
        ("pagina=x", ["Zoek Mij", "Bea Beheerder"]),
    ],
)
def test_the_list_can_be_filtered(gb: Browser, people: People, query: str, found: list[str]) -> None:
    people.new(verified=False, voornaam="Zoek", achternaam="Mij", afdeling="Afdeling X")
    page = gb.get(f"{LIST}?{query.replace(' ', '+')}")
    assert names(page) == found
    if query.startswith(("q=", "toestand=a")):
        assert "Alle filters wissen" in page.text


def test_an_empty_selection_differs_from_no_people(gb: Browser) -> None:
    assert "Niemand past bij deze filters" in gb.get(f"{LIST}?q=niemand").text


def test_a_long_list_has_pages(gb: Browser, people: People, beheerder: Account, dbsession: Session) -> None:
    now = clock.now()
    dbsession.add_all(
        Account(issuer="x", organisation_id=beheerder.organisation_id, pseudonym=f"p{n}", created_at=now,
                profile_saved_at=now, achternaam=f"Lang{n:03}", email=f"l{n}@gemeente.example")
        for n in range(60)
    )  # fmt: skip
    dbsession.commit()
    page = gb.get(LIST)
    assert len(names(page)) == 50
    assert "61 resultaten" in page.text
    assert len(names(page.click("Volgende"))) == 11


def test_the_number_of_queries_does_not_grow_with_the_list(gb: Browser, people: People, count_queries: Count) -> None:
    def count() -> int:
        with count_queries() as counted:
            gb.get(LIST, status=200)
        return len(counted)

    gb.get(LIST)
    few = count()
    for _ in range(10):
        people.new(("gebruiker", "iwmo"))
    assert count() <= few


def test_a_code_is_issued_shown_once_and_works(
    gb: Browser, people: People, beheerder: Account, dbsession: Session
) -> None:
    newcomer = people.new(verified=False)
    gb.extra_environ["REMOTE_ADDR"] = "192.0.2.1"
    shown = button(gb.get(page_of(newcomer)), "/code").submit(status=200)
    code = shown.html.select_one("#verificatiecode").text
    assert shown.headers["Cache-Control"] == "no-store"
    again = gb.get(page_of(newcomer))
    assert code not in again.text
    assert "Er is een code uitgegeven" in again.text
    gb.log_in_as(dbsession, newcomer)
    form = main_form(gb.get("/verificatie"))
    form["verificatiecode"] = code
    form.submit(status=303)


def test_roles_come_before_the_code(gb: Browser, people: People) -> None:
    """R-69: the gebruikersbeheerder grants roles first, and then gives the code."""
    newcomer = people.new(verified=False)
    page = gb.get(page_of(newcomer))
    headings = [heading.get_text() for heading in page.html.main.find_all("h2")]
    assert headings.index("Rollen") < headings.index("Verificatiecode")
    assert "Ken eerst een rol toe" in page.text
    form = main_form(page)
    form["product"], form["rol"] = "iwmo", "gebruiker"
    assert "Ken eerst een rol toe" not in form.submit(status=303).follow().text


def test_a_code_can_be_issued_anew_and_withdrawn(gb: Browser, people: People, dbsession: Session) -> None:
    newcomer = people.new(verified=False)
    first = button(gb.get(page_of(newcomer)), "/code").submit()
    second = button(gb.get(page_of(newcomer)), "/code").submit()
    assert first.html.select_one("#verificatiecode").text != second.html.select_one("#verificatiecode").text
    page = button(gb.get(page_of(newcomer)), "/code/intrekken").submit(status=303).follow()
    assert "De code is ingetrokken." in page.text
    assert "Deze persoon heeft geen code die werkt." in page.text
    assert all(code.revoked_at for code in dbsession.scalars(sa.select(VerificationCode)))


def test_who_is_verified_gets_no_code(gb: Browser, people: People) -> None:
    newcomer, person = people.new(verified=False), people.new()
    assert "Code uitgeven" not in gb.get(page_of(person)).text
    form = button(gb.get(page_of(newcomer)), "/code")
    form.action = f"{page_of(person)}/code"
    assert "al geverifieerd" in form.submit(status=303).follow().text


def test_a_role_is_granted_and_works_at_the_next_page(
    gb: Browser, people: People, beheerder: Account, dbsession: Session
) -> None:
    person = people.new()
    form = main_form(gb.get(page_of(person)))
    assert [option for option, _, _ in form["product"].options] == ["ijw", "iwmo", "wlz_registertoets"]
    assert [option for option, _, _ in form["rol"].options] == ["gebruiker", "productbeheerder"]
    form["product"], form["rol"] = "iwmo", "gebruiker"
    page = form.submit(status=303).follow()
    assert "De rol is toegekend." in page.text
    gb.log_in_as(dbsession, person)
    overview = gb.get("/g/0363/", status=200)
    assert "iWmo" in overview.html.select_one("main").text
    assert "iJw" not in overview.text


def test_a_role_can_be_granted_before_verification(gb: Browser, people: People, dbsession: Session) -> None:
    person = people.new(verified=False)
    form = main_form(gb.get(page_of(person)))
    form["product"], form["rol"] = "ijw", "productbeheerder"
    form.submit(status=303)
    assert dbsession.scalars(sa.select(RoleGrant.role).where(RoleGrant.account_id == person.id)).all() == [
        Role.PRODUCTBEHEERDER
    ]


def test_a_role_is_revoked_and_stops_at_once(
    gb: Browser, people: People, beheerder: Account, dbsession: Session
) -> None:
    person = people.new(("gebruiker", "iwmo"), ("gebruiker", "ijw"))
    page = gb.get(page_of(person))
    revoke = next(form for form in page.html.select("main form") if "iWmo" in form.text)
    gb.post(revoke["action"], {"csrf_token": revoke.select_one("[name=csrf_token]")["value"]}, status=303)
    gb.log_in_as(dbsession, person)
    overview = gb.get("/g/0363/")
    assert "iJw" in overview.text
    assert "iWmo" not in overview.html.select_one("main").text


def test_an_end_date_is_the_last_day_of_a_role(gb: Browser, people: People, dbsession: Session) -> None:
    person = people.new()
    form = main_form(gb.get(page_of(person)))
    form["product"], form["rol"] = "iwmo", "gebruiker"
    last = clock.today() + timedelta(days=30)
    form["tot_en_met"] = last.strftime("%d-%m-%Y")
    page = form.submit(status=303).follow()
    assert last.strftime("%d-%m-%Y") in page.text
    grant = dbsession.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == person.id)).one()
    assert grant.ends_at is not None
    assert grant.ends_at.astimezone(clock.AMSTERDAM).date() == last + timedelta(days=1)


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({}, "product", "Kies een van de mogelijkheden."),
        ({"product": "iwmo", "rol": "gebruiker", "tot_en_met": "31-02-2027"}, "tot_en_met", "Vul een datum in"),
        ({"product": "iwmo", "rol": "gebruiker", "tot_en_met": "31-12-9999"}, "tot_en_met", "Vul een datum in"),
        ({"product": "iwmo", "rol": "gebruiker", "tot_en_met": "01-01-2020"}, "product", "al voorbij"),
        ({"product": "iwmo", "rol": "gebruikersbeheerder"}, "product", "een van de rollen"),
        ({"product": "iwmo", "rol": "baas"}, "rol", "Kies een van de mogelijkheden."),
        ({"product": "ipgb", "rol": "gebruiker"}, "product", "actief is"),
    ],
)
def test_what_is_wrong_with_a_role_is_said(
    gb: Browser, people: People, dbsession: Session, values: dict[str, str], field: str, message: str
) -> None:
    person = people.new()
    token = main_form(gb.get(page_of(person)))["csrf_token"].value
    page = gb.post(f"{page_of(person)}/rollen", values | {"csrf_token": token}, status=422)
    assert message in page.html.select_one(f"#{field}-fout").text
    assert not dbsession.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == person.id)).all()


def test_both_roles_of_one_product_are_refused(gb: Browser, people: People) -> None:
    person = people.new(("gebruiker", "iwmo"))
    form = main_form(gb.get(page_of(person)))
    form["product"], form["rol"] = "iwmo", "productbeheerder"
    assert "niet Gebruiker en Productbeheerder van hetzelfde product" in form.submit(status=422).text
    form["product"] = "ijw"
    form.submit(status=303)


def test_both_roles_are_possible_where_the_portal_allows_it(
    gb: Browser, people: People, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.registry, "portaal.allow_combined_roles", True)
    person = people.new(("gebruiker", "iwmo"))
    form = main_form(gb.get(page_of(person)))
    form["product"], form["rol"] = "iwmo", "productbeheerder"
    form.submit(status=303)


def test_nobody_gives_themselves_a_role(gb: Browser, beheerder: Account, people: People) -> None:
    page = gb.get(page_of(beheerder))
    assert "U kunt uzelf geen rol toekennen." in page.text
    token = main_form(gb.get(page_of(people.new())))["csrf_token"].value
    values = {"product": "iwmo", "rol": "gebruiker", "csrf_token": token}
    assert "U kunt uzelf geen rol toekennen." in gb.post(f"{page_of(beheerder)}/rollen", values, status=422).text


def test_access_is_ended_after_a_question_and_everything_stops(
    gb: Browser, people: People, beheerder: Account, dbsession: Session
) -> None:
    person = people.new(("gebruiker", "iwmo"))
    gb.log_in_as(dbsession, person)
    cookie = gb.cookies["portaal"].strip('"')
    gb.log_in_as(dbsession, beheerder)
    question = gb.get(page_of(person)).click("Toegang beëindigen")
    assert "overal uitgelogd" in question.text
    page = button(question, "/beeindigen").submit(status=303).follow()
    assert "De toegang van deze persoon is beëindigd." in page.text
    dbsession.refresh(person)
    assert person.ended_at is not None
    gb.set_cookie("portaal", cookie)
    gb.get("/g/0363/", status=303)


def test_access_that_ended_can_be_restored_without_roles_and_unverified(
    gb: Browser, people: People, dbsession: Session
) -> None:
    person = people.new(ended_at=clock.now())
    page = button(gb.get(page_of(person)), "/herstellen").submit(status=303).follow()
    assert "Aangemeld, wacht op code" in page.text
    dbsession.refresh(person)
    assert (person.ended_at, person.verified_at) == (None, None)
    button(page, "/code").submit(status=200)


def test_the_last_gebruikersbeheerder_cannot_go(gb: Browser, beheerder: Account, people: People) -> None:
    page = gb.get(page_of(beheerder))
    assert "laatste gebruikersbeheerder" in page.text
    token = main_form(gb.get(page_of(people.new())))["csrf_token"].value
    refused = gb.post(f"{page_of(beheerder)}/beeindigen", {"csrf_token": token}, status=303).follow()
    assert "Vraag de Servicedesk om eerst een andere te benoemen." in refused.text


def test_one_of_two_gebruikersbeheerders_can_go(gb: Browser, beheerder: Account, people: People) -> None:
    people.new(Role.GEBRUIKERSBEHEERDER)
    question = gb.get(page_of(beheerder)).click("Toegang beëindigen")
    button(question, "/beeindigen").submit(status=303)
    assert gb.get(LIST, status=303).location.startswith("http://localhost/Inloggen-op-portals")


ADDRESSES = (
    ("GET", ""), ("POST", "/code"), ("POST", "/code/intrekken"), ("POST", "/rollen"),
    ("POST", f"/rollen/{uuid.UUID(int=1)}/intrekken"), ("GET", "/beeindigen"), ("POST", "/beeindigen"),
    ("POST", "/herstellen"),
)  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_people_of_another_gemeente_are_like_people_who_do_not_exist(
    gb: Browser, people: People, dbsession: Session, method: str, path: str
) -> None:
    stranger = people.new(("gebruiker", "iwmo"), gemeente="0384")
    unfinished = people.new(saved=False, verified=False)
    token = main_form(gb.get(page_of(people.new())))["csrf_token"].value

    def answer(address: str) -> tuple[int, str]:
        if method == "GET":
            page = gb.get(address, expect_errors=True)
        else:
            page = gb.post(address, {"csrf_token": token}, expect_errors=True)
        return page.status_int, page.html.select_one("main").text

    missing = answer(f"/g/0363/gebruikers/{uuid.uuid4()}{path}")
    assert missing[0] == 404
    for account in (stranger, unfinished):
        assert answer(page_of(account) + path) == missing
    assert answer(page_of(stranger, "0384") + path) == missing
    assert answer("/g/0363/gebruikers/geen-id" + path) == missing
    dbsession.refresh(stranger)
    assert stranger.ended_at is None


@pytest.mark.parametrize("role", [("gebruiker", "iwmo"), ("productbeheerder", "iwmo"), Role.AUDITOR])
@pytest.mark.parametrize(("method", "path"), [("GET", None), *ADDRESSES])
def test_nobody_else_gets_in(log_in: Any, people: People, role: Any, method: str, path: str | None) -> None:
    browser = log_in(role)
    address = LIST if path is None else page_of(people.new(verified=False)) + path
    if method == "GET":
        browser.get(address, status=403)
    else:
        token = main_form(browser.get("/persoonlijke-instellingen"))["csrf_token"].value
        browser.post(address, {"csrf_token": token}, status=403)


def test_a_role_of_another_gemeente_cannot_be_revoked(gb: Browser, people: People, dbsession: Session) -> None:
    person = people.new(("gebruiker", "iwmo"), gemeente="0384")
    grant = dbsession.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == person.id)).one()
    organisation = dbsession.get_one(Organisation, person.organisation_id)
    dbsession.add(OrganisationGemeente(organisation_id=organisation.id, gemeentecode="0363",
                                       valid_from=clock.today()))  # fmt: skip
    dbsession.commit()
    page = gb.get(page_of(person), status=200)  # this organisation now acts for Amsterdam as well
    assert "Nog geen rollen." in page.text
    token = main_form(page)["csrf_token"].value
    gb.post(f"{page_of(person)}/rollen/{grant.id}/intrekken", {"csrf_token": token}, status=404)
    dbsession.refresh(grant)
    assert grant.revoked_at is None


def test_the_menu_offers_users_to_the_gebruikersbeheerder_only(gb: Browser, log_in: Any) -> None:
    assert "Gebruikers" in gb.get("/g/0363/").html.select_one("nav.pz-nav").text
    assert "Gebruikers" not in log_in(("gebruiker", "iwmo")).get("/g/0363/").html.select_one("nav.pz-nav").text


def test_every_table_of_rights_has_a_name_of_its_own(log_in: Any) -> None:
    """Products group their rights in the same words; who hears the page must still tell the tables apart."""
    page = log_in("gebruikersbeheerder").get("/g/0363/rechten")
    names = [region["aria-label"] for region in page.html.find_all(attrs={"role": "region"})]
    assert "Tabel: Berichten, iWmo" in names
    assert len(set(names)) == len(names)
