"""The tables of the audit trail: the lines, whom they are about, and the chain. Rows are added, never changed."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portaal.db.base import Base
from portaal.db.types import UtcDateTime, text_enum

HASH_LENGTH = 64


class Outcome(enum.StrEnum):
    """Whether what was tried also happened."""

    DONE = "done"
    DENIED = "denied"


class AuditEvent(Base):
    """A line: what somebody did or tried. It names things by id, so it stays true when names change.

    There are no foreign keys to what it is about: a line outlives it. The NEN 7513 name of each column stands in
    docs/audit.md.
    """

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_gemeentecode_at", "gemeentecode", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome))
    gemeentecode: Mapped[str | None] = mapped_column(String(4))
    product: Mapped[str | None] = mapped_column(String(40))
    object_kind: Mapped[str] = mapped_column(String(40), default="")
    object_id: Mapped[str] = mapped_column(String(80), default="", index=True)
    purpose: Mapped[str] = mapped_column(String(80), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    actor: Mapped[uuid.UUID | None] = mapped_column(index=True)
    organisation: Mapped[uuid.UUID | None]
    roles: Mapped[str] = mapped_column(String(200), default="")
    level: Mapped[str] = mapped_column(String(20), default="")
    session: Mapped[str] = mapped_column(String(64), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    request_id: Mapped[str] = mapped_column(String(32), default="")

    subjects: Mapped[list[AuditSubject]] = relationship()


class AuditSubject(Base):
    """A citizen whom a line is about, as a keyed hash of the BSN. The BSN itself is nowhere in the trail."""

    __tablename__ = "audit_subject"

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(HASH_LENGTH), primary_key=True, index=True)
    key_id: Mapped[str] = mapped_column(String(40))


class AuditLink(Base):
    """A link of the chain: the place of a line, and a hash over the line and the link before it."""

    __tablename__ = "audit_link"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("audit_event.id"), unique=True)
    previous: Mapped[str] = mapped_column(String(HASH_LENGTH))
    hash: Mapped[str] = mapped_column(String(HASH_LENGTH))


def _refuse_to_change(mapper: Any, connection: Any, target: Base) -> None:
    raise RuntimeError("the audit trail is only added to")


for _table in (AuditEvent, AuditSubject, AuditLink):
    event.listen(_table, "before_update", _refuse_to_change)
    event.listen(_table, "before_delete", _refuse_to_change)
