"""Relinking by the Servicedesk: who has another means goes on with the account they had, and two say so (R-51)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account, LoginSession, Role
from portaal.audit import AuditEvent
from portaal.notifications.models import Notification, NotificationKind
from portaal.onboarding.models import CodeKind, VerificationCode
from portaal.organisations.models import Organisation, OrganisationGemeente
from portaal.relinking.models import FormerIdentity, Relinking
from portaal.roles.grants import has_role
from portaal.testing.application import Browser
from portaal.testing.makelaar import Walk
from portaal.testing.pages import button, main_form
from portaal.testing.people import People

START = "/servicedesk/herkoppelen"
ANNA = "anna.degroot@amsterdam.example"
ISSUER = "urn:etoegang:HM:00000099000000000001:entities:9000"
BEFORE = "urn:etoegang:HM:00000099000000000002:entities:9000"
REASON = "Teruggebeld op het nummer van de gemeente."


@pytest.fixture
def anna(people: People) -> Account:
    """Anna, who worked here through another makelaar."""
    return people.new(
        ("gebruiker", "iwmo"),
        Role.GEBRUIKERSBEHEERDER,
        issuer=BEFORE,
        voornaam="Anna",
        achternaam="Groot",
        email="anna@gemeente.example",
    )


@pytest.fixture
def newcomer(people: People) -> Account:
    """The same Anna to us is somebody new: another makelaar, another pseudonym."""
    return people.new(verified=False, saved=False)


@pytest.fixture
def karin(people: People) -> Account:
    return people.new(Role.SERVICEDESK, operator=True, voornaam="Karin", achternaam="Wit")


@pytest.fixture
def piet(people: People) -> Account:
    return people.new(Role.SERVICEDESK, operator=True, voornaam="Piet", achternaam="Zwart")


@pytest.fixture
def at_the_desk(app: Any, dbsession: Session) -> Callable[[Account], Browser]:
    """The browser of a colleague, apart from that of everybody else."""

    def at_the_desk(colleague: Account) -> Browser:
        browser = Browser(app, extra_environ={"HTTP_HOST": "localhost"})
        browser.log_in_as(dbsession, colleague)
        return browser

    return at_the_desk


def proposal(desk: Browser, account: Account, newcomer: Account, reason: str = REASON) -> Any:
    """The form that proposes it, filled in."""
    form = main_form(desk.get(f"{START}/{account.id}/{newcomer.id}"))
    form["reden"] = reason
    return form


def proposed(desk: Browser, account: Account, newcomer: Account) -> Any:
    """The page of the proposal after it was made."""
    return proposal(desk, account, newcomer).submit(status=303).follow(status=200)


def confirmed(desk: Browser, page: Any) -> Any:
    """What comes of another colleague's confirmation."""
    return button(desk.get(page.request.path), "/bevestigen").submit(status=303).follow(status=200)


def rows(page: Any) -> dict[str, list[str]]:
    found = page.html.select("main tbody tr")
    return {row.th.get_text(strip=True): [" ".join(c.get_text(" ").split()) for c in row.select("td")] for row in found}


# ---- the whole way


def test_anna_works_on_with_her_new_means(
    walk: Walk, people: People, karin: Account, piet: Account, at_the_desk: Any, anna: Account, dbsession: Session
) -> None:
    walk.log_in(ANNA)
    assert walk.browser.get("/").location.endswith("/persoonlijke-instellingen")
    newcomer = dbsession.scalars(sa.select(Account).where(Account.issuer == ISSUER, Account.profile_saved_at.is_(None)))
    page = at_the_desk(karin).get(START, {"q": "groot amsterdam"}).click("Kiezen")
    page = page.click("Vergelijken")
    assert str(newcomer.one().id) in page.request.path
    form = main_form(page)
    form["reden"] = REASON
    page = form.submit(status=303).follow()
    assert "Piet" not in page.html.select_one("main").text
    assert "gaat bij de volgende login verder met het bestaande account" in confirmed(at_the_desk(piet), page)
    assert walk.browser.get("/", status=303).location.endswith("Inloggen-op-portals")  # logged out
    walk.log_in(ANNA)
    assert walk.browser.get("/").location == "http://localhost/g/0363/"
    walk.browser.get("/g/0363/gebruikers", status=200)
    assert "Anna Groot" in walk.browser.get("/g/0363/")


