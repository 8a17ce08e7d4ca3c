"""What must be remembered of logins: requests under way, and assertions that were used (rules 10 and 11)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from portaal.db.base import Base
from portaal.db.types import UtcDateTime


class PendingLogin(Base):
    """A request that was sent: bound to one browser, used once, gone after half an hour.

    ``remembered`` is what its provider needs to verify the answer. ``posted`` holds an answer that came by POST for the
    moment until the browser is back with its cookie.
    """

    __tablename__ = "pending_login"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    provider: Mapped[str] = mapped_column(String(40))
    issuer: Mapped[str] = mapped_column(String(200))
    remembered: Mapped[dict[str, str]] = mapped_column(JSON)
    browser_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    posted: Mapped[bytes | None]


class UsedAssertion(Base):
    """An assertion that led to a login; kept until it could not be used anyway."""

    __tablename__ = "used_assertion"

    issuer: Mapped[str] = mapped_column(String(200), primary_key=True)
    assertion_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
