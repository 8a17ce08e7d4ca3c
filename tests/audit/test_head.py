"""The head of the trail outside the database: before and after each commit, and when the portal dies in between."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import audit
from portaal.audit.head import HEAD_OPTION, Head, HeadFile, HeadFileError, Known
from portaal.audit.models import AuditEvent, AuditLink
from portaal.audit.verify import Verdict, one_moment, verify

EARLIER, LATER = Head(5, "b" * 64), Head(7, "a" * 64)

# Adds a line and dies with kill -9, before or after the commit.
DIES = """
import os, signal, sys
from pathlib import Path
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session
import portaal.db.models
from portaal import audit
from portaal.audit.head import HEAD_OPTION, HeadFile

url, head, moment = sys.argv[1:]
engine = sa.create_engine(url, execution_options={HEAD_OPTION: HeadFile(Path(head))})
dies = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
if moment == "before":
    event.listen(engine, "commit", dies)
else:
    HeadFile.advance = dies
with Session(engine) as dbsession:
    audit.record(dbsession, action="role.grant", outcome=audit.Outcome.DONE, actor=None)
    dbsession.commit()
"""


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """No portal is running beside these tests."""
    monkeypatch.setattr("portaal.audit.verify.PATIENCE", 0)


@pytest.fixture
def head_file(fresh_database: Engine, tmp_path: Path) -> HeadFile:
    file = HeadFile(tmp_path / "head.json")
    fresh_database.update_execution_options(**{HEAD_OPTION: file})
    return file


def add(engine: Engine) -> None:
    with Session(engine) as dbsession:
        audit.record(dbsession, action="role.grant", outcome=audit.Outcome.DONE, actor=None)
        dbsession.commit()


def add_and_die(engine: Engine, file: HeadFile, moment: str) -> None:
    url = engine.url.render_as_string(hide_password=False)
    arguments = [sys.executable, "-c", DIES, url, str(file.path), moment]
    ended = subprocess.run(arguments, env=os.environ, check=False, capture_output=True, text=True)
    assert ended.returncode == -9, ended.stderr


def check(engine: Engine, file: HeadFile) -> Verdict:
    with one_moment(engine) as connection:
        return verify(connection, file)


def test_the_head_only_moves_forward(tmp_path: Path) -> None:
    file = HeadFile(tmp_path / "head.json")
    assert file.read() is None
    file.advance(LATER)
    file.advance(EARLIER)
    file.announce(EARLIER, Head(6, "c" * 64))
    assert file.read() == Known(LATER)


def test_what_was_announced_is_the_head_when_it_is_committed(tmp_path: Path) -> None:
    file = HeadFile(tmp_path / "head.json")
    file.advance(EARLIER)
    assert file.announce(EARLIER, LATER)
    assert file.read() == Known(EARLIER, LATER)
    file.advance(LATER)
    assert file.read() == Known(LATER)


@pytest.mark.parametrize(
    "content", ["not a head", "[]", '{"seq": 1}', '{"seq": 1, "hash": "x", "coming": 3}', '{"seq": 1e400, "hash": "x"}']
)
def test_a_file_that_holds_something_else(tmp_path: Path, content: str) -> None:
    file = HeadFile(tmp_path / "head.json")
    file.path.write_text(content, encoding="ascii")
    with pytest.raises(HeadFileError):
        file.read()


def test_no_line_without_a_place_for_its_head(fresh_database: Engine, tmp_path: Path) -> None:
    fresh_database.update_execution_options(**{HEAD_OPTION: HeadFile(tmp_path / "gone" / "head.json")})
    with pytest.raises(HeadFileError):
        add(fresh_database)
    with fresh_database.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(AuditLink)) == 0


def test_killed_between_the_commit_and_the_head(fresh_database: Engine, head_file: HeadFile) -> None:
    add(fresh_database)
    add_and_die(fresh_database, head_file, "after")
    verdict = check(fresh_database, head_file)
    assert (verdict.checked, verdict.findings, verdict.remarks) == (2, [], [])


def test_killed_before_the_commit(fresh_database: Engine, head_file: HeadFile) -> None:
    add(fresh_database)
    add_and_die(fresh_database, head_file, "before")
    verdict = check(fresh_database, head_file)
    assert (verdict.checked, verdict.findings) == (1, [])
    assert "lines 2 to 2 were coming and are not there" in verdict.remarks[0]
    add(fresh_database)
    assert check(fresh_database, head_file).remarks == []


def test_a_line_that_was_not_announced_alarms_at_once(
    fresh_database: Engine, head_file: HeadFile, caplog: pytest.LogCaptureFixture
) -> None:
    """The chain has no key, so its end can be continued by anybody: the portal notices at its next line."""
    add(fresh_database)
    fresh_database.update_execution_options(**{HEAD_OPTION: None})
    add(fresh_database)
    assert check(fresh_database, head_file).findings == [
        "lines 2 to 2 were added by something else: the portal never wrote down that they were coming"
    ]
    fresh_database.update_execution_options(**{HEAD_OPTION: head_file})
    with caplog.at_level(logging.CRITICAL):
        add(fresh_database)
    assert "run portaal audit verify" in caplog.text


def test_a_head_file_that_is_gone_alarms_at_once(
    fresh_database: Engine, head_file: HeadFile, caplog: pytest.LogCaptureFixture
) -> None:
    """Else whoever can remove it could cut lines off, and the next line would make a new one of what is left."""
    with caplog.at_level(logging.CRITICAL):
        add(fresh_database)
    assert not caplog.records
    head_file.path.unlink()
    assert check(fresh_database, head_file).findings == [
        f"the head file {head_file.path} is not there, so lines cut off the end are not missed"
    ]
    with caplog.at_level(logging.CRITICAL):
        add(fresh_database)
    assert "run portaal audit verify" in caplog.text


def test_an_announcement_does_not_hide_what_was_changed(fresh_database: Engine, head_file: HeadFile) -> None:
    add(fresh_database)
    add_and_die(fresh_database, head_file, "after")
    with fresh_database.begin() as connection:
        connection.execute(sa.update(AuditEvent.__table__).values(object_id="changed"))
    assert check(fresh_database, head_file).findings == ["line 1 was changed", "line 2 was changed"]