def test_the_account_keeps_its_id_and_roles_and_gets_the_new_identity(
    karin: Account, piet: Account, at_the_desk: Any, anna: Account, newcomer: Account, dbsession: Session
) -> None:
    identity, before = (newcomer.issuer, newcomer.pseudonym), (anna.issuer, anna.pseudonym)
    confirmed(at_the_desk(piet), proposed(at_the_desk(karin), anna, newcomer))
    dbsession.expire_all()
    assert (anna.issuer, anna.pseudonym) == identity
    assert (anna.ended_at, anna.display_name, anna.email) == (None, "Anna Groot", "anna@gemeente.example")
    assert has_role(dbsession, anna.id, Role.GEBRUIKERSBEHEERDER, "0363")
    assert has_role(dbsession, anna.id, Role.GEBRUIKER, "0363", "iwmo")
    assert newcomer.merged_into == anna.id
    assert newcomer.ended_at is not None
    assert newcomer.pseudonym != identity[1]
    former = dbsession.scalars(sa.select(FormerIdentity)).one()
    assert (former.account_id, former.issuer) == (anna.id, before[0])
    assert former.pseudonym_hash == hashlib.sha256(before[1].encode()).hexdigest()
    assert former.valid_from == anna.created_at
    assert former.valid_until > former.valid_from
    assert dbsession.scalars(sa.select(Relinking)).all() == []


def test_both_are_logged_out_and_an_open_code_is_worth_nothing(
    karin: Account, piet: Account, at_the_desk: Any, anna: Account, newcomer: Account, dbsession: Session
) -> None:
    browsers = [at_the_desk(anna), at_the_desk(newcomer)]
    code = VerificationCode(
        account_id=newcomer.id, gemeentecode="0363", kind=CodeKind.GEBRUIKER, code_hash="x", issued_by=karin.id,
        issued_at=clock.now(), expires_at=clock.now() + timedelta(days=1),
    )  # fmt: skip
    dbsession.add(code)
    dbsession.commit()
    page = proposed(at_the_desk(karin), anna, newcomer)
    browsers[0].get("/g/0363/", status=200)
    confirmed(at_the_desk(piet), page)
    for browser in browsers:
        assert browser.get("/meldingen", status=303).location.endswith("?reden=niet_ingelogd")
    dbsession.refresh(code)
    assert code.revoked_at is not None
    alive = dbsession.scalars(sa.select(LoginSession.account_id).where(LoginSession.ended_at.is_(None)))
    assert set(alive) == {karin.id, piet.id}


def test_the_login_from_before_is_somebody_new_and_relinking_back_undoes_it(
    walk: Walk, karin: Account, piet: Account, at_the_desk: Any, people: People, newcomer: Account, dbsession: Session
) -> None:
    anna = people.new(("gebruiker", "iwmo"), pseudonym=walk.state.accounts[ANNA].pseudonym)
    desk, second = at_the_desk(karin), at_the_desk(piet)
    confirmed(second, proposed(desk, anna, newcomer))
    walk.log_in(ANNA)
    assert walk.browser.get("/").location.endswith("/persoonlijke-instellingen")
    again = dbsession.scalars(sa.select(Account).where(Account.pseudonym == walk.state.accounts[ANNA].pseudonym)).one()
    assert again.id not in (anna.id, newcomer.id)
    confirmed(desk, proposed(second, anna, again))
    walk.log_in(ANNA)
    assert walk.browser.get("/").location == "http://localhost/g/0363/"
    periods = dbsession.scalars(sa.select(FormerIdentity).order_by(FormerIdentity.valid_until)).all()
    assert periods[0].valid_until == periods[1].valid_from


# ---- four eyes


