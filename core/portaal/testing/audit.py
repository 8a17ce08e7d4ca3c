"""The audit trail as tests read it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal.audit.models import AuditEvent, Outcome
from portaal.audit.verify import one_moment, verify

AuditLines = Callable[..., list[AuditEvent]]


@pytest.fixture
def audit_lines(dbsession: Session) -> AuditLines:
    """``audit_lines("voorbeeld.write")``, ``audit_lines(outcome=Outcome.DENIED)``: the lines, oldest first."""
    return lines_in(dbsession)


def lines_in(dbsession: Session) -> AuditLines:
    """See the fixture ``audit_lines``; for a session of your own."""

    def lines(action: str | None = None, outcome: Outcome | None = None) -> list[AuditEvent]:
        dbsession.expire_all()
        query = sa.select(AuditEvent).order_by(AuditEvent.at)
        if action is not None:
            query = query.where(AuditEvent.action == action)
        if outcome is not None:
            query = query.where(AuditEvent.outcome == outcome)
        return list(dbsession.scalars(query))

    return lines


def is_intact(engine: Engine) -> bool:
    """Whether every line and the chain that ties them are as they were written."""
    with one_moment(engine) as connection:
        return verify(connection, None).intact
