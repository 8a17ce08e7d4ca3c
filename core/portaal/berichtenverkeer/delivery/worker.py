"""The worker: a process beside the web servers that sends messages and cleans up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.app import make_app
from portaal.berichtenverkeer.delivery.engine import EmbeddedPoller
from portaal.berichtenverkeer.delivery.sender import Sender
from portaal.berichtenverkeer.storage import PayloadStore, sweep_orphans
from portaal.berichtenverkeer.tracking.models import Message

log = logging.getLogger(__name__)
CLEANING_INTERVAL = 6 * 3600  # seconds


def run(settings: Mapping[str, Any], stop_event: threading.Event) -> None:
    """Deliver messages and clean up until ``stop_event`` is set.

    :param settings: the portal's own ini settings.
    :raises portaal.configuration.UnsafeConfigurationError: as the portal itself would.
    """
    registry = make_app(settings).registry
    engine, store = registry["portaal.engine"], registry["portaal.payloads"]
    sender = Sender(lambda: Session(engine, expire_on_commit=False), store, registry["portaal.connectors"])
    cleaner = threading.Thread(target=_clean, args=(engine, store, stop_event), name="cleaner")
    cleaner.start()
    log.info("worker started", extra={"partners": sender.partners})
    EmbeddedPoller(sender).run(stop_event)
    cleaner.join()
    engine.dispose()
    log.info("worker stopped")


def _clean(engine: sa.Engine, store: PayloadStore, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            removed = sweep_orphans(store, lambda payload_id: _is_referenced(engine, payload_id))
            log.info("payloads without a message removed", extra={"count": removed})
        except Exception:  # tried again at the next round
            log.exception("cleaning up failed")
        stop.wait(CLEANING_INTERVAL)


def _is_referenced(engine: sa.Engine, payload_id: UUID) -> bool:
    with engine.connect() as connection:
        found = connection.scalar(sa.select(Message.id).where(Message.payload_id == payload_id))
    return found is not None