def test_who_proposed_cannot_confirm(
    karin: Account, at_the_desk: Any, anna: Account, newcomer: Account, dbsession: Session
) -> None:
    desk = at_the_desk(karin)
    page = proposed(desk, anna, newcomer)
    assert "Een tweede collega van de Servicedesk moet ernaar kijken" in page
    assert page.html.select_one("form[action$='/bevestigen']") is None
    form = button(page, "/intrekken")
    form.action = form.action.replace("/intrekken", "/bevestigen")
    assert "Een tweede collega" in form.submit(status=303).follow()
    assert dbsession.get_one(Account, newcomer.id, populate_existing=True).merged_into is None


def test_somebody_who_left_the_desk_has_proposed_nothing(
    karin: Account, piet: Account, people: People, at_the_desk: Any, anna: Account, newcomer: Account,
    dbsession: Session,
) -> None:  # fmt: skip
    page = proposed(at_the_desk(karin), anna, newcomer)
    dbsession.refresh(karin)
    karin.grants[0].revoked_at = clock.now()
    dbsession.commit()
    desk = at_the_desk(piet)
    assert "werkt niet meer bij de Servicedesk" in desk.get(page.request.path)
    form = button(desk.get(page.request.path), "/intrekken")
    form.action = form.action.replace("/intrekken", "/bevestigen")
    assert "werkt niet meer bij de Servicedesk" in form.submit().follow()


def test_a_colleague_hears_of_it_and_finds_it_waiting(
    karin: Account, piet: Account, at_the_desk: Any, anna: Account, newcomer: Account
) -> None:
    proposed(at_the_desk(karin), anna, newcomer)
    desk = at_the_desk(piet)
    assert "Een collega wil het account van Anna Groot herkoppelen" in desk.get("/meldingen")
    page = button(desk.get("/meldingen"), "/openen").submit(status=303).follow()
    page = page.click("Anna Groot")
    assert REASON in page
    assert "Karin Wit" in page
    assert "Een collega wil" not in at_the_desk(karin).get("/meldingen")


def test_a_proposal_is_withdrawn_and_then_gone(
    karin: Account, piet: Account, at_the_desk: Any, anna: Account, newcomer: Account, dbsession: Session
) -> None:
    page = proposed(at_the_desk(karin), anna, newcomer)
    desk = at_the_desk(piet)
    seen = desk.get(page.request.path)
    assert "Het voorstel is ingetrokken" in button(page, "/intrekken").submit(status=303).follow()
    assert "Deze herkoppeling wacht niet meer" in desk.get(page.request.path, status=200)
    for act in ("/bevestigen", "/intrekken"):
        assert "is al bevestigd of ingetrokken" in button(seen, act).submit(status=303).follow()
    assert dbsession.get_one(Account, newcomer.id, populate_existing=True).ended_at is None


# ---- what stands in the way


def test_of_two_organisations(karin: Account, at_the_desk: Any, anna: Account, people: People) -> None:
    other = people.new(gemeente="0384", verified=False)
    assert "van verschillende organisaties" in at_the_desk(karin).get(f"{START}/{anna.id}/{other.id}")


def test_the_same_account_twice(karin: Account, at_the_desk: Any, anna: Account) -> None:
    assert "één en hetzelfde account" in at_the_desk(karin).get(f"{START}/{anna.id}/{anna.id}")


@pytest.mark.parametrize(
    ("roles", "fields", "message"),
    [
        ([("gebruiker", "iwmo")], {"verified": False}, "heeft al rollen"),
        ([], {"verified": True}, "is al geverifieerd"),
        ([], {"verified": False, "ended_at": clock.now()}, "van de nieuwe login is beëindigd"),
    ],
)
def test_newcomers_that_are_none(
    karin: Account, at_the_desk: Any, anna: Account, people: People, roles: Any, fields: dict[str, Any], message: str
) -> None:
    other, newcomer = people.new(*roles, **fields), people.new(verified=False)
    desk = at_the_desk(karin)
    assert message in desk.get(f"{START}/{anna.id}/{other.id}")
    assert str(other.id) not in desk.get(f"{START}/{anna.id}").text
    form = proposal(desk, anna, newcomer)
    form.action = f"{START}/{anna.id}/{other.id}"
    assert message in form.submit(status=422)


