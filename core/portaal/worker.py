"""The worker: a process beside the web servers that sends messages and does the jobs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portaal.app import make_app
from portaal.berichtenverkeer.delivery.engine import EmbeddedPoller
from portaal.berichtenverkeer.delivery.plugged import all_connectors
from portaal.berichtenverkeer.delivery.sender import Sender
from portaal.jobs import all_jobs
from portaal.jobs.runner import JobRunner

log = logging.getLogger(__name__)


def run(settings: Mapping[str, Any], stop_event: threading.Event) -> None:
    """Deliver messages and do the jobs of the core and the products until ``stop_event`` is set.

    :param settings: the portal's own ini settings.
    :raises portaal.configuration.UnsafeConfigurationError: as the portal itself would.
    """
    registry = make_app(settings).registry
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
