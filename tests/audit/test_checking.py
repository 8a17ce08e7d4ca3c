"""The portal checks its own trail, and what it finds is an alarm for the operator."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import audit
from portaal.audit.head import HEAD_OPTION, HeadFile
from portaal.audit.models import AuditEvent
from portaal.health import audit_trail
from portaal.jobs import CORE, OwnedJob
from portaal.jobs.models import JobState
from portaal.jobs.runner import JobRunner
from portaal.plugins.contract import Job


@pytest.fixture
def trail(fresh_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr("portaal.audit.verify.PATIENCE", 0)
    fresh_database.update_execution_options(**{HEAD_OPTION: HeadFile(tmp_path / "head.json")})
    with Session(fresh_database) as dbsession:
        for number in range(3):
            audit.record(dbsession, action="role.grant", outcome=audit.Outcome.DONE, actor=None, object_id=number)
        dbsession.commit()
    return fresh_database


def check(trail: Engine) -> JobState:
    """Have a worker do it, as it does every day."""
    job = Job("audit", lambda context: audit_trail.check({"portaal.engine": trail}), every=timedelta(days=1))
    assert JobRunner(trail, [OwnedJob(CORE, job)], None).run_due() == 1  # type: ignore[arg-type]
    with Session(trail) as dbsession:
        return dbsession.scalars(sa.select(JobState)).one()


def test_a_trail_that_is_as_it_was_written(trail: Engine) -> None:
    assert check(trail).failures == 0


def test_one_that_is_not(trail: Engine, caplog: pytest.LogCaptureFixture) -> None:
    with trail.begin() as connection:
        connection.execute(sa.update(AuditEvent.__table__).where(AuditEvent.object_id == "1").values(object_id="x"))
    state = check(trail)
    assert (state.failures, state.last_error) == (1, "TrailNotIntactError")
    assert "the audit trail is not intact: line 2 was changed" in caplog.text


def test_it_is_among_the_jobs(app: Any) -> None:
    (job,) = [job for job in app.registry["portaal.core_jobs"] if job.name == "audit"]
    assert job.every == timedelta(days=1)