@pytest.mark.parametrize(
    ("fields", "message"),
    [({"ended_at": clock.now()}, "Die moet eerst worden hersteld"), ({"verified": False}, "is nooit geverifieerd")],
)
def test_accounts_that_cannot_go_on(
    karin: Account, at_the_desk: Any, newcomer: Account, people: People, fields: dict[str, Any], message: str
) -> None:
    account = people.new(**fields, achternaam="Voorbij")
    desk = at_the_desk(karin)
    assert message in desk.get(f"{START}/{account.id}/{newcomer.id}")
    assert "Geen account past bij deze zoekvraag" in desk.get(START, {"q": "voorbij"})


def test_nobody_relinks_themselves(
    karin: Account, piet: Account, at_the_desk: Any, people: People, dbsession: Session
) -> None:
    new_piet = people.new(operator=True, verified=False)
    assert "Dit gaat over uzelf." in at_the_desk(piet).get(f"{START}/{piet.id}/{new_piet.id}")
    page = proposed(at_the_desk(karin), piet, new_piet)
    assert "Dit gaat over uzelf." in at_the_desk(piet).get(page.request.path)
    third = people.new(Role.SERVICEDESK, operator=True)
    confirmed(at_the_desk(third), page)
    dbsession.refresh(new_piet)
    assert new_piet.merged_into == piet.id
    desk = at_the_desk(karin)
    assert str(new_piet.id) not in desk.get("/servicedesk/medewerkers").text
    waits = people.new(operator=True, verified=False)
    form = button(desk.get("/servicedesk/medewerkers"), f"{waits.id}/toelaten")
    form.action = f"/servicedesk/medewerkers/{new_piet.id}/toelaten"
    assert "werkt niet voor de beheerder van het portaal" in form.submit().follow()


@pytest.mark.parametrize("which", ["anna", "newcomer"])
def test_an_account_waits_for_one_relinking_at_a_time(
    karin: Account, at_the_desk: Any, anna: Account, newcomer: Account, people: People, which: str
) -> None:
    desk = at_the_desk(karin)
    proposed(desk, anna, newcomer)
    pair = (anna, people.new(verified=False)) if which == "anna" else (people.new(), newcomer)
    assert "wacht al op een herkoppeling" in proposal(desk, *pair).submit(status=422)


def test_a_stale_page_proposes_nothing_and_keeps_what_was_typed(
    karin: Account, at_the_desk: Any, anna: Account, newcomer: Account, dbsession: Session
) -> None:
    desk = at_the_desk(karin)
    form = proposal(desk, anna, newcomer)
    newcomer.email = "iemand.anders@gemeente.example"
    dbsession.commit()
    again = form.submit(status=422)
    assert "Er is intussen iets veranderd" in again
    assert "iemand.anders@gemeente.example" in again
    assert main_form(again)["reden"].value == REASON
    assert main_form(again).submit(status=303).follow(status=200)


def test_what_changed_after_the_proposal_stops_the_confirmation(
    karin: Account, piet: Account, at_the_desk: Any, anna: Account, newcomer: Account, dbsession: Session
) -> None:
    page = proposed(at_the_desk(karin), anna, newcomer)
    seen = at_the_desk(piet).get(page.request.path)
    dbsession.refresh(anna)
    anna.grants[0].revoked_at = clock.now()
    dbsession.commit()
    assert "is veranderd sinds dit is voorgesteld" in button(seen, "/bevestigen").submit(status=303).follow()
    anna.ended_at = clock.now()
    dbsession.commit()
    assert "Die moet eerst worden hersteld" in button(seen, "/bevestigen").submit(status=303).follow()
    assert dbsession.get_one(Account, newcomer.id, populate_existing=True).merged_into is None


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("", "Vul dit veld in."),
        ("x" * 501, "Gebruik niet meer dan 500 tekens."),
        ("BSN 999990019", "lijkt een BSN te staan"),
    ],
)
def test_without_a_proper_reason_nothing_is_proposed(
    karin: Account, at_the_desk: Any, anna: Account, newcomer: Account, reason: str, message: str, dbsession: Session
) -> None:
    page = proposal(at_the_desk(karin), anna, newcomer, reason).submit(status=422)
    assert message in page.html.select_one("#reden-fout").text
    assert main_form(page)["reden"].value == reason
    assert dbsession.scalars(sa.select(Relinking)).all() == []


