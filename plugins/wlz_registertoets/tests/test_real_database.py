"""With real commits, as in production: nobody waits while the register is asked, and asking at once breaks no limit."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal.api import audit, now
from portaal.testing.application import Browser
from portaal.testing.audit import is_intact
from portaal.testing.ciz import Fault, Server
from portaal.testing.commits import CommittingPortal
from portaal.testing.products import settings_saver
from portaal_wlz_registertoets.limits import Limit, Limits, forget_before, spend
from portaal_wlz_registertoets.models import Raadpleging, Teller

from .conftest import GEBRUIKER, HOME, OIN, PATIENCE, WHY, WITH, consult, the_form


@pytest.fixture
def portal(committing_portal: CommittingPortal, ciz: Server) -> CommittingPortal:
    """The portal with the register filled in for Amsterdam."""
    save = settings_saver(committing_portal.app, committing_portal.dbsession)
    save("wlz_registertoets", endpoint=f"{ciz.url}/", oin=OIN, timeout=PATIENCE)
    return committing_portal


def test_nobody_waits_while_the_register_is_asked(portal: CommittingPortal, ciz: Server) -> None:
    ciz.behaviour.choose(Fault.TRAAG)
    browser = portal.log_in(GEBRUIKER)
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.append(consult(browser, WITH)))
    asking.start()
    while ciz.count == 0:
        time.sleep(0.01)
    with Session(portal.engine) as dbsession:  # another writes meanwhile, on SQLite too
        dbsession.add(Teller(account_id=uuid.uuid4(), gemeentecode="0363", period="2026-11-21"))
        dbsession.commit()
        row = dbsession.scalars(sa.select(Raadpleging)).one()
        assert row.outcome is None
        asked = dbsession.scalars(sa.select(audit.AuditEvent.action)).all()
        assert "wlz_registertoets.ask" in asked
        assert "wlz_registertoets.consult" not in asked
    ciz.behaviour.release()
    asking.join()
    assert "Ja, er is een Wlz-indicatie" in answers[0].text
    assert is_intact(portal.engine)


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


def test_a_minute_that_goes_on_is_not_forgotten(fresh_database: Engine) -> None:
    """Just after midnight in Amsterdam it is still yesterday in UTC, by which minutes are counted."""
    who, moment = uuid.uuid4(), datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    with Session(fresh_database) as dbsession:
        assert spend(dbsession, who, "0363", Limits(1, 100), moment) is None
        forget_before(dbsession, moment)
        assert spend(dbsession, who, "0363", Limits(1, 100), moment) is Limit.MINUUT
        forget_before(dbsession, moment + timedelta(hours=2))
        assert dbsession.scalars(sa.select(Teller.period)).all() == ["2026-07-02"]


def test_the_same_form_twice_at_once_asks_once(portal: CommittingPortal, ciz: Server) -> None:
    ciz.behaviour.choose(Fault.TRAAG)
    ciz.behaviour.slowness = 0.5
    browser = portal.log_in(GEBRUIKER)
    form = the_form(browser.get(HOME))
    for name, value in (WHY | {"bsn": WITH}).items():
        form[name] = value
    fields = dict(form.submit_fields())
    statuses: list[int] = []

    def send() -> None:
        tab = Browser(portal.app)
        tab.cookiejar = browser.cookiejar
        statuses.append(tab.post(HOME, fields, status="*").status_int)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409]
    assert ciz.count == 1
