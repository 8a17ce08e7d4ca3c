"""The outbox, and how each partner is doing."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portaal.db.base import Base
from portaal.db.types import UtcDateTime, text_enum


class OutboxState(StrEnum):
    WACHT = "wacht"
    BEZORGD = "bezorgd"
    OPGEGEVEN = "opgegeven"


class OutboxEntry(Base):
    """A message on its way to a partner.

    A worker that takes it holds it until ``lease_until``; after that, it is anyone's again. ``attempts`` counts when
    taken, not when finished, so that a message that kills its worker is not tried for ever.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "state", "partner", "next_at"),)

    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"), primary_key=True)
    partner: Mapped[str] = mapped_column(String(40))
    state: Mapped[OutboxState] = mapped_column(text_enum(OutboxState), default=OutboxState.WACHT)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease: Mapped[uuid.UUID | None]
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_code: Mapped[str] = mapped_column(String(40), default="")


class PartnerState(Base):
    """The circuit breaker of a partner: after some failures in a row it is left alone until ``closed_until``."""

    __tablename__ = "partner_state"

    partner: Mapped[str] = mapped_column(String(40), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    closed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_code: Mapped[str] = mapped_column(String(40), default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
