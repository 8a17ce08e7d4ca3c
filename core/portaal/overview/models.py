"""Tiles that failed, per gemeente."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portaal.db.base import Base
from portaal.db.types import UtcDateTime, text_enum


class Miss(enum.StrEnum):
    """What was wrong with a tile."""

    LATE = "late"
    FAILED = "failed"
    TOO_LARGE = "too_large"


class TileTrouble(Base):
    """A tile that was missed, so many times in a row; the row goes when the tile is there again."""

    __tablename__ = "tile_trouble"

    gemeentecode: Mapped[str] = mapped_column(ForeignKey("gemeente.gemeentecode"), primary_key=True)
    product: Mapped[str] = mapped_column(String(40), primary_key=True)
    tile: Mapped[str] = mapped_column(String(40), primary_key=True)
    misses: Mapped[int]
    reason: Mapped[Miss] = mapped_column(text_enum(Miss))
    missed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
