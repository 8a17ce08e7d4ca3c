"""Gemeente, Organisation, and which organisation acts for which gemeente and when."""

from __future__ import annotations

import enum
import uuid
from datetime import date

import sqlalchemy as sa
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portaal.db.base import Base
from portaal.db.types import text_enum


class Gemeente(Base):
    """A municipality: the tenant of the portal."""

    __tablename__ = "gemeente"

    gemeentecode: Mapped[str] = mapped_column(String(4), primary_key=True)
    naam: Mapped[str] = mapped_column(String(80))


class OrganisationKind(enum.StrEnum):
    GEMEENTE = "gemeente"
    SAMENWERKINGSVERBAND = "samenwerkingsverband"
    OPERATOR = "operator"


class Organisation(Base):
    """Whoever eHerkenning says a person acts for, known by KvK number."""

    __tablename__ = "organisation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kvk_nummer: Mapped[str] = mapped_column(String(8), unique=True)
    rsin: Mapped[str | None] = mapped_column(String(9), unique=True)
    naam: Mapped[str] = mapped_column(String(120))
    kind: Mapped[OrganisationKind] = mapped_column(text_enum(OrganisationKind))
    gemeenten: Mapped[list[OrganisationGemeente]] = relationship(back_populates="organisation")


class OrganisationGemeente(Base):
    """An organisation, or one branch of it, acts for a gemeente from one day up to and including another.

    ``vestigingsnummer`` is the branch, or empty for the organisation as a whole. Whoever has a mandate for the whole
    organisation acts through either; a mandate for one branch reaches only what names that branch.
    """

    __tablename__ = "organisation_gemeente"
    __table_args__ = (
        UniqueConstraint(
            "organisation_id",
            "gemeentecode",
            "vestigingsnummer",
            "valid_from",
            name="uq_organisation_gemeente_period",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    gemeentecode: Mapped[str] = mapped_column(ForeignKey("gemeente.gemeentecode"), index=True)
    vestigingsnummer: Mapped[str] = mapped_column(String(13), default="", server_default="")
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    organisation: Mapped[Organisation] = relationship(back_populates="gemeenten")
    gemeente: Mapped[Gemeente] = relationship()


def acting(day: date) -> sa.ColumnElement[bool]:
    """Whether an organisation acts for a gemeente on a day."""
    return sa.and_(
        OrganisationGemeente.valid_from <= day,
        sa.or_(OrganisationGemeente.valid_until.is_(None), OrganisationGemeente.valid_until >= day),
    )
