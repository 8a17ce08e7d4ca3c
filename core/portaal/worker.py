"""The worker: a process beside the web servers that sends messages and does the jobs."""

from __future__ import annotations

import logging
import threading

from pyramid.registry import Registry
from sqlalchemy.orm import Session

from portaal.berichtenverkeer.delivery.engine import EmbeddedPoller
from portaal.berichtenverkeer.delivery.plugged import all_connectors
from portaal.berichtenverkeer.delivery.sender import Sender
from portaal.jobs import all_jobs
from portaal.jobs.runner import JobRunner

log = logging.getLogger(__name__)


def run(registry: Registry, stop_event: threading.Event) -> None:
    """Deliver messages and do the jobs of the core and the products until ``stop_event`` is set.

    :param registry: that of an application of the worker's own; its connections are closed at the end.
    """
    engine, store = registry["portaal.engine"], registry["portaal.payloads"]
    sender = Sender(lambda: Session(engine, expire_on_commit=False), store, all_connectors(registry))
    jobs = JobRunner(engine, all_jobs(registry), registry["portaal.settings"])
    helper = threading.Thread(target=jobs.run, args=(stop_event,), name="jobs")
    helper.start()
    log.info("worker started", extra={"partners": sender.partners})
    EmbeddedPoller(sender).run(stop_event)
    helper.join()
    engine.dispose()
    log.info("worker stopped")
