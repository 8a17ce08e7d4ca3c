"""What was done with data of citizens, as records for a Logboek Dataverwerkingen: whose data and why, and never who."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import audit
from portaal.audit.models import AuditEvent
from portaal.cli import main
from portaal.keyring import Keyring

BSN, OTHER = "999990019", "999991978"
ACTOR = uuid.uuid4()
SUBJECTS = audit.Subjects(Keyring({"a": b"a" * 32}, "a"))


@pytest.fixture
def config(fresh_database: Engine, tmp_path: Path) -> str:
    """A trail with lines on two days, some about a citizen."""
    with Session(fresh_database) as dbsession:
        for moment, action, bsns in (
            ("2026-11-17T22:59:59+00:00", "wlz_registertoets.consult", [BSN]),
            ("2026-11-17T23:00:00+00:00", "wlz_registertoets.consult", [BSN, OTHER]),
            ("2026-11-18T10:00:00+00:00", "role.grant", []),
        ):
            with time_machine.travel(moment, tick=False):
                audit.record(
                    dbsession, action=action, outcome=audit.Outcome.DONE, actor=ACTOR, gemeentecode="0363",
                    purpose="wmo2015:2.3.2", subjects=[SUBJECTS.of(bsn) for bsn in bsns],
                )  # fmt: skip
        dbsession.commit()
    url = fresh_database.url.render_as_string(hide_password=False).replace("%", "%%")
    file = tmp_path / "portaal.ini"
    file.write_text(f"[app:main]\nuse = egg:portaal\nsqlalchemy.url = {url}\n", encoding="utf-8")
    return str(file)


def run(config: str, since: str, until: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["audit", "ldv", "-c", config, "--since", since, "--until", until])
    return result.exit_code, result.output


def test_a_record_for_every_citizen_of_a_day(config: str, fresh_database: Engine) -> None:
    """The day is one of Amsterdam."""
    code, output = run(config, "2026-11-18", "2026-11-18")
    assert code == 0
    found = [json.loads(line) for line in output.splitlines()]
    digests = [record["attributes"]["dpl.core.data_subject_id"] for record in found]
    assert sorted(digests) == sorted(SUBJECTS.of(bsn).digest for bsn in (BSN, OTHER))
    with Session(fresh_database) as dbsession:
        line = dbsession.get_one(AuditEvent, uuid.UUID(found[0]["attributes"]["portaal.audit.id"]))
        assert (line.actor, line.action) == (ACTOR, found[0]["name"])  # who it was is found by the id, in the trail
    record = found[0]
    assert (len(record["trace_id"]), len(record["span_id"]), record["status_code"]) == (32, 16, "Ok")
    assert record["start_time"] == "2026-11-17T23:00:00.000000+00:00"
    assert record["attributes"]["dpl.nen7513.users"] == [{"roleIDCode": "", "purposeOfUse": "wmo2015:2.3.2"}]
    for never in (str(ACTOR), ACTOR.hex, BSN, OTHER):
        assert never not in output


def test_another_period(config: str) -> None:
    assert len(run(config, "2026-11-17", "2026-11-18")[1].splitlines()) == 3
    assert run(config, "2026-11-19", "2026-11-20") == (0, "")
    assert run(config, "2026-11-18", "2026-11-17")[0] == 2
