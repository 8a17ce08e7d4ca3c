"""Adding to the audit trail."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portaal import clock
from portaal.audit.models import AuditEvent, Outcome


def record(
    dbsession: Session,
    *,
    action: str,
    outcome: Outcome,
    actor: uuid.UUID | None,
    gemeentecode: str | None = None,
    product: str | None = None,
    object_kind: str = "",
    object_id: object = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add a line in the transaction of the act itself: what cannot be recorded does not happen.

    :param action: ``<noun>.<verb>``, e.g. ``role.grant``.
    :param actor: the account that acts; None for the portal itself and for the shell.
    :param object_id: what it is about; stored as text.
    :param details: JSON values. Never a name, address, code or value of a message.
    """
    dbsession.add(
        AuditEvent(
            at=clock.now(),
            actor=actor,
            gemeentecode=gemeentecode,
            product=product,
            action=action,
            object_kind=object_kind,
            object_id=str(object_id),
            outcome=outcome,
            details=dict(details or {}),
        )
    )
    dbsession.flush()
