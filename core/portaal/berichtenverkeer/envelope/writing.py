"""Writing envelopes: a large payload passes through in pieces and is never held whole."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from portaal.berichtenverkeer.envelope.layout import (
    BESTANDSNAAM,
    GGK,
    LAYOUTS,
    MAX_ENVELOPE,
    PAYLOADS,
    PREFIXES,
    SOAP,
    STUF,
    TEKST_BESTAND,
    XML_BESTAND,
    Layout,
    Leaf,
)
from portaal.berichtenverkeer.envelope.model import (
    Confirmation,
    Envelope,
    EnvelopeError,
    Fault,
    Party,
    Plek,
    Reason,
    StufCode,
)
from portaal.clock import AMSTERDAM

BASE64_PIECE = 3 * 16_384  # raw bytes; a multiple of three, so that the pieces' base64 can be joined
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_SOAP_HEAD = f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body>'.encode()
_SOAP_TAIL = b"</soap:Body></soap:Envelope>"


@dataclass(frozen=True)
class SoapMessage:
    """A SOAP request or answer, ready to be sent.

    ``body`` can be passed through once; it is ``length`` bytes in all.
    """

    action: str
    length: int
    body: Iterable[bytes]

    def __bytes__(self) -> bytes:
        return b"".join(self.body)


def build(envelope: Envelope, payload: Iterable[bytes], size: int) -> SoapMessage:
    """A Di01 or Du01 around a payload.

    :param payload: the message's own bytes, in pieces of any length.
    :param size: their number.
    :raises EnvelopeError: TOO_LARGE over 25 MB with its base64; VALUE when a field breaks the specification.
    :raises ValueError: while sending, when the payload is not ``size`` bytes long.
    """
    before, after = _around_payload(envelope)
    if len(before) + _base64_length(size) + len(after) > MAX_ENVELOPE:
        raise EnvelopeError(Reason.TOO_LARGE, "bericht")
    head = _DECLARATION + _SOAP_HEAD + before
    tail = after + _SOAP_TAIL
    return SoapMessage(
        LAYOUTS[envelope.code].action,
        len(head) + _base64_length(size) + len(tail),
        _pieces(head, payload, size, tail),
    )


def payload_limit(envelope: Envelope) -> int:
    """The largest payload, in bytes, that fits in this envelope: about 18.7 MB."""
    before, after = _around_payload(envelope)
    return (MAX_ENVELOPE - len(before) - len(after)) // 4 * 3


def build_confirmation(confirmation: Confirmation) -> SoapMessage:
    """A Bv03 as SOAP answer.

    :raises EnvelopeError: VALUE when a field breaks the specification.
    """
    layout = LAYOUTS[StufCode.BV03]
    message = _write(layout, _stuurgegevens(StufCode.BV03, confirmation))
    return _soap(layout.action, message)


def fault_document(fault: Fault) -> bytes:
    """A Fo01 or Fo03 as an XML document of its own, without SOAP around it.

    :raises EnvelopeError: VALUE when a field breaks the specification.
    """
    return _DECLARATION + _fault(fault)


def build_fault(fault: Fault) -> SoapMessage:
    """A Fo01 as SOAP request, or a Fo03 as SOAP fault.

    :raises EnvelopeError: VALUE when a field breaks the specification.
    """
    message = _fault(fault)
    if fault.code is StufCode.FO03:
        blame = "Client" if fault.plek is Plek.CLIENT else "Server"
        message = (
            f"<soap:Fault><faultcode>soap:{blame}</faultcode><faultstring>{html.escape(fault.omschrijving)}"
            f"</faultstring><detail>".encode()
            + message
            + b"</detail></soap:Fault>"
        )
    return _soap(LAYOUTS[fault.code].action, message)


def _fault(fault: Fault) -> bytes:
    values = _stuurgegevens(fault.code, fault) | {
        "code": fault.foutcode,
        "plek": fault.plek.value,
        "omschrijving": fault.omschrijving,
        "details": fault.details,
    }
    return _write(LAYOUTS[fault.code], values)


def _soap(action: str, message: bytes) -> SoapMessage:
    whole = _DECLARATION + _SOAP_HEAD + message + _SOAP_TAIL
    return SoapMessage(action, len(whole), [whole])


def _stuurgegevens(code: StufCode, message: Envelope | Confirmation | Fault) -> dict[str, str | None]:
    values: dict[str, str | None] = {"berichtcode": code.value}
    for name, party in (("zender", message.zender), ("ontvanger", message.ontvanger)):
        values |= _party(name, party)
    values["referentienummer"] = message.reference_id
    values["tijdstipBericht"] = _tijdstip(message.sent_at)
    values["crossRefnummer"] = message.cross_reference_id
    return values


def _party(name: str, party: Party) -> dict[str, str | None]:
    return {
        f"{name}.organisatie": party.organisatie,
        f"{name}.applicatie": party.applicatie,
        f"{name}.administratie": party.administratie,
    }


def _tijdstip(moment: datetime) -> str:
    """StUF writes local time without a zone."""
    return moment.astimezone(AMSTERDAM).strftime("%Y%m%d%H%M%S")


def _around_payload(envelope: Envelope) -> tuple[bytes, bytes]:
    layout = LAYOUTS[envelope.code]
    values = _stuurgegevens(envelope.code, envelope) | {
        "functie": envelope.functie.berichttype,
        "applicatieVersie": f"{envelope.applicatie_versie[0]:04}",
        "applicatieSubversie": f"{envelope.applicatie_versie[1]:04}",
        "functieVersie": f"{envelope.functie.versie:04}",
        "functieSubversie": f"{envelope.functie.subversie:04}",
    }
    if envelope.code is StufCode.DI01 and envelope.cross_reference_id is not None:
        raise EnvelopeError(Reason.VALUE, "stuurgegevens/crossRefnummer")
    if envelope.bestandsnaam is not None and not BESTANDSNAAM.fullmatch(envelope.bestandsnaam):
        raise EnvelopeError(Reason.VALUE, "parameters/bericht/tekstBestand/@bestandsnaam")
    kind = XML_BESTAND if envelope.bestandsnaam is None else TEKST_BESTAND
    before, _, after = _write(layout, values | {kind: ""}, envelope.bestandsnaam).partition(b"<!---->")
    return before, after


def _write(layout: Layout, values: Mapping[str, str | None], bestandsnaam: str | None = None) -> bytes:
    """The message; where its payload comes stands an empty comment, which cannot be in an escaped value."""
    namespaces = "".join(f' xmlns:{PREFIXES[uri]}="{uri}"' for uri in (STUF, GGK) if _uses(layout, uri))
    root = _qualified(layout.root)
    parts = [f"<{root}{namespaces}>"]
    open_elements: tuple[str, ...] = ()
    for leaf in layout.leaves:
        value = values.get(leaf.name)
        if value is None:
            if leaf.required:
                raise EnvelopeError(Reason.STRUCTURE, leaf.place)
            continue
        parts += _move(open_elements, leaf.path[:-1])
        open_elements = leaf.path[:-1]
        parts.append(_element(leaf, value, bestandsnaam))
    parts += [*_move(open_elements, ()), f"</{root}>"]
    return "".join(parts).encode()


def _element(leaf: Leaf, value: str, bestandsnaam: str | None) -> str:
    name = _qualified(leaf.path[-1])
    if leaf.name in PAYLOADS:
        attribute = f' bestandsnaam="{bestandsnaam}"' if leaf.name == TEKST_BESTAND else ""
        return f"<{name}{attribute}><!----></{name}>"
    if not leaf.pattern.fullmatch(value):
        raise EnvelopeError(Reason.VALUE, leaf.place)
    return f"<{name}>{html.escape(value)}</{name}>"


def _move(here: tuple[str, ...], there: tuple[str, ...]) -> list[str]:
    """The closing and opening tags that lead from one container to another."""
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    closing = [f"</{_qualified(name)}>" for name in reversed(here[shared:])]
    return closing + [f"<{_qualified(name)}>" for name in there[shared:]]


def _qualified(name: str) -> str:
    uri, _, local = name[1:].partition("}")
    return f"{PREFIXES[uri]}:{local}"


def _uses(layout: Layout, uri: str) -> bool:
    return any(step.startswith(f"{{{uri}}}") for leaf in layout.leaves for step in leaf.path)


def _base64_length(size: int) -> int:
    return (size + 2) // 3 * 4


def _pieces(head: bytes, payload: Iterable[bytes], size: int, tail: bytes) -> Iterator[bytes]:
    yield head
    passed = 0
    rest = bytearray()
    for chunk in payload:
        passed += len(chunk)
        rest += chunk
        whole = len(rest) - len(rest) % BASE64_PIECE
        if whole:
            yield base64.b64encode(rest[:whole])
            del rest[:whole]
    if passed != size:
        raise ValueError("the payload has another size than was announced")
    yield base64.b64encode(rest)
    yield tail
