"""Refusals over real connections, on a database with real commits: nothing waits for itself."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import webtest
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal.access import sessions
from portaal.access.models import Account, RoleGrant
from portaal.app import make_app
from portaal.audit.head import HeadFile
from portaal.audit.models import AuditEvent, Outcome
from portaal.audit.verify import one_moment, verify
from portaal.clock import now
from portaal.organisations.models import Organisation
from portaal.testing.application import app_settings
from portaal.testing.seed import seed


@pytest.fixture
def portal(fresh_database: Engine, tmp_path: Path) -> webtest.TestApp:
    """The portal as it runs in production: its own engine, no test's connection, and a head file."""
    with Session(fresh_database) as dbsession:
        seed(dbsession)
        dbsession.commit()
    settings: dict[str, Any] = app_settings(tmp_path) | {
        "portaal.engine": fresh_database,
        "portaal.audit_head": str(tmp_path / "head.json"),
        "portaal.session_options": {},
        "portaal.reading_session_options": {},
    }
    return webtest.TestApp(make_app(settings), extra_environ={"HTTP_HOST": "localhost"})


def log_in(portal: webtest.TestApp, engine: Engine, role: str, product: str | None) -> None:
    with Session(engine) as dbsession:
        organisation = dbsession.scalars(sa.select(Organisation).where(Organisation.kvk_nummer == "99000363")).one()
        moment = now()
        account = Account(
            issuer="test", organisation_id=organisation.id, pseudonym=secrets.token_hex(8), created_at=moment,
            achternaam="Test", email="test@gemeente.example", profile_saved_at=moment, verified_at=moment,
        )  # fmt: skip
        dbsession.add(account)
        dbsession.flush()
        dbsession.add(
            RoleGrant(account_id=account.id, role=role, gemeentecode="0363", product=product, granted_at=moment)
        )
        token = secrets.token_urlsafe(32)
        sessions.start(dbsession, token, account.id, "loa3")
        dbsession.commit()
    portal.set_cookie("portaal", token)


def test_refusals_of_pages_and_of_acts(portal: webtest.TestApp, fresh_database: Engine, tmp_path: Path) -> None:
    log_in(portal, fresh_database, "gebruiker", "iwmo")
    page = portal.get("/eigen-handelingen")
    token = next(form["csrf_token"].value for form in page.forms.values() if "csrf_token" in form.fields)
    portal.get("/g/0363/audit", status=403)
    portal.post("/g/0363/audit/bsn", {"csrf_token": token}, status=403)
    portal.post("/g/0384/audit/bsn", {"csrf_token": token}, status=404)
    with Session(fresh_database) as dbsession:
        lines = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.outcome == Outcome.DENIED)).all()
        assert sorted((line.object_id, line.details["method"]) for line in lines) == [
            ("audit", "GET"), ("audit_bsn", "POST"), ("audit_bsn", "POST"),
        ]  # fmt: skip
    with one_moment(fresh_database) as connection:
        assert verify(connection, HeadFile(tmp_path / "head.json")).intact


def test_an_act_and_its_line_are_committed_together(
    portal: webtest.TestApp, fresh_database: Engine, tmp_path: Path
) -> None:
    log_in(portal, fresh_database, "auditor", None)
    page = portal.get("/g/0363/audit/bsn")
    form = next(form for form in page.forms.values() if "bsn" in form.fields)
    form["bsn"], form["aanleiding"] = "999990019", "Inzageverzoek 12"
    assert form.submit().status_int == 200
    portal.get("/g/0363/audit/export")
    with one_moment(fresh_database) as connection:
        verdict = verify(connection, HeadFile(tmp_path / "head.json"))
    assert (verdict.checked, verdict.findings) == (2, [])


def test_without_a_trail_nothing_is_shown_or_taken_along(portal: webtest.TestApp, fresh_database: Engine) -> None:
    log_in(portal, fresh_database, "auditor", None)
    page = portal.get("/g/0363/audit/bsn")
    form = next(form for form in page.forms.values() if "bsn" in form.fields)
    form["bsn"], form["aanleiding"] = "999990019", "Inzageverzoek 12"
    with fresh_database.begin() as connection:
        connection.execute(sa.text("ALTER TABLE audit_link RENAME TO broken"))
    exports = [portal.get(path, status="*") for path in ("/g/0363/audit/export", "/eigen-handelingen/export")]
    for answer in (form.submit(status="*"), *exports):
        assert answer.status_int in {500, 503}
        assert answer.content_type == "text/html"
        assert "999990019" not in answer.text
