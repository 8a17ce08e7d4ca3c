"""With real commits, as in production: nobody waits while the register is asked, and asking at once breaks no limit."""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from datetime import timedelta
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
from portaal.audit.models import AuditEvent
from portaal.audit.verify import one_moment, verify
from portaal.clock import now
from portaal.organisations.models import Organisation
from portaal.simulators.ciz.behaviour import Fault
from portaal.simulators.ciz.server import Server
from portaal.testing.application import app_settings
from portaal.testing.seed import seed
from portaal_wlz_registertoets.limits import Limit, Limits, spend
from portaal_wlz_registertoets.models import Raadpleging, Teller
from portaal_wlz_registertoets.settings import Settings

from .conftest import HOME, OIN, WHY, WITH, consult, the_form


@pytest.fixture
def portal(fresh_database: Engine, tmp_path: Path, ciz: Server) -> Any:
    """The portal on its own engine, with the register filled in for Amsterdam."""
    settings: dict[str, Any] = app_settings(tmp_path) | {
        "portaal.engine": fresh_database, "portaal.session_options": {}, "portaal.reading_session_options": {},
    }  # fmt: skip
    app = make_app(settings)
    with Session(fresh_database) as dbsession:
        seed(dbsession)
        value = Settings.model_validate({"endpoint": f"{ciz.url}/", "oin": OIN, "timeout": 5})
        app.registry["portaal.settings"].save(dbsession, "0363", "wlz_registertoets", value, based_on=0, by=None)
        dbsession.commit()
    return app


def browser_of_somebody(portal: Any, engine: Engine) -> webtest.TestApp:
    browser = webtest.TestApp(portal, extra_environ={"HTTP_HOST": "localhost"})
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
            RoleGrant(
                account_id=account.id, role="gebruiker", gemeentecode="0363", product="wlz_registertoets",
                granted_at=moment,
            )
        )  # fmt: skip
        token = secrets.token_urlsafe(32)
        sessions.start(dbsession, token, account.id, "loa3")
        dbsession.commit()
    browser.set_cookie("portaal", token)
    return browser


def test_nobody_waits_while_the_register_is_asked(portal: Any, fresh_database: Engine, ciz: Server) -> None:
    ciz.behaviour.choose(Fault.TRAAG)
    browser = browser_of_somebody(portal, fresh_database)
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.append(consult(browser, WITH)))
    asking.start()
    while ciz.count == 0:
        time.sleep(0.01)
    before = time.monotonic()
    with Session(fresh_database) as dbsession:  # another writes meanwhile, on SQLite too
        dbsession.add(Teller(account_id=uuid.uuid4(), gemeentecode="0363", period="2026-11-21"))
        dbsession.commit()
        row = dbsession.scalars(sa.select(Raadpleging)).one()
        assert row.outcome is None
        asked = dbsession.scalars(sa.select(AuditEvent.action)).all()
        assert "wlz_registertoets.ask" in asked
        assert "wlz_registertoets.consult" not in asked
    assert time.monotonic() - before < ciz.behaviour.slowness / 2
    asking.join()
    assert "Ja, er is een Wlz-indicatie" in answers[0].text
    with one_moment(fresh_database) as connection:
        assert verify(connection, None).intact


def test_asking_at_once_breaks_no_limit(fresh_database: Engine) -> None:
    who, moment = uuid.uuid4(), now()
    got: list[Limit | None] = []

    def ask() -> None:
        with Session(fresh_database) as dbsession:
            got.append(spend(dbsession, who, "0363", Limits(5, 100), moment))
            dbsession.commit()

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, got)) == ["None"] * 5 + ["minuut"] * 15
    with Session(fresh_database) as dbsession:
        assert set(dbsession.scalars(sa.select(Teller.used))) == {5}
        assert spend(dbsession, who, "0363", Limits(5, 100), moment + timedelta(minutes=1)) is None


def test_the_same_form_twice_at_once_asks_once(portal: Any, fresh_database: Engine, ciz: Server) -> None:
    ciz.behaviour.choose(Fault.TRAAG)
    ciz.behaviour.slowness = 0.5
    browser = browser_of_somebody(portal, fresh_database)
    form = the_form(browser.get(HOME))
    for name, value in (WHY | {"bsn": WITH}).items():
        form[name] = value
    fields = dict(form.submit_fields())
    statuses: list[int] = []

    def send() -> None:
        tab = webtest.TestApp(portal, extra_environ={"HTTP_HOST": "localhost"}, cookiejar=browser.cookiejar)
        statuses.append(tab.post(HOME, fields, status="*").status_int)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409]
    assert ciz.count == 1