# ---- the trace


def test_there_is_a_line_about_each_with_the_reason_and_the_auditor_sees_it(
    karin: Account, piet: Account, at_the_desk: Any, anna: Account, newcomer: Account, people: People,
    dbsession: Session,
) -> None:  # fmt: skip
    confirmed(at_the_desk(piet), proposed(at_the_desk(karin), anna, newcomer))
    lines = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "relinking.confirm")).all()
    assert {(line.actor, line.gemeentecode, line.object_id) for line in lines} == {
        (piet.id, "0363", str(anna.id)),
        (piet.id, "0363", str(newcomer.id)),
    }
    for line in lines:
        assert line.details["reason"] == REASON
        assert line.details["proposed_by"] == str(karin.id)
        assert (line.details["makelaar_before"], line.details["makelaar"]) == (BEFORE, ISSUER)
    proposals = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "relinking.propose")).all()
    assert {line.actor for line in proposals} == {karin.id}
    trail = at_the_desk(people.new(Role.AUDITOR)).get("/g/0363/audit")
    assert "Koppelde een account aan een andere login" in trail
    assert REASON in trail


def test_the_person_sees_it_with_what_they_did_as_a_newcomer(
    karin: Account, piet: Account, at_the_desk: Any, anna: Account, newcomer: Account, people: People,
    dbsession: Session,
) -> None:  # fmt: skip
    started = at_the_desk(newcomer)
    started.log_out(started.get("/persoonlijke-instellingen"))
    confirmed(at_the_desk(piet), proposed(at_the_desk(karin), anna, newcomer))
    own = at_the_desk(anna).get("/eigen-handelingen")
    main = own.html.select_one("main").text
    assert "Koppelde een account aan een andere login" in main
    assert "Piet Zwart" in main
    assert REASON in main
    assert "Sessie beëindigd" in main
    assert "Onbekend" not in main
    other = at_the_desk(people.new(("gebruiker", "iwmo"))).get("/eigen-handelingen").html.select_one("main").text
    assert "Koppelde" not in other


def test_from_where_a_colleague_did_it_is_not_told(
    karin: Account, piet: Account, at_the_desk: Any, anna: Account, newcomer: Account
) -> None:
    second = at_the_desk(piet)
    second.extra_environ["REMOTE_ADDR"] = "192.0.2.77"
    confirmed(second, proposed(at_the_desk(karin), anna, newcomer))
    export = at_the_desk(anna).get("/eigen-handelingen/export").text
    assert "relinking.confirm" in export
    assert "192.0.2.77" not in export


def test_the_person_and_the_gebruikersbeheerders_are_told(
    karin: Account, piet: Account, at_the_desk: Any, people: People, newcomer: Account, dbsession: Session
) -> None:
    person = people.new(("gebruiker", "iwmo"), voornaam="Bram", achternaam="Visser")
    beheerder, stranger = people.new(Role.GEBRUIKERSBEHEERDER), people.new(Role.GEBRUIKERSBEHEERDER, gemeente="0384")
    confirmed(at_the_desk(piet), proposed(at_the_desk(karin), person, newcomer))
    mails = dbsession.scalars(sa.select(Notification).where(Notification.mail_due_at.is_not(None))).all()
    told = {(mail.account_id, mail.kind) for mail in mails} - {(piet.id, NotificationKind.HERKOPPELING_WACHT)}
    assert told == {
        (person.id, NotificationKind.ANDERE_INLOG),
        (beheerder.id, NotificationKind.ANDERE_INLOG_VAN_GEBRUIKER),
    }
    notices = at_the_desk(person).get("/meldingen")
    assert "De Servicedesk heeft uw account gekoppeld aan een andere login" in notices
    assert button(notices, "/openen").submit(status=303).location.endswith("/eigen-handelingen")
    notices = at_the_desk(beheerder).get("/meldingen")
    assert "Bram Visser van Amsterdam heeft een andere login" in notices
    assert str(person.id) in button(notices, "/openen").submit(status=303).location
    assert "heeft een andere login" not in at_the_desk(stranger).get("/meldingen")


