"""Doing the jobs that are due, in a worker."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.jobs import OwnedJob, schedule
from portaal.jobs.models import WorkerSign
from portaal.jobs.schedule import Claim
from portaal.plugins.contract import HookContext, SettingsReader

log = logging.getLogger(__name__)

AT_ONCE = 4
SIGN_INTERVAL = timedelta(seconds=15)
FORGOTTEN_AFTER = timedelta(days=1)
FAREWELL = 20.0  # seconds that a job gets to finish when the worker stops


class JobRunner:
    """Does jobs until it is told to stop, a few at a time, and shows that this worker is alive.

    Each job has a thread of its own: one that hangs holds up neither the others nor the end of the process.

    :param store: where a product's jobs read its settings.
    :param interval: seconds between looks when there is nothing to do.
    """

    def __init__(self, engine: Engine, jobs: Sequence[OwnedJob], store: SettingsReader, interval: float = 5.0) -> None:
        self._engine = engine
        self._jobs = jobs
        self._store = store
        self._interval = interval
        self._running: list[threading.Thread] = []
        self._registered = False
        self._worker_id = uuid.uuid4()
        self._started_at = clock.now()
        self._signed_at = clock.now() - SIGN_INTERVAL

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; jobs that are going on then get a while to finish."""
        while not stop.is_set():
            try:
                self._sign()
                self._start_due()
            except Exception:  # the database may be away for a moment
                log.exception("cannot look for jobs")
            stop.wait(self._interval)
        for thread in self._running:
            thread.join(FAREWELL / len(self._running))
        self._sign_off()

    def run_due(self) -> int:
        """Do everything that is due now, one after another; how many jobs that were."""
        done = 0
        while (claim := self._claim()) is not None:
            self.do(claim)
            done += 1
        return done

    def do(self, claim: Claim) -> None:
        """Do one job. What it did is committed together with the fact that it was done."""
        owned = claim.owned
        names = {"owner": owned.owner, "job": owned.job.name}
        try:
            with Session(self._engine) as dbsession, dbsession.begin():
                owned.job.run(HookContext(dbsession, owned.owner, self._store))
                schedule.succeed(dbsession, claim)
        except (Exception, SystemExit) as error:
            log.exception("a job failed", extra=names)
            self._note_failure(claim, error)
        else:
            log.info("job done", extra=names)

    def _note_failure(self, claim: Claim, error: BaseException) -> None:
        try:
            with Session(self._engine) as dbsession, dbsession.begin():
                schedule.fail(dbsession, claim, error)
        except Exception:  # its lease ends, and then it is anyone's
            log.exception("the failure of a job could not be written down")

    def _start_due(self) -> None:
        self._running = [thread for thread in self._running if thread.is_alive()]
        while len(self._running) < AT_ONCE and (claim := self._claim()) is not None:
            thread = threading.Thread(target=self.do, args=(claim,), name=f"job-{claim.owned.owner}", daemon=True)
            thread.start()
            self._running.append(thread)

    def _claim(self) -> Claim | None:
        with Session(self._engine, expire_on_commit=False) as dbsession, dbsession.begin():
            if not self._registered:
                schedule.register(dbsession, self._jobs)
                self._registered = True
            return schedule.claim(dbsession, self._jobs)

    def _sign(self) -> None:
        now = clock.now()
        if now - self._signed_at < SIGN_INTERVAL:
            return
        with Session(self._engine) as dbsession, dbsession.begin():
            dbsession.merge(WorkerSign(id=self._worker_id, started_at=self._started_at, seen_at=now))
            dbsession.execute(sa.delete(WorkerSign).where(WorkerSign.seen_at < now - FORGOTTEN_AFTER))
        self._signed_at = now

    def _sign_off(self) -> None:
        try:
            with Session(self._engine) as dbsession, dbsession.begin():
                dbsession.execute(sa.delete(WorkerSign).where(WorkerSign.id == self._worker_id))
        except Exception:
            log.exception("the end of this worker could not be written down")
