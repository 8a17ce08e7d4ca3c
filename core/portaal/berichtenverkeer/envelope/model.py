"""What an envelope says, apart from how it is written."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

GGK = "GGk"  # the specification's fixed name of the receiving application
PORTAAL = "Portaal Zorg"


class StufCode(StrEnum):
    """The StUF messages of this interface."""

    DI01 = "Di01"  # a heenbericht, and the declaratie-antwoord (325)
    DU01 = "Du01"  # a retourbericht
    FO01 = "Fo01"  # a functional fault, sent later
    BV03 = "Bv03"  # receipt, answered at once
    FO03 = "Fo03"  # a fault, answered at once


class Plek(StrEnum):
    """Whose fault a fault is, in StUF's words."""

    CLIENT = "client"
    SERVER = "server"


class Reason(StrEnum):
    """Why an envelope cannot be read or written."""

    TOO_LARGE = "too_large"
    NOT_XML = "not_xml"
    DOCTYPE = "doctype"
    PROCESSING_INSTRUCTION = "processing_instruction"
    NOT_SOAP = "not_soap"
    MUST_UNDERSTAND = "must_understand"
    UNKNOWN_MESSAGE = "unknown_message"
    STRUCTURE = "structure"
    VALUE = "value"
    BASE64 = "base64"


class EnvelopeError(Exception):
    """An envelope is refused.

    ``place`` names an element of the specification, never what came in: the text may be logged and sent.
    """

    def __init__(self, reason: Reason, place: str = "") -> None:
        super().__init__(f"{reason.value} at {place}" if place else reason.value)
        self.reason = reason
        self.place = place


@dataclass(frozen=True, slots=True)
class Party:
    """A sender or receiver: a gemeentecode, an AGB code, or a name such as VECOZO."""

    organisatie: str
    applicatie: str = GGK
    administratie: str | None = None


@dataclass(frozen=True, slots=True)
class Functie:
    """A message type with its release: ``Functie("WMO301", 3, 2)``."""

    berichttype: str
    versie: int
    subversie: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """The control data of a Di01 or Du01.

    :param cross_reference_id: on a Du01, the reference of the Di01 it answers; never on a Di01.
    :param bestandsnaam: only when the payload is not XML (``tekstBestand``).
    """

    code: StufCode
    zender: Party
    ontvanger: Party
    reference_id: str
    sent_at: datetime
    functie: Functie
    cross_reference_id: str | None = None
    applicatie_versie: tuple[int, int] = (1, 0)
    bestandsnaam: str | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A Bv03: the other side has the message with ``cross_reference_id``."""

    zender: Party
    ontvanger: Party
    reference_id: str
    cross_reference_id: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """A Fo01 or Fo03 on the message with ``cross_reference_id``. ``omschrijving`` is theirs: never log it."""

    code: StufCode
    zender: Party
    ontvanger: Party
    reference_id: str
    cross_reference_id: str
    sent_at: datetime
    foutcode: str
    plek: Plek
    omschrijving: str
    details: str | None = None


def new_reference() -> str:
    """A referentienummer: UUID version 4 in lower case."""
    return str(uuid.uuid4())
