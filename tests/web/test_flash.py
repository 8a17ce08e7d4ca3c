"""Messages for the next page: shown once, and never lost."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.access import sessions
from portaal.access.models import LoginSession
from portaal.testing.application import Candidates
from portaal.testing.commits import CommittingPortal

TAB = "/g/0363/instellingen/iwmo/"


@pytest.fixture
def portal_plugins() -> Candidates | None:
    return None


def test_a_message_waits_where_a_form_comes_back(committing_portal: CommittingPortal) -> None:
    """That page has a transaction already: on SQLite, to take the message would wait for itself."""
    browser = committing_portal.log_in(("productbeheerder", "iwmo"))
    form = next(form for form in browser.get(TAB).forms.values() if "based-on" in form.fields)
    dbsession = committing_portal.dbsession
    sessions.append_flash(dbsession, dbsession.scalars(sa.select(LoginSession.id)).one(), "ok", "Gedaan.")
    dbsession.commit()
    form["samenwerkingsverband"] = "x" * 51
    form.submit(status=422).mustcontain(no="Gedaan.")
    browser.get(TAB).mustcontain("Gedaan.")
    browser.get(TAB).mustcontain(no="Gedaan.")


def test_what_comes_while_others_are_shown_is_kept(log_in: Any, app: Any, dbsession: Session) -> None:
    log_in(("gebruiker", "iwmo"))
    session = dbsession.scalars(sa.select(LoginSession)).one()
    for message in ("een", "twee"):
        sessions.append_flash(dbsession, session.id, "ok", message)
    dbsession.commit()
    sessions.take_flashes(app.registry, session.id, 1)
    dbsession.expire_all()
    assert session.data["flash"] == [["ok", "twee"]]
