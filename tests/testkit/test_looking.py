"""What the kit gives to look behind the pages: the audit trail, what is stored, real commits."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.api import audit
from portaal.testing.audit import AuditLines, is_intact, lines_in
from portaal.testing.ciz import Fault, Server
from portaal.testing.commits import CommittingPortal
from portaal.testing.databases import everything_stored
from portaal.testing.people import People

WHO = ("gebruiker", "iwmo")


def record(dbsession: Session, action: str, outcome: audit.Outcome = audit.Outcome.DONE) -> None:
    audit.record(
        dbsession, action=action, outcome=outcome, actor=None, object_kind="note", object_id="een", gemeentecode="0363"
    )
    dbsession.commit()


def test_lines_of_the_audit_trail(audit_lines: AuditLines, dbsession: Session) -> None:
    record(dbsession, "proef.een")
    record(dbsession, "proef.twee", audit.Outcome.DENIED)
    record(dbsession, "proef.een")
    assert [line.action for line in audit_lines()] == ["proef.een", "proef.twee", "proef.een"]
    assert len(audit_lines("proef.een")) == 2
    assert [line.action for line in audit_lines(outcome=audit.Outcome.DENIED)] == ["proef.twee"]
    assert audit_lines("proef.een", audit.Outcome.DENIED) == []


def test_what_is_stored_is_found_wherever_it_is(dbsession: Session, people: People) -> None:
    people.new(WHO, afdeling="Zoek mij")
    assert [table for table, rows in everything_stored(dbsession) if "Zoek mij" in rows] == ["account"]


def test_roles_are_withdrawn(browser: Any, dbsession: Session, people: People) -> None:
    mine, other = people.new(WHO), people.new(WHO)
    browser.log_in_as(dbsession, mine)
    assert "iWmo" in browser.get("/g/0363/")
    people.withdraw(mine)
    assert browser.get("/g/0363/", status="*").status_int != 200
    browser.log_in_as(dbsession, other)
    assert "iWmo" in browser.get("/g/0363/")


def test_real_commits(committing_portal: CommittingPortal) -> None:
    browser = committing_portal.log_in(WHO)
    assert "iWmo" in browser.get("/g/0363/")
    record(committing_portal.dbsession, "proef.een")
    assert is_intact(committing_portal.engine)
    with Session(committing_portal.engine) as another:
        assert [line.action for line in lines_in(another)("proef.een")] == ["proef.een"]
        another.execute(sa.text("UPDATE audit_event SET action = 'proef.twee' WHERE action = 'proef.een'"))
        another.commit()
    assert not is_intact(committing_portal.engine)


@pytest.mark.parametrize("attempt", [1, 2])
def test_the_register_is_clean_for_each_test(attempt: int, ciz: Server) -> None:
    assert (ciz.count, ciz.behaviour.for_all) == (0, Fault.GEEN)
    ciz.behaviour.choose(Fault.TRAAG)
    ciz.count = attempt
