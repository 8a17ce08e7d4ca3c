"""``/health``, ``/ready`` and ``/metrics``: what is wrong is named, and only what matters closes the door."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.api import HealthCheck, HookContext, Job, Metric, MetricKind, Sample
from portaal.app import make_app
from portaal.configuration import UnsafeConfigurationError
from portaal.db.owners import Owner
from portaal.eherkenning.signature import key_name
from portaal.health.networks import read_networks
from portaal.jobs import OwnedJob
from portaal.jobs.models import WorkerSign
from portaal.jobs.runner import JobRunner
from portaal.overview.models import Miss
from portaal.overview.trouble import note_miss
from portaal.testing.application import Browser, app_settings
from portaal.testing.seed import seed
from tests.plugins.kit import Candidate, plugin
from tests.plugins.standstill import Standstill

OPERATOR, ELSEWHERE = "127.0.0.1", "203.0.113.7"
BSN = "999990019"


class Monitor:
    """A portal on a database of its own, and who looks at it."""

    def __init__(self, engine: Engine, folder: Path, candidates: dict[str, Any]) -> None:
        with Session(engine) as dbsession:
            seed(dbsession)
            dbsession.add(WorkerSign(id=uuid.uuid4(), started_at=clock.now(), seen_at=clock.now()))
            dbsession.commit()
        self.engine = engine
        self.app = make_app(
            app_settings(folder) | {"portaal.engine": engine, "portaal.strict_plugins": "false"}, candidates
        )
        self.registry = self.app.registry
        # The test's tables were made from the models, without revisions.
        self.registry["portaal.core_owner"] = Owner("core", folder, sa.MetaData(), "")

    def get(self, path: str, address: str = OPERATOR) -> Any:
        browser = Browser(self.app, extra_environ={"HTTP_HOST": "localhost", "REMOTE_ADDR": address})
        return browser.get(path, status="*")

    def ready(self) -> tuple[int, str, dict[str, str]]:
        """Status code, state, and what is wrong by owner/name."""
        response = self.get("/ready")
        wrong = {
            f"{check['owner']}/{check['name']}": check["text"]
            for check in response.json["checks"]
            if check["status"] != "ok"
        }
        return response.status_int, response.json["status"], wrong

    def numbers(self) -> dict[str, float]:
        """Every sample of ``/metrics`` by its name and labels."""
        families = text_string_to_metric_families(self.get("/metrics").text)
        return {
            sample.name + "".join(f",{value}" for value in sample.labels.values()): sample.value
            for family in families
            for sample in family.samples
        }


@pytest.fixture
def monitor(fresh_database: Engine, tmp_path: Path) -> Any:
    """``monitor(checks=...)``: a portal with a product "proef" that has these hooks."""

    def make(**hooks: Any) -> Monitor:
        return Monitor(fresh_database, tmp_path, plugin("proef", **hooks))

    return make


def checks(*runs: Any) -> Any:
    return lambda: [HealthCheck(f"look{number}", run) for number, run in enumerate(runs)]


def test_all_is_well(monitor: Any) -> None:
    portal = monitor(health_checks=checks(lambda context: ""))
    assert portal.get("/health").json == {"status": "ok"}
    assert portal.ready() == (200, "ok", {})


def test_health_looks_at_nothing_else(monitor: Any) -> None:
    portal = monitor()
    portal.registry["portaal.reading_engine"] = portal.registry["portaal.engine"] = None
    assert portal.get("/health").json == {"status": "ok"}


def test_a_database_that_is_away_closes_the_door(monitor: Any, tmp_path: Path) -> None:
    portal = monitor()
    portal.registry["portaal.reading_engine"] = sa.create_engine(f"sqlite:///{tmp_path}/nowhere/portaal.sqlite")
    status, state, wrong = portal.ready()
    assert (status, state) == (503, "failed")
    assert wrong["portaal/database"] == "OperationalError"


def test_tables_that_are_behind_close_the_door(monitor: Any, tmp_path: Path) -> None:
    portal = monitor()
    (tmp_path / "core_0007_more.py").touch()
    portal.registry["portaal.core_owner"] = Owner("core", tmp_path, sa.MetaData(), "")
    status, _, wrong = portal.ready()
    assert status == 503
    assert "must be at core_0007" in wrong["portaal/tables"]


def test_a_store_that_cannot_be_written_closes_the_door(
    monitor: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = monitor()
    monkeypatch.setattr(portal.registry["portaal.payloads"], "_folder", tmp_path / "portaal.ini" / "x")
    (tmp_path / "portaal.ini").touch()
    status, _, wrong = portal.ready()
    assert status == 503
    assert wrong["portaal/storage"] == "NotADirectoryError"


def test_a_store_is_left_as_it_was(monitor: Any, tmp_path: Path) -> None:
    monitor().ready()
    assert [path for path in (tmp_path / "payloads").rglob("*") if path.is_file()] == []


def test_a_silent_worker_is_named_and_the_door_stays_open(monitor: Any, traveller: Any) -> None:
    portal = monitor()
    traveller.shift(timedelta(minutes=2))
    assert portal.ready() == (200, "degraded", {"portaal/worker": "no sign of life for 120 seconds"})
    with Session(portal.engine) as dbsession:
        dbsession.execute(sa.delete(WorkerSign))
        dbsession.commit()
    assert portal.ready()[2] == {"portaal/worker": "there is no worker"}


# portaal_health_checks
def test_products_that_are_not_well_are_named(monitor: Any, caplog: pytest.LogCaptureFixture) -> None:
    def fails(context: HookContext) -> str:
        raise LookupError(f"BSN {BSN}")

    portal = monitor(
        health_checks=checks(
            fails, lambda context: "the register is away", lambda context: 7, lambda context: sys.exit(1)
        )
    )
    status, state, wrong = portal.ready()
    assert (status, state) == (200, "degraded")
    assert wrong == {
        "proef/look0": "LookupError",
        "proef/look1": "the register is away",
        "proef/look2": "it did not answer with a text",
        "proef/look3": "SystemExit",
    }
    assert "health check look0 of proef failed" in caplog.text


def test_a_look_that_takes_too_long_is_given_up(monitor: Any) -> None:
    limit = Standstill()
    portal = monitor(health_checks=checks(lambda context: limit.hang() or ""))
    portal.registry["portaal.health_limit"] = limit
    assert portal.ready() == (200, "degraded", {"proef/look0": "LateError"})
    limit.release()


def test_a_check_reads_with_its_own_session(monitor: Any) -> None:
    def gemeenten(context: HookContext) -> str:
        return ",".join(context.gemeenten())

    assert monitor(health_checks=checks(gemeenten)).ready()[0] == 200


def test_refused_plugins_failing_jobs_and_paused_tiles_are_named(fresh_database: Engine, tmp_path: Path) -> None:
    def fail(context: HookContext) -> None:
        raise ConnectionError

    portal = Monitor(fresh_database, tmp_path, {"kwaad": Candidate("kwaad", lambda: 1 / 0)})
    JobRunner(
        portal.engine, [OwnedJob("proef", Job("tellen", fail, timedelta(hours=1)))], portal.registry["portaal.settings"]
    ).run_due()
    with portal.engine.begin() as connection:
        for _ in range(3):
            note_miss(connection, "0363", "proef", "stand", Miss.LATE)
    status, state, wrong = portal.ready()
    assert (status, state) == (200, "degraded")
    assert wrong == {
        "kwaad/plugin": "refused in phase discover: ZeroDivisionError: division by zero",
        "portaal/jobs": "proef/tellen failed 1 times (ConnectionError)",
        "portaal/tiles": "proef/stand is paused for 1 gemeenten (late)",
    }


def test_details_are_for_the_operator_only(monitor: Any) -> None:
    portal = monitor(health_checks=checks(lambda context: "the register is away"))
    assert portal.get("/ready", ELSEWHERE).json == {"status": "degraded"}
    assert portal.get("/health", ELSEWHERE).json == {"status": "ok"}
    assert portal.get("/metrics", ELSEWHERE).status_int == 404
    assert portal.get("/metrics", "::ffff:127.0.0.1").status_int == 200
    assert portal.get("/metrics", "").status_int == 404


@pytest.mark.parametrize("text", ["0.0.0.0/0", "::/0", "10.0.0.1/8", "portaal", "10.1.0.0/33"])
def test_networks_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(UnsafeConfigurationError, match="monitor_networks"):
        read_networks(text)


def test_networks_are_read() -> None:
    assert [str(network) for network in read_networks("10.1.0.0/16 ::1/128")] == ["10.1.0.0/16", "::1/128"]


def test_requests_are_counted_by_route(monitor: Any) -> None:
    portal = monitor()
    for _ in range(3):
        portal.get("/health")
    portal.get(f"/nowhere/{BSN}")
    numbers = portal.numbers()
    assert numbers["portaal_requests_total,GET,health,200"] == 3
    assert numbers["portaal_requests_total,GET,none,404"] == 1
    assert numbers["portaal_request_seconds_count,health"] == 3
    assert numbers["portaal_sessions"] == 0
    assert numbers["portaal_active_gemeenten,iwmo"] == 3
    assert numbers["portaal_plugins,ready"] == 1
    assert numbers["portaal_worker_sign_timestamp_seconds"] > 0
    assert BSN not in portal.get("/metrics").text


@pytest.mark.parametrize(("days", "state"), [(31, "ok"), (29, "degraded"), (-1, "degraded")])
def test_certificates_of_eherkenning_are_counted_down_and_named_in_the_last_month(
    monitor: Any, monkeypatch: pytest.MonkeyPatch, days: int, state: str
) -> None:
    portal = monitor()
    ours = portal.registry["eherkenning.provider"].keys[0].certificate
    now = ours.not_valid_after_utc - timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: now)
    with Session(portal.engine) as dbsession:
        dbsession.add(WorkerSign(id=uuid.uuid4(), started_at=now, seen_at=now))
        dbsession.commit()
    left = {name: value for name, value in portal.numbers().items() if "eherkenning_certificate_seconds" in name}
    assert left[f"portaal_eherkenning_certificate_seconds,the portal,{key_name(ours)}"] == days * 24 * 3600
    assert any(",Voorbeeldmakelaar," in name for name in left)
    status, overall, wrong = portal.ready()
    assert (status, overall) == (200, state)
    assert ("certificate of the portal end" in wrong.get("portaal/eherkenning", "")) == (state == "degraded")


# portaal_metrics
def test_products_have_numbers_and_bad_ones_are_counted(monitor: Any) -> None:
    def gemeenten(context: HookContext) -> Iterator[Sample]:
        yield Sample(2, ("0363", BSN))

    def fails(context: HookContext) -> list[Sample]:
        raise LookupError

    portal = monitor(
        metrics=lambda: [
            Metric("wachtend", "Waiting", gemeenten, labels=("gemeentecode", "soort")),
            Metric("gedaan", "Done", lambda context: [Sample(9)], kind=MetricKind.COUNTER),
            Metric("veel", "Many", lambda context: [Sample(1, (str(n),)) for n in range(10_000)], labels=("n",)),
            Metric("mis", "Fails", fails),
            Metric("scheef", "Labels do not fit", lambda context: [Sample(1, ("a",))]),
            Metric("tekst", "No number", lambda context: [Sample("veel")]),
        ]
    )
    portal.numbers()
    numbers = portal.numbers()
    waiting = {name: value for name, value in numbers.items() if name.startswith("portaal_proef_wachtend")}
    assert list(waiting.values()) == [2]
    assert BSN not in next(iter(waiting))
    assert numbers["portaal_proef_gedaan_total"] == 9
    assert len([name for name in numbers if name.startswith("portaal_proef_veel")]) == 500
    for metric in ("mis", "scheef", "tekst"):
        assert not any(name.startswith(f"portaal_proef_{metric}") for name in numbers)
        assert numbers[f"portaal_metric_failures_total,{metric},proef"] >= 1


def test_processes_add_their_counts_up(tmp_path: Path) -> None:
    count = "from portaal.health.metrics import Counts; Counts().requests.labels('start', 'GET', '200').inc(3)"
    show = (
        "from portaal.health.metrics import Counts, _counted; from prometheus_client import generate_latest; "
        "print(generate_latest(_counted(Counts())).decode())"
    )
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", count], env=environment, check=True)
    shown = subprocess.run([sys.executable, "-c", show], env=environment, check=True, capture_output=True, text=True)
    assert 'portaal_requests_total{method="GET",route="start",status="200"} 6.0' in shown.stdout


def test_the_example_counts_its_notes(app: Any, active: Session) -> None:
    browser = Browser(app, extra_environ={"HTTP_HOST": "localhost", "REMOTE_ADDR": OPERATOR})
    assert 'portaal_voorbeeld_notes{gemeentecode="0363"} 1.0' in browser.get("/metrics")
    checked = {check["name"]: check["status"] for check in browser.get("/ready", status="*").json["checks"]}
    assert checked["notes"] == "ok"
