"""StUF-GGk 0210 (2.1 patch 4): the envelope in which every message travels, inside SOAP 1.1.

The envelope says who sends what to whom; its payload is opaque to it. The payload of a retour keeps the
header of the message it answers, while its envelope goes the other way: nothing here looks into a payload.
"""

from __future__ import annotations

from portaal.berichtenverkeer.envelope.layout import MAX_ENVELOPE, MAX_SOAP
from portaal.berichtenverkeer.envelope.model import (
    GGK,
    PORTAAL,
    Confirmation,
    Envelope,
    EnvelopeError,
    Fault,
    Functie,
    Party,
    Plek,
    Reason,
    StufCode,
    new_reference,
)
from portaal.berichtenverkeer.envelope.reading import EnvelopeReader, read
from portaal.berichtenverkeer.envelope.writing import (
    SoapMessage,
    build,
    build_confirmation,
    build_fault,
    fault_document,
    payload_limit,
)

__all__ = [
    "GGK",
    "MAX_ENVELOPE",
    "MAX_SOAP",
    "PORTAAL",
    "Confirmation",
    "Envelope",
    "EnvelopeError",
    "EnvelopeReader",
    "Fault",
    "Functie",
    "Party",
    "Plek",
    "Reason",
    "SoapMessage",
    "StufCode",
    "build",
    "build_confirmation",
    "build_fault",
    "fault_document",
    "new_reference",
    "payload_limit",
    "read",
]
