"""The tables of the product. A BSN stands in none of them but sealed, and then for as long as a list is open."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from portaal.api import UtcDateTime, plugin_metadata, text_enum
from portaal_wlz_registertoets.outcome import Reason, WlzOutcome


class Base(DeclarativeBase):
    """Base of the product's own models."""

    metadata = plugin_metadata()


class Flag(enum.StrEnum):
    """Whose BSN it was, as far as is known."""

    EIGEN = "eigen"
    COLLEGA = "collega"


class Raadpleging(Base):
    """A consultation: who asked, about whom (a keyed hash), why, and what came of it.

    Without ``outcome`` it was asked and the portal never got to writing down the answer; nobody saw one.

    :ivar decision_shown: the asker saw the decision and its dates too.
    """

    __tablename__ = "wlz_registertoets_raadpleging"
    __table_args__ = (
        Index("ix_wlz_registertoets_raadpleging_gemeentecode_asked_at", "gemeentecode", "asked_at"),
        Index("ix_wlz_registertoets_raadpleging_account_id_asked_at", "account_id", "asked_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    gemeentecode: Mapped[str] = mapped_column(String(4))
    account_id: Mapped[uuid.UUID]
    list_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("wlz_registertoets_lijst.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    peildatum: Mapped[date]
    ground: Mapped[str] = mapped_column(String(40))
    aanleiding: Mapped[str] = mapped_column(String(200))
    zaakkenmerk: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    key_id: Mapped[str] = mapped_column(String(40))
    masked: Mapped[str] = mapped_column(String(9))
    flag: Mapped[Flag | None] = mapped_column(text_enum(Flag))
    outcome: Mapped[WlzOutcome | None] = mapped_column(text_enum(WlzOutcome))
    reason: Mapped[Reason | None] = mapped_column(text_enum(Reason))
    register_date: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_shown: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class Lijst(Base):
    """Several BSNs asked for one reason. Its lines are erased when it is closed or its time is over."""

    __tablename__ = "wlz_registertoets_lijst"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    gemeentecode: Mapped[str] = mapped_column(String(4))
    account_id: Mapped[uuid.UUID] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    peildatum: Mapped[date]
    ground: Mapped[str] = mapped_column(String(40))
    aanleiding: Mapped[str] = mapped_column(String(200))
    zaakkenmerk: Mapped[str] = mapped_column(String(60))
    length: Mapped[int]


class LijstRegel(Base):
    """A line of an open list: what was typed, sealed, and what came of it.

    :ivar attempt: counts up when it is asked again.
    :ivar raadpleging_id: None as long as it was not asked, and for what is no BSN.
    """

    __tablename__ = "wlz_registertoets_lijst_regel"

    list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("wlz_registertoets_lijst.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[str] = mapped_column(String(200))
    valid: Mapped[bool]
    attempt: Mapped[int] = mapped_column(default=1)
    raadpleging_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("wlz_registertoets_raadpleging.id"))


class Teller(Base):
    """How much somebody asked in one minute or on one day."""

    __tablename__ = "wlz_registertoets_teller"

    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    gemeentecode: Mapped[str] = mapped_column(String(4), primary_key=True)
    period: Mapped[str] = mapped_column(String(20), primary_key=True)
    used: Mapped[int] = mapped_column(default=0)


class Medewerker(Base):
    """The BSN of somebody who works with the portal, as a keyed hash, so that asking about them is noticed."""

    __tablename__ = "wlz_registertoets_medewerker"
    __table_args__ = (UniqueConstraint("gemeentecode", "account_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    gemeentecode: Mapped[str] = mapped_column(String(4))
    account_id: Mapped[uuid.UUID]
    digest: Mapped[str] = mapped_column(String(64), index=True)
    key_id: Mapped[str] = mapped_column(String(40))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[uuid.UUID]


class Aanlevering(Base):
    """A dat-file: the residents with a (requested) Wmo provision, as the gemeente delivered them (Wlz-signalen).

    :ivar replaced_at: None for the one that is compared every day; a replaced one has no residents any more.
    """

    __tablename__ = "wlz_registertoets_aanlevering"
    __table_args__ = (
        Index(
            "uq_wlz_registertoets_aanlevering_current", "gemeentecode", unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"), postgresql_where=sa.text("replaced_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    gemeentecode: Mapped[str] = mapped_column(String(4))
    delivered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivered_by: Mapped[uuid.UUID]
    count: Mapped[int]
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Inwoner(Base):
    """A resident of the current dat-file."""

    __tablename__ = "wlz_registertoets_inwoner"

    aanlevering_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("wlz_registertoets_aanlevering.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[str] = mapped_column(String(200))


class Vergelijking(Base):
    """A comparison of the dat-file with the register.

    :ivar reason: why it failed; None when everybody was compared.
    """

    __tablename__ = "wlz_registertoets_vergelijking"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    aanlevering_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("wlz_registertoets_aanlevering.id"), index=True)
    day: Mapped[date]
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
    register_date: Mapped[datetime | None] = mapped_column(UtcDateTime)
    compared: Mapped[int]
    found: Mapped[int]
    reason: Mapped[Reason | None] = mapped_column(text_enum(Reason))


class Signaal(Base):
    """A resident with a Wmo provision turned out to have a Wlz indication.

    :ivar sealed: the BSN, until some time after it was dealt with, or ended without.
    :ivar ended_at: the register no longer says so, or the gemeente no longer delivers the resident.
    """

    __tablename__ = "wlz_registertoets_signaal"
    __table_args__ = (Index("ix_wlz_registertoets_signaal_gemeentecode_digest", "gemeentecode", "digest"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    gemeentecode: Mapped[str] = mapped_column(String(4))
    digest: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(40))
    masked: Mapped[str] = mapped_column(String(9))
    sealed: Mapped[str] = mapped_column(String(200))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    register_date: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dealt_with_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dealt_with_by: Mapped[uuid.UUID | None]
