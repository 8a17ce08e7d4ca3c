"""The agreements gate: a gemeente uses the portal once every required agreement came back signed (R-07 to R-15)."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from portaal.db.base import Base
from portaal.db.types import UtcDateTime


class AgreementType(Base):
    """A document that gemeenten sign. Which ones are required is data (R-10)."""

    __tablename__ = "agreement_type"

    slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    title_nl: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    required: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)

    def title(self, locale: str) -> str:
        return self.title_en if locale == "en" else self.title_nl


class Agreement(Base):
    """One gemeente's copy of a document; it counts once it came back signed (R-11)."""

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("gemeentecode", "type_slug"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    gemeentecode: Mapped[str] = mapped_column(ForeignKey("gemeente.gemeentecode"))
    type_slug: Mapped[str] = mapped_column(ForeignKey("agreement_type.slug"))
    sent_on: Mapped[date | None]
    signed_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    reference: Mapped[str] = mapped_column(String(100), default="")
    recorded_by: Mapped[uuid.UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


def missing_agreements(dbsession: Session, gemeentecodes: list[str], day: date) -> dict[str, list[AgreementType]]:
    """The required documents that are not signed, returned and in force, per gemeente (R-11 to R-15).

    :returns: every code asked for, with an empty list where the gate is open.
    """
    rows = dbsession.execute(
        sa.select(Agreement.gemeentecode, Agreement.type_slug).where(
            Agreement.gemeentecode.in_(gemeentecodes), in_force(day)
        )
    )
    present = {(code, slug) for code, slug in rows}
    required = required_types(dbsession)
    return {code: [kind for kind in required if (code, kind.slug) not in present] for code in gemeentecodes}


def required_types(dbsession: Session) -> list[AgreementType]:
    """The documents every gemeente must have returned, in the order to name them."""
    query = sa.select(AgreementType).where(AgreementType.required).order_by(AgreementType.position)
    return list(dbsession.scalars(query))


def in_force(day: date) -> sa.ColumnElement[bool]:
    """Whether an agreement counts on a day: signed, returned, and not ended."""
    return sa.and_(
        Agreement.signed_on <= day,
        Agreement.returned_on <= day,
        sa.or_(Agreement.ends_on.is_(None), Agreement.ends_on >= day),
    )
