"""Which product is active for which gemeente."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from portaal.db.base import Base
from portaal.db.types import UtcDateTime


class Activation(Base):
    """A product was switched on for a gemeente, and perhaps off again. The current one has no end."""

    __tablename__ = "activation"
    __table_args__ = (
        Index(
            "uq_activation_current",
            "gemeentecode",
            "product",
            unique=True,
            sqlite_where=sa.text("deactivated_at IS NULL"),
            postgresql_where=sa.text("deactivated_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    gemeentecode: Mapped[str] = mapped_column(ForeignKey("gemeente.gemeentecode"))
    product: Mapped[str] = mapped_column(String(40))
    activated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    activated_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    deactivated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deactivated_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))


def active_gemeenten(product: str) -> sa.Select[str]:
    """The codes of the gemeenten for which a product is active now."""
    return (
        sa.select(Activation.gemeentecode)
        .where(Activation.product == product, Activation.deactivated_at.is_(None))
        .order_by(Activation.gemeentecode)
    )


def active_products(dbsession: Session, gemeentecode: str) -> frozenset[str]:
    """The products that are switched on for a gemeente."""
    query = sa.select(Activation.product).where(
        Activation.gemeentecode == gemeentecode, Activation.deactivated_at.is_(None)
    )
    return frozenset(dbsession.scalars(query))
