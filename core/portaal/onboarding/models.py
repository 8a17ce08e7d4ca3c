"""Verification codes and the counting of attempts."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portaal.db.base import Base
from portaal.db.types import UtcDateTime, text_enum

MAX_TRIES = 5


class CodeKind(enum.StrEnum):
    """What a code makes of its holder."""

    GEBRUIKER = "gebruiker"
    GEBRUIKERSBEHEERDER = "gebruikersbeheerder"


class VerificationCode(Base):
    """A code that was handed to somebody. Here stands only a slow hash of it (R-78, ASVS 6.5.2)."""

    __tablename__ = "verification_code"
    __table_args__ = (
        Index(
            "uq_verification_code_open",
            "account_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("used_at IS NULL AND revoked_at IS NULL"),
            postgresql_where=sa.text("used_at IS NULL AND revoked_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    gemeentecode: Mapped[str] = mapped_column(ForeignKey("gemeente.gemeentecode"))
    kind: Mapped[CodeKind] = mapped_column(text_enum(CodeKind))
    code_hash: Mapped[str] = mapped_column(String(200))
    issued_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AttemptWindow(Base):
    """How often a code was tried by one account or from one network since a moment."""

    __tablename__ = "attempt_window"

    scope: Mapped[str] = mapped_column(String(80), primary_key=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    attempts: Mapped[int]


def usable(now: datetime) -> sa.ColumnElement[bool]:
    """The condition under which a code can still be entered."""
    return sa.and_(
        VerificationCode.used_at.is_(None),
        VerificationCode.revoked_at.is_(None),
        VerificationCode.expires_at > now,
        VerificationCode.tries < MAX_TRIES,
    )
