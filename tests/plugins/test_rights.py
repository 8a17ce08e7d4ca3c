"""Who may do what: the table of a gemeente, the reason in each cell, and the same from the shell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal.access.identity import identity_of
from portaal.access.models import Role
from portaal.app import make_app
from portaal.cli import main
from portaal.plugins.activation import Activations, activations
from portaal.rechten import cli
from portaal.rechten.explain import UnknownPermissionError, explain
from portaal.rechten.matrix import ROLES, answer_for, sections
from portaal.testing.application import app_settings
from portaal.testing.people import People
from portaal.testing.seed import seed
from tests.plugins.conftest import CODE
from tests.plugins.kit import example

PAGE = f"/g/{CODE}/rechten"
READ, SETTINGS = "voorbeeld:notitie:lezen", "voorbeeld:instellingen:bekijken"
HAS = {
    Role.GEBRUIKER: ("gebruiker", "voorbeeld"),
    Role.PRODUCTBEHEERDER: ("productbeheerder", "voorbeeld"),
    Role.GEBRUIKERSBEHEERDER: Role.GEBRUIKERSBEHEERDER,
    Role.AUDITOR: Role.AUDITOR,
}
ADDRESSES = {
    READ: f"/g/{CODE}/voorbeeld/",
    SETTINGS: f"/g/{CODE}/instellingen/voorbeeld/",
    "gebruikers:beheren": f"/g/{CODE}/gebruikers",
    "audit:bekijken": f"/g/{CODE}/audit",
    "rechten:bekijken": PAGE,
    "gemeente:bekijken": f"/g/{CODE}/",
}


def cell(page: Any, permission: str, role: Role) -> str:
    link = page.html.find("a", href=f"{PAGE}/{permission}/{role.value}")
    return str(link.find("span", class_="pz-status").text).strip()


# portaal_permissions
def test_the_table_names_every_right_of_every_role(log_in: Any, active: Session) -> None:
    page = log_in(Role.GEBRUIKERSBEHEERDER).get(PAGE)
    assert [heading.text for heading in page.html.select("main h2")] == ["De gemeente", "Voorbeeld"]
    assert [caption.text for caption in page.html.select("main caption")] == [
        "Rechten",
        "Notities",
        "Instellingen",
        "Overzicht",
    ]
    assert {role: cell(page, READ, role) for role in ROLES} == {
        Role.GEBRUIKER: "Ja",
        Role.PRODUCTBEHEERDER: "Nee",
        Role.GEBRUIKERSBEHEERDER: "Nee",
        Role.AUDITOR: "Nee",
    }
    assert cell(page, SETTINGS, Role.AUDITOR) == "Ja"
    assert "Notities schrijven" in page


@pytest.mark.parametrize("permission", ADDRESSES)
@pytest.mark.parametrize("role", ROLES)
def test_the_table_says_what_the_pages_do(
    permission: str, role: Role, log_in: Any, active: Session, app: Any, people: Any
) -> None:
    viewer = identity_of(active, people.new())
    standing = viewer.gemeente(CODE)
    assert standing is not None
    owner = "voorbeeld" if permission.startswith("voorbeeld:") else "portaal"
    (wanted,) = [p for p in app.registry["portaal.permissions"].of_owner(owner) if p.name == permission]
    answer = answer_for(app.registry, viewer, standing, owner, wanted, role)
    response = log_in(HAS[role]).get(ADDRESSES[permission], status="*")
    assert (response.status_int == 200) is answer.allowed, answer.why


def test_each_answer_has_its_reason_and_its_people(log_in: Any, active: Session, people: Any) -> None:
    people.new(("gebruiker", "voorbeeld"), voornaam="Anna", achternaam="Bakker")
    people.new(("gebruiker", "voorbeeld"), gemeente="0384", voornaam="Elders", achternaam="Bezig")
    browser = log_in(Role.AUDITOR)
    page = browser.get(f"{PAGE}/{READ}/gebruiker")
    assert "De rol Gebruiker omvat dit recht." in page
    assert "Anna Bakker" in page
    assert "Elders" not in page
    page = browser.get(f"{PAGE}/{READ}/productbeheerder")
    assert "wie een product beheert, doet het werk ervan niet" in page
    assert "Op dit moment niemand." in page
    assert "Geen van de rollen" in browser.get(f"{PAGE}/{READ}/auditor")
    assert "Iedereen met een rol voor de gemeente" in browser.get(f"{PAGE}/gemeente:bekijken/gebruiker")


def test_a_product_that_is_off_gives_nobody_anything(log_in: Any, switch: Activations, active: Session) -> None:
    browser = log_in(Role.AUDITOR)
    switch.deactivate(active, CODE, "voorbeeld", None)
    active.commit()
    page = browser.get(PAGE)
    assert "Het product staat voor deze gemeente niet aan." in page
    assert {cell(page, READ, role) for role in ROLES} == {"Nee"}
    assert "niet aan" in browser.get(f"{PAGE}/{READ}/gebruiker")


@pytest.mark.parametrize("who", [("gebruiker", "voorbeeld"), ("productbeheerder", "voorbeeld")])
def test_it_is_for_the_gebruikersbeheerder_and_the_auditor(who: Any, log_in: Any, active: Session) -> None:
    browser = log_in(who)
    browser.get(PAGE, status=403)
    browser.get(f"{PAGE}/{READ}/gebruiker", status=403)
    assert "Rechten" not in browser.get(f"/g/{CODE}/").html.find("nav").text


@pytest.mark.parametrize("cell_address", [f"{READ}/baas", f"{READ}/servicedesk", "voorbeeld:niets:doen/gebruiker"])
def test_what_does_not_exist_is_not_found(cell_address: str, log_in: Any, active: Session) -> None:
    log_in(Role.AUDITOR).get(f"{PAGE}/{cell_address}", status=404)


def test_missing_agreements_close_everything(dbsession: Session, app: Any, people: Any) -> None:
    person = people.new(Role.AUDITOR, gemeente="0394")
    viewer = identity_of(dbsession, person)
    standing = viewer.gemeente("0394")
    assert standing is not None
    answers = [
        answer
        for section in sections(app.registry, viewer, standing)
        for group in section.groups
        for row in group.rows
        for answer in row.answers.values()
        if section.owner == "portaal"
    ]
    assert answers
    assert {str(answer.why) for answer in answers} == {"The gemeente has not returned all agreements yet."}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"saved": False}, "has not filled in"),
        ({"verified": False}, "has not been verified"),
        ({"gemeente": "0384"}, "does not act for this gemeente"),
        ({"ended": True}, "The account has ended"),
    ],
)
def test_every_obstacle_of_a_person_has_its_reason(
    fields: dict[str, Any], reason: str, active: Session, app: Any, people: Any
) -> None:
    from portaal import clock

    given = {"ended_at": clock.now()} if "ended" in fields else fields
    person = people.new(("gebruiker", "voorbeeld"), **given)
    explanation = explain(app.registry, identity_of(active, person), CODE, READ)
    assert not explanation.allowed
    assert reason in str(explanation.why)


def test_who_has_no_role_at_all(active: Session, app: Any, people: Any) -> None:
    assert "no role" in str(explain(app.registry, identity_of(active, people.new()), CODE, READ).why)


def test_an_unknown_right_is_said_to_be_so(active: Session, app: Any, people: Any) -> None:
    with pytest.raises(UnknownPermissionError):
        explain(app.registry, identity_of(active, people.new()), CODE, "voorbeeld:alles:mogen")


# ---- from the shell


@pytest.fixture
def shell(fresh_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``shell("--waarom", ...)`` where Anna is a Gebruiker of the example product."""
    example()
    with Session(fresh_database, expire_on_commit=False) as dbsession:
        seed(dbsession)
        dbsession.commit()
        settings = app_settings(tmp_path)
        registry = make_app(settings | {"portaal.engine": fresh_database}, example()).registry
        activations(registry).deactivate(dbsession, CODE, "ijw", None)
        new = People(dbsession, iter(range(1, 10))).new
        new(("gebruiker", "iwmo"), ("gebruiker", "ijw"), email="anna@gemeente.example")
        new(email="dubbel@gemeente.example")
        new(email="dubbel@gemeente.example")
        new(Role.SERVICEDESK, operator=True, email="desk@portaal.example")
        dbsession.commit()
    url = fresh_database.url.render_as_string(hide_password=False)
    monkeypatch.setattr(cli, "read_settings", lambda config_file: settings | {"sqlalchemy.url": url})

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["rechten", *arguments])

    return run