def test_without_roles_the_gebruikersbeheerders_of_the_organisation_are_told(
    karin: Account, piet: Account, at_the_desk: Any, people: People, newcomer: Account, dbsession: Session
) -> None:
    beheerder = people.new(Role.GEBRUIKERSBEHEERDER)
    confirmed(at_the_desk(piet), proposed(at_the_desk(karin), people.new(), newcomer))
    told = dbsession.scalars(
        sa.select(Notification.account_id).where(Notification.kind == NotificationKind.ANDERE_INLOG_VAN_GEBRUIKER)
    ).all()
    assert told == [beheerder.id]


def test_the_merged_account_is_nobody_to_the_gebruikersbeheerder(
    karin: Account, piet: Account, at_the_desk: Any, anna: Account, people: People
) -> None:
    newcomer = people.new(verified=False, achternaam="Dubbel")
    confirmed(at_the_desk(piet), proposed(at_the_desk(karin), anna, newcomer))
    browser = at_the_desk(anna)
    assert "Dubbel" not in browser.get("/g/0363/gebruikers")
    browser.get(f"/g/0363/gebruikers/{newcomer.id}", status=404)


# ---- finding


@pytest.mark.parametrize("text", ["groot", "Anna Groot", "anna@gemeente", "groot amsterdam", "groot 0363"])
def test_an_account_is_found_by_name_address_or_gemeente(
    karin: Account, at_the_desk: Any, anna: Account, people: People, text: str
) -> None:
    people.new(gemeente="0384", achternaam="Klein")
    page = at_the_desk(karin).get(START, {"q": text})
    assert "Anna Groot" in page
    assert "Klein" not in page


@pytest.mark.parametrize("text", ["groot diemen", "niemand", "%", "0384 groot"])
def test_what_fits_nobody_says_so(karin: Account, at_the_desk: Any, anna: Account, text: str) -> None:
    page = at_the_desk(karin).get(START, {"q": text})
    assert "Geen account past bij deze zoekvraag" in page
    assert "Anna Groot" not in page


def test_nobody_is_shown_before_something_is_looked_for(karin: Account, at_the_desk: Any, anna: Account) -> None:
    page = at_the_desk(karin).get("/servicedesk").click("Account herkoppelen")
    assert "Anna Groot" not in page
    assert "Geen account" not in page


def test_a_bsn_is_not_looked_for_and_not_repeated(karin: Account, at_the_desk: Any) -> None:
    page = at_the_desk(karin).get(START, {"q": "999990019"}, status=303).follow()
    assert "Zoek niet op BSN." in page
    assert "999990019" not in page


def test_found_accounts_come_in_pages(karin: Account, at_the_desk: Any, people: People) -> None:
    for number in range(26):
        people.new(achternaam=f"Reeks{number:02}")
    desk = at_the_desk(karin)
    assert "Reeks25" not in desk.get(START, {"q": "reeks"})
    assert "Reeks25" in desk.get(START, {"q": "reeks", "pagina": "2"})


def test_where_nobody_new_logged_in_it_says_what_to_do(karin: Account, at_the_desk: Any, anna: Account) -> None:
    assert "Vraag de persoon om één keer in te loggen" in at_the_desk(karin).get(f"{START}/{anna.id}")


def test_the_last_newcomer_stands_first_with_their_makelaar(
    karin: Account, at_the_desk: Any, anna: Account, people: People
) -> None:
    now = clock.now()
    people.new(verified=False, saved=False, created_at=now - timedelta(hours=2))
    last = people.new(verified=False, saved=False, created_at=now - timedelta(minutes=5), issuer=BEFORE)
    page = at_the_desk(karin).get(f"{START}/{anna.id}")
    first, second = page.html.select("main tbody tr")
    assert str(last.id) in str(first)
    assert BEFORE in first.text  # no longer known, so by its identifier
    assert "Voorbeeldmakelaar" in second.text
    assert "Nog niet ingevuld" in second.text


