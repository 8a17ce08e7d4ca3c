"""Lines are written with the act or not at all, in one chain, whatever happens around it."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import audit
from portaal.audit.head import HEAD_OPTION, HeadFile
from portaal.audit.models import AuditEvent, AuditLink, AuditSubject
from portaal.audit.verify import one_moment, verify
from portaal.keyring import Keyring

BSN = "999990019"


def add(dbsession: Session, action: str = "role.grant", **line: Any) -> None:
    audit.record(dbsession, action=action, outcome=audit.Outcome.DONE, actor=None, **line)


@pytest.fixture
def head_file(fresh_database: Engine, tmp_path: Path) -> HeadFile:
    file = HeadFile(tmp_path / "head.json")
    fresh_database.update_execution_options(**{HEAD_OPTION: file})
    return file


def intact(engine: Engine, file: HeadFile | None = None) -> bool:
    with one_moment(engine) as connection:
        return verify(connection, file).intact


def chain_length(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(AuditLink)) or 0


def test_what_is_rolled_back_leaves_no_line(fresh_database: Engine, head_file: HeadFile) -> None:
    with Session(fresh_database) as dbsession:
        add(dbsession)
        dbsession.rollback()
        add(dbsession)
        dbsession.commit()
    assert chain_length(fresh_database) == 1
    assert intact(fresh_database, head_file)


def test_a_rolled_back_savepoint_leaves_no_line(fresh_database: Engine, head_file: HeadFile) -> None:
    with Session(fresh_database) as dbsession:
        add(dbsession)
        savepoint = dbsession.begin_nested()
        add(dbsession, object_id="undone")
        savepoint.rollback()
        with dbsession.begin_nested():
            add(dbsession, object_id="kept")
        dbsession.commit()
        assert set(dbsession.scalars(sa.select(AuditEvent.object_id))) == {"", "kept"}
    assert chain_length(fresh_database) == 2
    assert intact(fresh_database, head_file)


def test_an_act_whose_line_cannot_be_written_does_not_happen(fresh_database: Engine) -> None:
    with Session(fresh_database) as dbsession:
        add(dbsession, object_id="before")
        dbsession.commit()
        dbsession.execute(sa.text("ALTER TABLE audit_link RENAME TO audit_link_broken"))
        dbsession.commit()
        add(dbsession, object_id="after")
        with pytest.raises(sa.exc.DBAPIError):
            dbsession.commit()
        dbsession.rollback()
        assert list(dbsession.scalars(sa.select(AuditEvent.object_id))) == ["before"]


def test_writers_at_the_same_time_make_one_chain(fresh_database: Engine, head_file: HeadFile) -> None:
    writers, each = 4, 15
    errors: list[Exception] = []

    def write(number: int) -> None:
        try:
            for line in range(each):
                with Session(fresh_database) as dbsession:
                    add(dbsession, object_id=f"{number}-{line}")
                    add(dbsession, object_id=f"{number}-{line}-second")
                    dbsession.commit()
        except Exception as error:  # shown by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert chain_length(fresh_database) == 2 * writers * each
    assert intact(fresh_database, head_file)


def test_lines_are_not_changed_through_the_models(fresh_database: Engine) -> None:
    with Session(fresh_database) as dbsession:
        add(dbsession)
        dbsession.commit()
        line = dbsession.scalars(sa.select(AuditEvent)).one()
        line.object_id = "changed"
        with pytest.raises(RuntimeError, match="only added to"):
            dbsession.commit()
        dbsession.rollback()
        dbsession.delete(line)
        with pytest.raises(RuntimeError, match="only added to"):
            dbsession.commit()


def test_a_bsn_that_is_handed_in_is_masked(dbsession: Session) -> None:
    details = {"note": f"asked for {BSN}", "list": ["999 990 019", {"deep": "999.990.019"}], "size": 123456782}
    add(dbsession, details=details, object_id=BSN)
    line = dbsession.scalars(sa.select(AuditEvent)).one()
    assert line.details == {"note": "asked for [bsn]", "list": ["[bsn]", {"deep": "[bsn]"}], "size": 123456782}
    assert line.object_id == "[bsn]"


def test_citizens_are_known_by_a_keyed_hash(dbsession: Session) -> None:
    subjects = audit.Subjects(Keyring({"old": b"o" * 32, "new": b"n" * 32}, "new"))
    earlier = audit.Subjects(Keyring({"old": b"o" * 32}, "old"))
    add(dbsession, subjects=[earlier.of(BSN)])
    add(dbsession, subjects=[subjects.of(BSN), subjects.of("999991978")])
    rows = dbsession.execute(sa.select(AuditSubject.digest, AuditSubject.key_id)).all()
    assert {row.key_id for row in rows} == {"old", "new"}
    assert not any(BSN in row.digest for row in rows)
    found = dbsession.scalars(
        sa.select(AuditSubject.event_id).where(AuditSubject.digest.in_(subjects.everywhere(BSN)))
    ).all()
    assert len(set(found)) == 2
    assert audit.Subjects(Keyring({"other": b"x" * 32}, "other")).everywhere(BSN)[0] not in {r.digest for r in rows}


def test_a_line_outlives_what_it_is_about(dbsession: Session) -> None:
    add(dbsession, object_kind="account", object_id=uuid.uuid4(), gemeentecode="9999")
    assert dbsession.scalars(sa.select(AuditEvent.gemeentecode)).one() == "9999"