def test_why_from_the_shell(shell: Any) -> None:
    result = shell("--waarom", "Anna@gemeente.example", CODE, "iwmo:instellingen:bekijken")
    assert result.exit_code == 1
    assert result.output.splitlines()[0] == "nee: Geen van de rollen van deze persoon omvat dit recht."
    assert "  gebruiker iwmo 0363" in result.output.splitlines()
    result = shell("--waarom", "anna@gemeente.example", CODE, "gemeente:bekijken")
    assert (result.exit_code, result.output.splitlines()[0]) == (
        0,
        "ja: Iedereen met een rol voor de gemeente mag dit.",
    )
    result = shell("--waarom", "desk@portaal.example", CODE, "servicedesk:beheren")
    assert result.output.splitlines()[0] == "ja: De rol Servicedesk omvat dit recht."


def test_the_list_from_the_shell(shell: Any) -> None:
    result = shell()
    assert result.exit_code == 0
    line = next(line for line in result.output.splitlines() if line.startswith("gebruikers:beheren"))
    assert "gebruikersbeheerder" in line


@pytest.mark.parametrize(
    ("account", "right", "reason"),
    [
        ("niemand@gemeente.example", "gemeente:bekijken", "no account has this id"),
        ("00000000-0000-0000-0000-000000000000", "gemeente:bekijken", "no account has this id"),
        ("dubbel@gemeente.example", "gemeente:bekijken", "choose one by its id"),
        ("anna@gemeente.example", "iwmo:alles:mogen", "there is no right iwmo:alles:mogen"),
    ],
)
def test_what_the_shell_cannot_answer_is_explained(account: str, right: str, reason: str, shell: Any) -> None:
    result = shell("--waarom", account, CODE, right)
    assert result.exit_code == 1
    assert reason in result.output
