"""Message, what happened to it, and the submissions in which people delivered files."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portaal.berichtenverkeer.tracking.states import State
from portaal.db.base import Base
from portaal.db.types import UtcDateTime, text_enum


class Direction(StrEnum):
    """Seen from the gemeente."""

    UIT = "uit"
    IN = "in"


class MessageKind(StrEnum):
    """HEEN starts an exchange, RETOUR answers it, ANTWOORD (325) answers a declaration, FOUT (Fo01) refuses."""

    HEEN = "heen"
    RETOUR = "retour"
    ANTWOORD = "antwoord"
    FOUT = "fout"


class EventKind(StrEnum):
    """What can happen to a message. The values are stored."""

    AANGEBODEN = "aangeboden"
    GECONTROLEERD = "gecontroleerd"
    INGEDIEND = "ingediend"
    POGING_MISLUKT = "poging_mislukt"
    DOORGESTUURD = "doorgestuurd"
    MISLUKT = "mislukt"
    ONTVANGEN = "ontvangen"
    RETOUR_ONTVANGEN = "retour_ontvangen"
    RETOUR_GEMAAKT = "retour_gemaakt"
    RETOUR_TE_LAAT = "retour_te_laat"
    FOUTBERICHT_ONTVANGEN = "foutbericht_ontvangen"
    GEEN_HEENBERICHT = "geen_heenbericht"
    GEDOWNLOAD = "gedownload"
    VERWERKT_GEMELD = "verwerkt_gemeld"


class Message(Base):
    """One message of one gemeente, in either direction. Its payload is in the payload store.

    ``afzender``, ``ontvanger``, ``identificatie`` and ``dagtekening`` are those of the payload's header; in a retour
    they are the heen's (IV028). ``counterparty`` is the other side on the envelope. A Fo01 has no such header.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("direction", "reference_id"),  # a reference is delivered and received once
        Index("ix_message_list", "gemeentecode", "product", "created_at"),
        Index("ix_message_pairing", "gemeentecode", "berichttype", "afzender", "identificatie"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    gemeentecode: Mapped[str] = mapped_column(ForeignKey("gemeente.gemeentecode"))
    product: Mapped[str] = mapped_column(String(40))
    direction: Mapped[Direction] = mapped_column(text_enum(Direction))
    kind: Mapped[MessageKind] = mapped_column(text_enum(MessageKind))
    berichttype: Mapped[str] = mapped_column(String(30))
    functie_versie: Mapped[int]
    functie_subversie: Mapped[int]

    reference_id: Mapped[str] = mapped_column(String(40))
    cross_reference_id: Mapped[str | None] = mapped_column(String(40), index=True)
    conversation_id: Mapped[str] = mapped_column(String(40), index=True)
    answers_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("message.id"), index=True)

    counterparty: Mapped[str] = mapped_column(String(200))
    afzender: Mapped[str] = mapped_column(String(8), default="")
    ontvanger: Mapped[str] = mapped_column(String(8), default="")
    identificatie: Mapped[str] = mapped_column(String(12), default="")
    dagtekening: Mapped[date | None]

    payload_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    file_name: Mapped[str] = mapped_column(String(255))
    own_reference: Mapped[str] = mapped_column(String(100), default="")
    administratie: Mapped[str] = mapped_column(String(50), default="")  # the sender's, on the envelope
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    omitted: Mapped[int] = mapped_column(default=0, server_default="0")  # findings beyond the most that are kept

    state: Mapped[State] = mapped_column(text_enum(State))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    # Set while an outgoing message counts as sent, so that two uploads at once cannot both be first (TR056).
    duplicate_guard: Mapped[str | None] = mapped_column(String(120), unique=True)

    events: Mapped[list[MessageEvent]] = relationship(
        back_populates="message", order_by="MessageEvent.number", cascade="all, delete-orphan"
    )
    answers: Mapped[Message | None] = relationship(remote_side=[id])


class MessageEvent(Base):
    """Something that happened to a message: who, what, when. ``code`` is a code, never a value."""

    __tablename__ = "message_event"
    __table_args__ = (Index("ix_message_event_timeline", "message_id", "number"),)

    # A number, not a UUID: events of one moment keep their order.
    number: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[EventKind] = mapped_column(text_enum(EventKind))
    code: Mapped[str] = mapped_column(String(40), default="")
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    message: Mapped[Message] = relationship(back_populates="events")


class Outcome(StrEnum):
    """What became of one file of a submission."""

    INGEDIEND = "ingediend"
    AL_INGEDIEND = "al_ingediend"
    GEWEIGERD = "geweigerd"


class Submission(Base):
    """One time that somebody delivered files; its page is the result, as long as anyone wants to look at it."""

    __tablename__ = "submission"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    gemeentecode: Mapped[str] = mapped_column(ForeignKey("gemeente.gemeentecode"), index=True)
    product: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))

    files: Mapped[list[SubmittedFile]] = relationship(order_by="SubmittedFile.position", cascade="all, delete-orphan")


class SubmittedFile(Base):
    """One file of a submission and what became of it. A refused file itself is not kept."""

    __tablename__ = "submitted_file"

    submission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(255))
    berichttype: Mapped[str] = mapped_column(String(30), default="")
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome))
    message_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("message.id"))
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    omitted: Mapped[int] = mapped_column(default=0)