def test_the_two_stand_side_by_side(karin: Account, at_the_desk: Any, anna: Account, people: People) -> None:
    newcomer = people.new(verified=False, voornaam="Anna", achternaam="Groot", email="nieuw@gemeente.example")
    found = rows(at_the_desk(karin).get(f"{START}/{anna.id}/{newcomer.id}"))
    assert found["Naam"] == ["Anna Groot", "Anna Groot"]
    assert found["E-mailadres"] == ["anna@gemeente.example", "nieuw@gemeente.example"]
    assert found["Logt in via"] == [BEFORE, "Voorbeeldmakelaar"]
    assert found["Status"] == ["Geverifieerd", "Niet geverifieerd"]
    assert found["Rollen"] == ["Gebruikersbeheerder (Amsterdam) Gebruiker iWmo (Amsterdam)", "Geen"]


def test_an_organisation_of_several_gemeenten_is_found_by_each(
    karin: Account, at_the_desk: Any, anna: Account, dbsession: Session
) -> None:
    organisation = dbsession.scalars(sa.select(Organisation).where(Organisation.kvk_nummer == "99000363")).one()
    dbsession.add(OrganisationGemeente(organisation_id=organisation.id, gemeentecode="0384", valid_from=clock.today()))
    dbsession.commit()
    page = at_the_desk(karin).get(START, {"q": "groot diemen"})
    assert len(page.html.select("main tbody tr")) == 1


# ---- who may


@pytest.mark.parametrize(
    "role", [Role.GEBRUIKERSBEHEERDER, Role.AUDITOR, ("gebruiker", "iwmo"), ("productbeheerder", "iwmo")]
)
def test_only_the_desk_relinks(
    karin: Account, at_the_desk: Any, anna: Account, newcomer: Account, people: People, role: Any, dbsession: Session
) -> None:
    page = proposed(at_the_desk(karin), anna, newcomer)
    other = people.new(role)
    browser = at_the_desk(other)
    pair = f"{START}/{anna.id}/{newcomer.id}"
    for address in (START, f"{START}/{anna.id}", pair, page.request.path):
        browser.get(address, status=403)
    token = main_form(browser.get("/persoonlijke-instellingen"))["csrf_token"].value
    for address in (pair, f"{page.request.path}/bevestigen", f"{page.request.path}/intrekken"):
        browser.post(address, {"csrf_token": token, "reden": REASON, "gezien": ""}, status=403)
    dbsession.expire_all()
    assert newcomer.merged_into is None
    assert dbsession.scalars(sa.select(Relinking)).one().proposed_by == karin.id


def test_who_is_not_logged_in_relinks_nobody(browser: Browser, anna: Account, newcomer: Account) -> None:
    for address in (START, f"{START}/{anna.id}", f"{START}/{anna.id}/{newcomer.id}"):
        assert browser.get(address, status=303).location.endswith("?reden=niet_ingelogd")


NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize("address", [f"{START}/x", f"{START}/{NOBODY}", f"{START}/{NOBODY}/{NOBODY}",
                                     "/servicedesk/herkoppelingen/x"])  # fmt: skip
def test_what_does_not_exist_is_404(karin: Account, at_the_desk: Any, address: str) -> None:
    at_the_desk(karin).get(address, status=404)


def test_the_pages_speak_english(karin: Account, at_the_desk: Any, anna: Account, newcomer: Account) -> None:
    desk = at_the_desk(karin)
    desk.set_cookie("taal", "en")
    page = proposed(desk, anna, newcomer)
    assert "Waits for a second colleague" in page
    assert "Are these the same person?" in desk.get(f"{START}/{anna.id}/{newcomer.id}")


def test_a_year_later_the_periods_still_fit(
    karin: Account, piet: Account, at_the_desk: Any, anna: Account, newcomer: Account, people: People,
    dbsession: Session,
) -> None:  # fmt: skip
    confirmed(at_the_desk(piet), proposed(at_the_desk(karin), anna, newcomer))
    with time_machine.travel(clock.now() + timedelta(days=365), tick=False):
        another = people.new(verified=False)
        confirmed(at_the_desk(piet), proposed(at_the_desk(karin), anna, another))
        first, second = dbsession.scalars(sa.select(FormerIdentity).order_by(FormerIdentity.valid_until)).all()
        assert (first.valid_from, second.valid_until) == (anna.created_at, clock.now())
        assert first.valid_until == second.valid_from
