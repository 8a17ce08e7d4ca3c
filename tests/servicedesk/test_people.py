"""The Servicedesk: codes for gebruikersbeheerders, withdrawing them, auditors and colleagues (R-72, R-73, B-07)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account, Role, RoleGrant
from portaal.audit import AuditEvent
from portaal.onboarding.issuing import usable_code
from portaal.onboarding.models import CodeKind, VerificationCode
from portaal.organisations.models import Organisation, OrganisationKind
from portaal.roles.grants import has_role, holders
from portaal.servicedesk.cli import servicedesk
from portaal.testing.application import Browser
from portaal.testing.pages import button, main_form
from portaal.testing.people import People

PEOPLE = "/servicedesk/gemeenten/0363/mensen"
COLLEAGUES = "/servicedesk/medewerkers"


@pytest.fixture
def medewerker(people: People) -> Account:
    return people.new(Role.SERVICEDESK, operator=True)


@pytest.fixture
def desk(browser: Browser, medewerker: Account, dbsession: Session) -> Browser:
    browser.extra_environ["REMOTE_ADDR"] = "192.0.2.1"
    browser.log_in_as(dbsession, medewerker)
    return browser


def test_a_code_for_a_gebruikersbeheerder_is_shown_once_and_works(
    desk: Browser, people: People, medewerker: Account, dbsession: Session
) -> None:
    chosen = people.new(verified=False)
    shown = button(desk.get(PEOPLE), f"{chosen.id}/code").submit(status=200)
    code = shown.html.select_one("#verificatiecode").text
    assert chosen.display_name in shown.text
    assert code not in desk.get(PEOPLE).text
    kept = dbsession.scalars(sa.select(VerificationCode)).one()
    assert (kept.kind, kept.issued_by, kept.gemeentecode) == (CodeKind.GEBRUIKERSBEHEERDER, medewerker.id, "0363")
    desk.log_in_as(dbsession, chosen)
    form = main_form(desk.get("/verificatie"))
    form["verificatiecode"] = code
    form.submit(status=303)
    assert has_role(dbsession, chosen.id, Role.GEBRUIKERSBEHEERDER, "0363")


def test_a_code_can_be_withdrawn(desk: Browser, people: People, dbsession: Session) -> None:
    chosen = people.new(verified=False)
    assert "Code intrekken" not in desk.get(PEOPLE).text
    button(desk.get(PEOPLE), f"{chosen.id}/code").submit()
    page = button(desk.get(PEOPLE), f"{chosen.id}/code/intrekken").submit(status=303).follow()
    assert "De code is ingetrokken." in page.text
    assert dbsession.scalars(sa.select(VerificationCode.revoked_at)).one() is not None


def test_people_can_be_searched(desk: Browser, people: People) -> None:
    people.new(achternaam="Zoekmij")
    people.new(achternaam="Ander")
    page = desk.get(PEOPLE, {"q": "zoekmij"})
    assert "Zoekmij" in page.text
    assert "Ander" not in page.html.select_one("main").text
    assert "Niemand past bij deze filters" in desk.get(PEOPLE, {"q": "niemand"}).text


def test_the_last_gebruikersbeheerder_is_withdrawn_only_when_confirmed(
    desk: Browser, people: People, dbsession: Session
) -> None:
    last = people.new(Role.GEBRUIKERSBEHEERDER)
    question = desk.get("/servicedesk/gemeenten/0363").click("Benoeming intrekken")
    assert "Dit is de laatste gebruikersbeheerder" in question.text
    refused = main_form(question).submit(status=422)
    assert "Bevestig dat de gemeente er geen meer heeft." in refused.html.select_one("#ook_de_laatste-fout").text
    assert has_role(dbsession, last.id, Role.GEBRUIKERSBEHEERDER, "0363")
    form = main_form(refused)
    form["ook_de_laatste"] = True
    page = form.submit(status=303).follow()
    assert "Deze gemeente heeft geen gebruikersbeheerder" in page.text
    assert not has_role(dbsession, last.id, Role.GEBRUIKERSBEHEERDER, "0363")
    desk.log_in_as(dbsession, last)
    assert desk.get("/g/0363/gebruikers", status=303).location.endswith("/wacht-op-rollen")


def test_one_of_two_is_withdrawn_and_keeps_other_roles(desk: Browser, people: People, dbsession: Session) -> None:
    people.new(Role.GEBRUIKERSBEHEERDER)
    one = people.new(Role.GEBRUIKERSBEHEERDER, ("gebruiker", "iwmo"))
    question = desk.get(f"{PEOPLE}/{one.id}/gebruikersbeheerder/intrekken")
    assert "laatste" not in question.html.select_one("main").text
    main_form(question).submit(status=303)
    assert not has_role(dbsession, one.id, Role.GEBRUIKERSBEHEERDER, "0363")
    assert has_role(dbsession, one.id, Role.GEBRUIKER, "0363", "iwmo")


@pytest.mark.parametrize(
    "address",
    [
        f"{PEOPLE}/{{}}/gebruikersbeheerder/intrekken",
        f"{PEOPLE}/{{}}/auditor/intrekken",
        f"{COLLEAGUES}/{{}}/beeindigen",
    ],
)
def test_what_somebody_is_not_cannot_be_ended(desk: Browser, people: People, address: str) -> None:
    desk.get(address.format(people.new().id), status=404)


def test_an_auditor_is_appointed_and_withdrawn(
    desk: Browser, people: People, medewerker: Account, dbsession: Session
) -> None:
    person = people.new()
    page = button(desk.get(PEOPLE), f"{person.id}/auditor").submit(status=303).follow()
    assert "Deze persoon is nu auditor van de gemeente." in page.text
    assert has_role(dbsession, person.id, Role.AUDITOR, "0363")
    question = desk.get("/servicedesk/gemeenten/0363").click(href=f"{person.id}/auditor/intrekken")
    assert has_role(dbsession, person.id, Role.AUDITOR, "0363")
    assert person.display_name in question.html.h1.text
    button(question, "/auditor/intrekken").submit(status=303)
    assert not has_role(dbsession, person.id, Role.AUDITOR, "0363")
    events = dbsession.scalars(sa.select(AuditEvent).order_by(AuditEvent.at)).all()
    assert [(event.action, event.actor, event.details["role"]) for event in events] == [
        ("role.grant", medewerker.id, "auditor"), ("role.revoke", medewerker.id, "auditor"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("roles", "fields", "message"),
    [
        ([Role.GEBRUIKERSBEHEERDER], {}, "kan niet ook auditor"),
        ([("gebruiker", "iwmo")], {}, "geen auditor van dezelfde gemeente"),
        ([], {"verified": False}, "Alleen iemand die is geverifieerd"),
    ],
)
def test_who_cannot_become_auditor(
    desk: Browser, people: People, dbsession: Session, roles: list[Any], fields: dict[str, Any], message: str
) -> None:
    person, other = people.new(*roles, **fields), people.new()
    form = button(desk.get(PEOPLE), f"{other.id}/auditor")
    form.action = f"{PEOPLE}/{person.id}/auditor"
    assert message in form.submit(status=303).follow().text
    assert not has_role(dbsession, person.id, Role.AUDITOR, "0363")


def test_an_auditor_does_not_become_gebruikersbeheerder(desk: Browser, people: People, dbsession: Session) -> None:
    """Nor does somebody who has a code for it become auditor."""
    auditor, other = people.new(Role.AUDITOR), people.new()
    form = button(desk.get(PEOPLE), f"{other.id}/code")
    form.action = f"{PEOPLE}/{auditor.id}/code"
    assert "Deze persoon is auditor van de gemeente." in form.submit(status=303).follow().text
    assert usable_code(dbsession, auditor.id, CodeKind.GEBRUIKERSBEHEERDER) is None

    button(desk.get(PEOPLE), f"{other.id}/code").submit(status=200)
    refused = button(desk.get(PEOPLE), f"{other.id}/auditor").submit(status=303).follow()
    assert "Trek die code eerst in." in refused.text
    assert not has_role(dbsession, other.id, Role.AUDITOR, "0363")


@pytest.mark.parametrize("act", ["code", "code/intrekken", "auditor", "auditor/intrekken",
                                 "gebruikersbeheerder/intrekken"])  # fmt: skip
def test_people_of_another_gemeente_are_not_found_here(desk: Browser, people: People, act: str) -> None:
    stranger, person = people.new(gemeente="0384"), people.new()
    form = button(desk.get(PEOPLE), f"{person.id}/auditor")
    form.action = f"{PEOPLE}/{stranger.id}/{act}"
    form.submit(status=404)


def test_a_colleague_is_let_in_and_out_again(desk: Browser, people: People, dbsession: Session) -> None:
    colleague = people.new(operator=True, verified=False)
    assert "Wacht op toelating" in desk.get(COLLEAGUES).text
    page = button(desk.get(COLLEAGUES), f"{colleague.id}/toelaten").submit(status=303).follow()
    assert "Deze collega werkt nu bij de Servicedesk." in page.text
    desk_cookie = desk.cookies["portaal"].strip('"')
    desk.log_in_as(dbsession, colleague)
    desk.get("/servicedesk", status=200)
    colleague_cookie = desk.cookies["portaal"].strip('"')
    desk.set_cookie("portaal", desk_cookie)
    question = desk.get(COLLEAGUES).click(href=f"{colleague.id}/beeindigen")
    assert "overal uitgelogd" in question.text
    button(question, "/beeindigen").submit(status=303)
    desk.set_cookie("portaal", colleague_cookie)
    desk.get("/servicedesk", status=303)
    dbsession.refresh(colleague)
    assert colleague.ended_at is not None


def test_nobody_admits_or_dismisses_themselves_as_the_last(desk: Browser, medewerker: Account, people: People) -> None:
    colleague = people.new(operator=True, verified=False)
    form = button(desk.get(COLLEAGUES), f"{colleague.id}/toelaten")
    form.action = f"{COLLEAGUES}/{medewerker.id}/toelaten"
    assert "niemand laat zichzelf toe" in form.submit().follow().text
    form.action = f"{COLLEAGUES}/{medewerker.id}/beeindigen"
    assert "Dit is de laatste collega van de Servicedesk." in form.submit().follow().text


def test_somebody_of_a_gemeente_never_becomes_a_colleague(desk: Browser, people: People, dbsession: Session) -> None:
    person, colleague = people.new(), people.new(operator=True, verified=False)
    form = button(desk.get(COLLEAGUES), f"{colleague.id}/toelaten")
    for act in ("toelaten", "beeindigen"):
        form.action = f"{COLLEAGUES}/{person.id}/{act}"
        assert "werkt niet voor de beheerder van het portaal" in form.submit().follow().text
    assert not dbsession.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == person.id)).all()


def test_the_first_colleague_is_let_in_from_the_shell(fresh_database: Engine, tmp_path: Path) -> None:
    config = tmp_path / "portaal.ini"
    address = fresh_database.url.render_as_string(hide_password=False).replace("%", "%%")
    head = f"portaal.audit_head = {tmp_path}/head.json"
    config.write_text(f"[app:main]\nuse = egg:portaal\nsqlalchemy.url = {address}\n{head}\n", encoding="utf-8")

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(servicedesk, [arguments[0], "-c", str(config), *arguments[1:]])

    assert run("organisatie", "1234", "X").exit_code == 1
    assert run("organisatie", "99000001", "Stichting Inlichtingenbureau").exit_code == 0
    assert "already" in run("organisatie", "99000001", "Nog een").output
    with Session(fresh_database) as dbsession, dbsession.begin():
        operator = dbsession.scalars(sa.select(Organisation)).one()
        assert operator.kind is OrganisationKind.OPERATOR
        first = Account(issuer="x", organisation_id=operator.id, pseudonym="p", created_at=clock.now(),
                        email="eerste@portaal.example")  # fmt: skip
        dbsession.add(first)
        dbsession.flush()
        first_id = first.id
    refused = run("toelaten", str(first_id))
    assert refused.exit_code == 1
    assert "Persoonlijke Instellingen" in refused.output
    with Session(fresh_database) as dbsession, dbsession.begin():
        dbsession.get_one(Account, first_id).profile_saved_at = clock.now()
    assert "waits" in run("medewerkers").output
    assert run("toelaten", str(first_id)).exit_code == 0
    assert f"{first_id}  works  eerste@portaal.example" in run("medewerkers").output
    with Session(fresh_database) as dbsession:
        assert [account.id for account in holders(dbsession, Role.SERVICEDESK, None)] == [first_id]
