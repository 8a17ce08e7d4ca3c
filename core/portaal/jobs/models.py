"""When each job is due and how it went, and which workers are alive."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portaal.db.base import Base
from portaal.db.types import UtcDateTime


class JobState(Base):
    """A job of the core (``portaal``) or of a product.

    A worker that takes it holds it until ``lease_until``; after that, it is anyone's again. ``failures`` counts those
    in a row, ``last_error`` is the kind of error and never its text, which may hold values.
    """

    __tablename__ = "job_state"

    owner: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease: Mapped[uuid.UUID | None]
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    succeeded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(80), default="")


class WorkerSign(Base):
    """A sign of life of a worker process."""

    __tablename__ = "worker_sign"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
