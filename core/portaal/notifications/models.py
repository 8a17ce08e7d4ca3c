"""A notice to one person, and the mail that points to it."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portaal.db.base import Base
from portaal.db.types import UtcDateTime, text_enum


class NotificationKind(enum.StrEnum):
    """What a notice is about."""

    NIEUWE_AANMELDING = "nieuwe_aanmelding"
    WACHT_OP_GEBRUIKERSBEHEERDER = "wacht_op_gebruikersbeheerder"
    ROL_TOEGEKEND = "rol_toegekend"
    ROL_INGETROKKEN = "rol_ingetrokken"
    GEBRUIKERSBEHEERDER_BENOEMD = "gebruikersbeheerder_benoemd"
    TOEGANG_BEEINDIGD = "toegang_beeindigd"
    INSTELLINGEN_WACHTEN = "instellingen_wachten"
    CERTIFICAAT_VERLOOPT = "certificaat_verloopt"
    HERKOPPELING_WACHT = "herkoppeling_wacht"
    ANDERE_INLOG = "andere_inlog"
    ANDERE_INLOG_VAN_GEBRUIKER = "andere_inlog_van_gebruiker"


class Notification(Base):
    """A notice. Its parameters are ids; the names that belong to them are looked up when it is shown.

    ``mail_due_at`` makes the row its own outbox: a mail is due from then on, until it was sent or given up.
    """

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_account_id_created_at", "account_id", "created_at"),
        Index(
            "ix_notification_mail_due_at",
            "mail_due_at",
            sqlite_where=sa.text("mail_due_at IS NOT NULL"),
            postgresql_where=sa.text("mail_due_at IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[NotificationKind] = mapped_column(text_enum(NotificationKind))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail_attempts: Mapped[int] = mapped_column(default=0)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
