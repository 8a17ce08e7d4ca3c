"""The versions of a product's settings for a gemeente, and the change that is being prepared."""

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
    """The settings as they were saved once; the highest number is what holds. Rows are added and never changed.

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
    activated_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    author: Mapped[Account | None] = relationship(foreign_keys=[saved_by])
    activator: Mapped[Account | None] = relationship(foreign_keys=[activated_by])


class SettingsDraft(Base):
    """A change that does not hold yet: it waits for its connection test or for a second person (B-12).

    A gemeente has one per product. ``changed`` names the settings that it is about; ``based_on`` is the version it
    started from. The test's outcome holds for the version it was tried with, ``tested_with``.
    """

    __tablename__ = "settings_draft"
    __table_args__ = (UniqueConstraint("gemeentecode", "product"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    gemeentecode: Mapped[str] = mapped_column(ForeignKey("gemeente.gemeentecode"))
    product: Mapped[str] = mapped_column(String(40))
    based_on: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    secrets: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON)
    changed: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(500))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    tested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tested_with: Mapped[int | None]
    test_succeeded: Mapped[bool | None]
    test_text: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    author: Mapped[Account] = relationship()
