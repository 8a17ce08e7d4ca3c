"""The versions of a product's settings for a gemeente. Rows are added and never changed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portaal.access.models import Account
from portaal.db.base import Base
from portaal.db.types import UtcDateTime


class SettingsVersion(Base):
    """The settings as they were saved once; the highest number is what holds.

    Two people who save at the same moment want the same number: the second one is refused by the constraint.
    ``content`` is the model as JSON without its secrets; ``secrets`` holds those, sealed, by the name of the setting.
    The only later change is that the secrets are sealed again under a new key.
    """

    __tablename__ = "settings_version"
    __table_args__ = (UniqueConstraint("gemeentecode", "product", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    gemeentecode: Mapped[str] = mapped_column(ForeignKey("gemeente.gemeentecode"))
    product: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    secrets: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON)
    changed: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(500), default="")
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    author: Mapped[Account | None] = relationship()
