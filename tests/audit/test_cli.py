"""``portaal audit verify`` as the officer runs it: what it says, and its exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import audit
from portaal.audit.head import HEAD_OPTION, HeadFile
from portaal.audit.models import AuditEvent
from portaal.cli import main


@pytest.fixture
def config(fresh_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trail of three lines, with its head elsewhere."""
    monkeypatch.setattr("portaal.audit.verify.PATIENCE", 0)
    head = tmp_path / "head.json"
    fresh_database.update_execution_options(**{HEAD_OPTION: HeadFile(head)})
    with Session(fresh_database) as dbsession:
        for number in range(3):
            audit.record(dbsession, action="role.grant", outcome=audit.Outcome.DONE, actor=None, object_id=number)
        dbsession.commit()
    url = fresh_database.url.render_as_string(hide_password=False).replace("%", "%%")
    file = tmp_path / "portaal.ini"
    file.write_text(f"[app:main]\nuse = egg:portaal\nsqlalchemy.url = {url}\nportaal.audit_head = {head}\n")
    return file


def verify(config: Path, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["audit", "verify", "-c", str(config), *options])
    return result.exit_code, result.output


def test_a_trail_that_is_as_it_was_written(config: Path) -> None:
    code, output = verify(config)
    assert code == 0
    assert "3 lines checked" in output
    assert "The audit trail is intact." in output


def test_a_line_that_was_changed(config: Path, fresh_database: Engine) -> None:
    with fresh_database.begin() as connection:
        connection.execute(sa.update(AuditEvent.__table__).where(AuditEvent.object_id == "1").values(object_id="x"))
    code, output = verify(config)
    assert code == 1
    assert "NOT INTACT: line 2 was changed" in output
    assert "is intact" not in output


DETAILS = {
    "no JSON": "{",
    "endlessly deep": "[" * 5_000 + "]" * 5_000,
    "an endless number": '{"n": ' + "1" * 5_000 + "}",
    "a number": "5",
    "nothing": None,
}


@pytest.mark.parametrize("details", DETAILS.values(), ids=DETAILS)
def test_a_line_that_the_portal_never_wrote_like_that(
    config: Path, fresh_database: Engine, details: str | None
) -> None:
    """It is named, and so is what else was changed."""
    if fresh_database.dialect.name == "postgresql":
        if details in ("{", None):
            pytest.skip("PostgreSQL keeps this out itself")
        change = "UPDATE audit_event SET details = CAST(:details AS JSON) WHERE object_id = '1'"
    else:
        change = "UPDATE audit_event SET details = coalesce(:details, x'00ff'), action = x'ff' WHERE object_id = '1'"
    with fresh_database.begin() as connection:
        connection.execute(sa.text(change), {"details": details})
        connection.execute(sa.update(AuditEvent.__table__).where(AuditEvent.object_id == "2").values(object_id="x"))
    code, output = verify(config)
    assert code == 1
    assert "NOT INTACT: line 2 was changed" in output
    assert "NOT INTACT: line 3 was changed" in output


def test_a_file_that_is_no_database_is_told(config: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    other.write_text("no database at all")
    config.write_text(f"[app:main]\nuse = egg:portaal\nsqlalchemy.url = sqlite:///{other}\n")
    code, output = verify(config)
    assert code == 1
    assert "the database cannot be used: file is not a database" in output


@pytest.mark.parametrize(("since", "until"), [("0001-01-01", "2026-01-01"), ("2026-01-01", "9999-12-31")])
def test_days_without_an_amsterdam_are_told(config: Path, since: str, until: str) -> None:
    result = CliRunner().invoke(main, ["audit", "ldv", "-c", str(config), "--since", since, "--until", until])
    assert result.exit_code == 2
    assert "choose days from 1900 up to 9998" in result.output


def test_without_the_head_it_is_not_called_intact(config: Path) -> None:
    config.write_text(config.read_text().replace("portaal.audit_head", "portaal.operator_name"))
    code, output = verify(config)
    assert code == 1
    assert "no head file was named" in output


def test_another_head(config: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"seq": 9, "hash": "' + "0" * 64 + '"}')
    code, output = verify(config, "--head", str(other))
    assert code == 1
    assert "the trail was cut off" in output
    other.write_text("[]")
    code, output = verify(config, "--head", str(other))
    assert code == 1
    assert "does not hold the head of an audit trail" in output
