"""The one table."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from portaal.api import UtcDateTime, plugin_metadata


class Base(DeclarativeBase):
    metadata = plugin_metadata()


class Note(Base):
    """A note of a gemeente. Who wrote it is forgotten when that person's data is erased."""

    __tablename__ = "voorbeeld_note"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    gemeentecode: Mapped[str] = mapped_column(sa.String(4), index=True)
    text: Mapped[str] = mapped_column(sa.String(200))
    pinned: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    written_by: Mapped[uuid.UUID | None]
