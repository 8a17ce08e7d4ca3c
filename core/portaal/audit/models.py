"""One line of the audit trail. Lines are added, never changed or removed."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column

from portaal.db.base import Base
from portaal.db.types import UtcDateTime, text_enum


class Outcome(enum.StrEnum):
    """Whether what was tried also happened."""

    DONE = "done"
    DENIED = "denied"


class AuditEvent(Base):
    """What somebody did or tried. It names things by id: it stays meaningful, and true, when names change.

    There are no foreign keys: a line outlives what it is about.
    """

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_gemeentecode_at", "gemeentecode", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[uuid.UUID | None] = mapped_column(index=True)
    gemeentecode: Mapped[str | None] = mapped_column(String(4))
    product: Mapped[str | None] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(80))
    object_kind: Mapped[str] = mapped_column(String(40), default="")
    object_id: Mapped[str] = mapped_column(String(80), default="")
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


@event.listens_for(AuditEvent, "before_update")
@event.listens_for(AuditEvent, "before_delete")
def _refuse_to_change(mapper: Any, connection: Any, target: AuditEvent) -> None:
    raise RuntimeError("the audit trail is only added to")
