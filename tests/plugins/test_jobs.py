"""Jobs of products and of the core: one worker at a time, whole or not at all, failures shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.api import HookContext, Job
from portaal.jobs import OwnedJob, all_jobs, schedule
from portaal.jobs.models import JobState, WorkerSign
from portaal.jobs.runner import JobRunner
from portaal.organisations.models import Gemeente
from portaal.settings.store import SettingsStore
from portaal.testing.application import KEYRING

STORE = SettingsStore(KEYRING)
HOUR = timedelta(hours=1)


def owned(run: Callable[[HookContext], None], name: str = "tellen", **fields: Any) -> OwnedJob:
    return OwnedJob("proef", Job(name, run, **({"every": HOUR} | fields)))


def add_gemeente(context: HookContext) -> None:
    """The work of these jobs: something that shows whether it was committed, and how often."""
    count = context.dbsession.scalar(sa.select(sa.func.count()).select_from(Gemeente))
    context.dbsession.add(Gemeente(gemeentecode=f"9{count:03}", naam="Gemeente"))


def gemeenten(engine: Engine) -> int:
    with Session(engine) as dbsession:
        return dbsession.scalar(sa.select(sa.func.count()).select_from(Gemeente)) or 0


def state(engine: Engine, name: str = "tellen") -> JobState:
    with Session(engine) as dbsession:
        return dbsession.get_one(JobState, ("proef", name))


def test_a_job_is_done_when_it_is_due_and_then_rests(fresh_database: Engine, traveller: Any) -> None:
    runner = JobRunner(fresh_database, [owned(add_gemeente)], STORE)
    assert runner.run_due() == 1
    assert runner.run_due() == 0
    assert gemeenten(fresh_database) == 1
    traveller.shift(HOUR)
    assert runner.run_due() == 1
    assert gemeenten(fresh_database) == 2
    assert state(fresh_database).succeeded_at == clock.now()


def test_a_failure_undoes_the_work_and_is_counted(
    fresh_database: Engine, traveller: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(context: HookContext) -> None:
        add_gemeente(context)
        raise LookupError("BSN 999990019 is not in the register")

    runner = JobRunner(fresh_database, [owned(fail), owned(add_gemeente, "anders")], STORE)
    assert runner.run_due() == 2
    traveller.shift(HOUR)
    runner.run_due()
    assert gemeenten(fresh_database) == 2
    failed = state(fresh_database)
    assert (failed.failures, failed.last_error, failed.succeeded_at) == (2, "LookupError", None)
    assert "a job failed" in caplog.text
    assert state(fresh_database, "anders").failures == 0


def test_sys_exit_in_a_job_does_not_end_the_worker(fresh_database: Engine) -> None:
    def leave(context: HookContext) -> None:
        raise SystemExit(3)

    assert JobRunner(fresh_database, [owned(leave)], STORE).run_due() == 1
    assert state(fresh_database).last_error == "SystemExit"


def test_two_workers_do_not_do_the_same_job_twice(fresh_database: Engine) -> None:
    calls: list[str] = []

    def work(context: HookContext) -> None:
        calls.append(threading.current_thread().name)
        time.sleep(0.05)

    jobs = [owned(work, f"werk{number}") for number in range(6)]
    runners = [JobRunner(fresh_database, jobs, STORE) for _ in range(4)]
    threads = [threading.Thread(target=runner.run_due) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 6


def test_a_job_of_a_dead_worker_is_taken_over_after_its_lease(fresh_database: Engine, traveller: Any) -> None:
    job = owned(add_gemeente, at_most=timedelta(minutes=5))
    died, other = (JobRunner(fresh_database, [job], STORE) for _ in range(2))
    assert died._claim() is not None
    traveller.shift(timedelta(minutes=4))
    assert other.run_due() == 0
    traveller.shift(timedelta(minutes=2))
    assert other.run_due() == 1


def test_who_comes_too_late_commits_nothing(fresh_database: Engine, traveller: Any) -> None:
    job = owned(add_gemeente, at_most=timedelta(minutes=5))
    slow, quick = (JobRunner(fresh_database, [job], STORE) for _ in range(2))
    claim = slow._claim()
    assert claim is not None
    traveller.shift(timedelta(minutes=6))
    assert quick.run_due() == 1
    slow.do(claim)
    assert gemeenten(fresh_database) == 1
    assert state(fresh_database).failures == 0
    with Session(fresh_database) as dbsession, pytest.raises(schedule.LeaseLostError):
        schedule.succeed(dbsession, claim)


def test_the_job_that_waited_longest_goes_first(fresh_database: Engine, traveller: Any) -> None:
    order: list[str] = []
    often = owned(lambda context: order.append("often"), "often", every=timedelta(minutes=1))
    seldom = owned(lambda context: order.append("seldom"), "seldom", every=timedelta(minutes=10))
    runner = JobRunner(fresh_database, [often, seldom], STORE)
    runner.run_due()
    traveller.shift(timedelta(minutes=30))
    order.clear()
    runner.run_due()
    assert order == ["often", "seldom"]


def test_jobs_of_removed_plugins_are_left_alone(fresh_database: Engine) -> None:
    JobRunner(fresh_database, [owned(add_gemeente)], STORE).run_due()
    assert JobRunner(fresh_database, [], STORE).run_due() == 0


def test_a_running_worker_shows_that_it_lives_and_says_goodbye(fresh_database: Engine) -> None:
    done, stop = threading.Event(), threading.Event()
    runner = JobRunner(fresh_database, [owned(lambda context: done.set())], STORE, interval=0.05)
    thread = threading.Thread(target=runner.run, args=(stop,))
    thread.start()
    assert done.wait(60)
    assert len(signs(fresh_database)) == 1
    stop.set()
    thread.join()
    assert signs(fresh_database) == []


def test_a_job_that_hangs_holds_up_neither_the_others_nor_the_end(
    fresh_database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portaal.jobs.runner.FAREWELL", 0.2)
    release, done, stop = threading.Event(), threading.Event(), threading.Event()

    def hang(context: HookContext) -> None:
        release.wait(600)

    jobs = [owned(hang, "hangt"), owned(lambda context: done.set(), "werkt")]
    thread = threading.Thread(target=JobRunner(fresh_database, jobs, STORE, interval=0.05).run, args=(stop,))
    thread.start()
    assert done.wait(60)
    stop.set()
    thread.join()
    release.set()
    deadline = time.monotonic() + 60
    while state(fresh_database, "hangt").succeeded_at is None:  # what it did in time still counts
        assert time.monotonic() < deadline
        time.sleep(0.02)


def signs(engine: Engine) -> list[WorkerSign]:
    with Session(engine) as dbsession:
        return list(dbsession.scalars(sa.select(WorkerSign)))


# portaal_jobs
def test_the_example_removes_old_notes_of_gemeenten_where_it_is_active(
    app: Any, active: Session, traveller: Any
) -> None:
    from portaal_voorbeeld import notes
    from portaal_voorbeeld.settings import Settings

    notes.write(active, "0384", "elsewhere", None)
    store = app.registry["portaal.settings"]
    store.save(active, "0363", "voorbeeld", Settings(days=30), based_on=0, by=None)
    active.commit()
    traveller.shift(timedelta(days=31))
    (job,) = [owned.job for owned in all_jobs(app.registry) if owned.owner == "voorbeeld"]
    job.run(HookContext(active, "voorbeeld", store))
    assert notes.count_per_gemeente(active) == {"0384": 1}
