"""The job that removes what no message refers to any more."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from portaal.berichtenverkeer.storage import sweep_orphans
from portaal.berichtenverkeer.tracking.models import Message
from portaal.plugins.contract import HookContext, Job

if TYPE_CHECKING:
    from pyramid.registry import Registry

log = logging.getLogger(__name__)


def cleaning_job(registry: Registry) -> Job:
    """Every six hours, the payloads that were uploaded and never became a message."""

    def clean(context: HookContext) -> None:
        # Apart from the job's own session, which would hold SQLite's one writer for as long as this takes.
        engine = registry["portaal.engine"]
        removed = sweep_orphans(registry["portaal.payloads"], lambda payload_id: _is_referenced(engine, payload_id))
        log.info("payloads without a message removed", extra={"count": removed})

    return Job("payloads", clean, every=timedelta(hours=6), at_most=timedelta(hours=1))


def _is_referenced(engine: Engine, payload_id: UUID) -> bool:
    with engine.connect() as connection:
        found = connection.scalar(sa.select(Message.id).where(Message.payload_id == payload_id))
    return found is not None
