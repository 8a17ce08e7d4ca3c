"""Until when a return message may take: three working days, and who sent the message watches it (OP090, OP090x2)."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.berichtenverkeer.tracking.models import EventKind, Message, MessageEvent
from portaal.berichtenverkeer.tracking.states import State
from portaal.berichtenverkeer.tracking.timeline import advance, locked, record
from portaal.plugins.contract import HookContext, Job
from portaal.workdays import workdays_after

log = logging.getLogger(__name__)

WORKDAYS = 3
MOST_AT_ONCE = 500  # the rest next time: a job holds its transaction


def last_day(received: datetime) -> date:
    """The last day on which an answer to what came in then is in time, in Amsterdam."""
    return workdays_after(received.astimezone(clock.AMSTERDAM).date(), WORKDAYS)


def overdue_job() -> Job:
    """Every hour, the messages whose return message did not come in time."""
    return Job("retouren", _mark, every=timedelta(hours=1))


def _mark(context: HookContext) -> None:
    count = mark_overdue(context.dbsession)
    log.info("return messages overdue", extra={"count": count})


def mark_overdue(dbsession: Session) -> int:
    """Bring the messages whose answer is late to that state; how many that were."""
    now = clock.now()
    waiting = dbsession.execute(
        sa.select(Message.id, sa.func.max(MessageEvent.at))
        .join(MessageEvent)
        .where(
            Message.state == State.WACHT_OP_RETOUR,
            Message.created_at < now - timedelta(days=WORKDAYS),
            MessageEvent.kind == EventKind.DOORGESTUURD,
        )
        .group_by(Message.id, Message.created_at)
        .order_by(Message.created_at)
    )
    today = now.astimezone(clock.AMSTERDAM).date()
    late = [message_id for message_id, sent in waiting if last_day(sent) < today][:MOST_AT_ONCE]
    count = 0
    for message_id in sorted(late):
        message = locked(dbsession, message_id)
        # Its answer may have come since.
        if message.state is State.WACHT_OP_RETOUR and advance(message, State.RETOUR_TE_LAAT):
            record(message, EventKind.RETOUR_TE_LAAT)
            count += 1
    return count
