"""An act whose line cannot be written does not happen, whichever act it is; nor does a file leave the portal.

The pages of the trail itself are tried in test_real_server.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.access.models import Role
from portaal.plugins.tables import owners
from portaal.testing.application import Browser
from portaal.testing.pages import button, main_form
from portaal.testing.people import People

LogIn = Callable[..., Browser]


def save_profile(log_in: LogIn, people: People) -> Any:
    form = main_form(log_in(("gebruiker", "iwmo")).get("/persoonlijke-instellingen"))
    form["voornaam"] = "Anders"
    return form


def grant_role(log_in: LogIn, people: People) -> Any:
    person = people.new()
    form = main_form(log_in(Role.GEBRUIKERSBEHEERDER).get(f"/g/0363/gebruikers/{person.id}"))
    form["product"], form["rol"] = "iwmo", "gebruiker"
    return form


def issue_code(log_in: LogIn, people: People) -> Any:
    person = people.new(("gebruiker", "iwmo"), verified=False)
    return button(log_in(Role.GEBRUIKERSBEHEERDER).get(f"/g/0363/gebruikers/{person.id}"), "/code")


def withdraw_role(log_in: LogIn, people: People) -> Any:
    person = people.new(("gebruiker", "iwmo"))
    page = log_in(Role.GEBRUIKERSBEHEERDER).get(f"/g/0363/gebruikers/{person.id}")
    return page.forms.in_main(lambda attributes: "/rollen/" in attributes.get("action", ""))


def end_access(log_in: LogIn, people: People) -> Any:
    person = people.new(("gebruiker", "iwmo"))
    page = log_in(Role.GEBRUIKERSBEHEERDER).get(f"/g/0363/gebruikers/{person.id}/beeindigen")
    return button(page, "/beeindigen")


def log_out(log_in: LogIn, people: People) -> Any:
    page = log_in(("gebruiker", "iwmo")).get("/g/0363/")
    return next(form for form in page.forms.values() if form.action.endswith("/uitloggen"))


def add_gemeente(log_in: LogIn, people: People) -> Any:
    form = main_form(log_in(Role.SERVICEDESK, operator=True).get("/servicedesk/gemeenten/nieuw"))
    form["gemeentecode"], form["naam"] = "0599", "Rotterdam"
    return form


def name_colleague(log_in: LogIn, people: People) -> Any:
    person = people.new(("gebruiker", "wlz_registertoets"))
    form = main_form(log_in(Role.AUDITOR).get("/g/0363/wlz_registertoets/verantwoording/medewerkers"))
    form["persoon"], form["bsn"] = str(person.id), "999990007"
    return form


def save_settings(log_in: LogIn, people: People) -> Any:
    form = main_form(log_in(("productbeheerder", "wlz_registertoets")).get("/g/0363/instellingen/wlz_registertoets/"))
    form["timeout"] = "7"
    return form


def stored(dbsession: Session) -> dict[str, list[Any]]:
    """The rows of every table but those of the trail; of the sessions not when somebody was last seen."""
    tables = [table for owner in owners().values() for table in owner.metadata.sorted_tables]
    return {
        table.name: list(dbsession.execute(sa.select(*(c for c in table.c if c.name != "last_active_at"))).all())
        for table in tables
        if not table.name.startswith("audit_")
    }


ACTS = [
    save_profile, grant_role, withdraw_role, end_access, issue_code, log_out, add_gemeente, name_colleague,
    save_settings,
]  # fmt: skip


@pytest.mark.parametrize("table", ["audit_event", "audit_link"])
@pytest.mark.parametrize("act", ACTS)
def test_an_act_that_cannot_be_recorded_does_not_happen(
    log_in: LogIn, people: People, dbsession: Session, act: Any, table: str
) -> None:
    form = act(log_in, people)
    dbsession.execute(sa.text(f"ALTER TABLE {table} RENAME TO broken"))
    dbsession.commit()
    before = stored(dbsession)
    answer = form.submit(status="*")
    assert answer.status_int in {500, 503}
    dbsession.rollback()
    assert stored(dbsession) == before


@pytest.mark.parametrize("act", ACTS)
def test_the_same_acts_happen_when_they_can(log_in: LogIn, people: People, dbsession: Session, act: Any) -> None:
    """So that the test above is about the trail."""
    form = act(log_in, people)
    before = stored(dbsession)
    assert form.submit(status="*").status_int in {200, 303}
    dbsession.expire_all()
    assert stored(dbsession) != before


@pytest.mark.parametrize(
    ("role", "path"),
    [(("gebruiker", "wlz_registertoets"), "eigen/export"), (Role.AUDITOR, "verantwoording/export")],
)
def test_no_file_is_taken_along_unrecorded(log_in: LogIn, dbsession: Session, role: Any, path: str) -> None:
    browser = log_in(role)
    dbsession.execute(sa.text("ALTER TABLE audit_link RENAME TO broken"))
    dbsession.commit()
    answer = browser.get(f"/g/0363/wlz_registertoets/{path}", status="*")
    assert answer.status_int in {500, 503}
    assert answer.content_type == "text/html"
