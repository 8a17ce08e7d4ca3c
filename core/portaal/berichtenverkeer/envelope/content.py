"""The message inside the SOAP body: checks its elements one by one against the layout, keeps their values."""

from __future__ import annotations

import binascii
from collections.abc import Callable, Mapping
from datetime import datetime

from portaal.berichtenverkeer.envelope.layout import (
    BESTANDSNAAM,
    DETAILS_XML,
    PAYLOADS,
    TEKST_BESTAND,
    XSI,
    Layout,
    Leaf,
)
from portaal.berichtenverkeer.envelope.model import (
    Confirmation,
    Envelope,
    EnvelopeError,
    Fault,
    Functie,
    Party,
    Plek,
    Reason,
    StufCode,
)
from portaal.clock import AMSTERDAM

Message = Envelope | Confirmation | Fault
Sink = Callable[[bytes], object]

_MAX_VALUE = 4_096
_WHITE_SPACE = dict.fromkeys(map(ord, " \t\r\n"))


class Content:
    """One message while it is read. Every method raises EnvelopeError at what breaks the specification."""

    def __init__(self, layout: Layout, attributes: Mapping[str, str], payload: Sink) -> None:
        self._layout = layout
        self._payload = payload
        self._path: tuple[str, ...] = ()
        self._seen: set[tuple[str, ...]] = set()
        self._position = -1  # in the layout: only elements further on may follow
        self._leaf: Leaf | None = None
        self._text = ""
        self._base64: _Base64 | None = None
        self._nested = 0  # elements open inside detailsXML, which is anything and not ours to judge
        self._values: dict[str, str] = {}
        _check_attributes(attributes, "")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._leaf is not None:
            if self._leaf.name != DETAILS_XML:
                raise EnvelopeError(Reason.STRUCTURE, self._leaf.place)
            self._nested += 1
            return
        self._path = (*self._path, tag)
        if self._path in self._seen:  # nothing occurs twice
            raise EnvelopeError(Reason.STRUCTURE, self._parent())
        self._seen.add(self._path)
        position, leaf = self._find()
        if leaf.path == self._path:
            self._position, self._leaf, self._text = position, leaf, ""
            self._start_leaf(leaf, attributes)
        else:
            _check_attributes(attributes, self._parent())

    def end(self) -> None:
        if self._nested:
            self._nested -= 1
            return
        if self._leaf is not None:
            self._end_leaf(self._leaf)
            self._leaf = None
        self._path = self._path[:-1]

    def text(self, text: str) -> None:
        if self._base64 is not None:
            self._base64.feed(text)
        elif self._leaf is not None:
            if self._leaf.name == DETAILS_XML:
                return
            self._text += text
            if len(self._text) > _MAX_VALUE:
                raise EnvelopeError(Reason.VALUE, self._leaf.place)
        elif text.strip(" \t\r\n"):
            raise EnvelopeError(Reason.STRUCTURE, self._parent())

    def comment(self) -> None:
        """A comment cannot split a value: two readers would see two values."""
        if self._leaf is not None and self._leaf.name != DETAILS_XML:
            raise EnvelopeError(Reason.STRUCTURE, self._leaf.place)

    def message(self) -> Message:
        """The message, when all of it was read."""
        for leaf in self._layout.leaves:
            if leaf.required and leaf.name not in self._values:
                raise EnvelopeError(Reason.STRUCTURE, leaf.place)
        code = self._layout.code
        if code in {StufCode.DI01, StufCode.DU01}:
            if len(PAYLOADS & set(self._values)) != 1:
                raise EnvelopeError(Reason.STRUCTURE, "parameters/bericht")
            return _envelope(code, self._values)
        if code is StufCode.BV03:
            return Confirmation(*_answer_parts(self._values))
        return Fault(
            code,
            *_answer_parts(self._values),
            self._values["code"],
            Plek(self._values["plek"]),
            self._values["omschrijving"],
            self._values.get("details"),
        )

    def _find(self) -> tuple[int, Leaf]:
        """The next leaf that is this element or lies within it."""
        for position in range(self._position + 1, len(self._layout.leaves)):
            leaf = self._layout.leaves[position]
            if leaf.path[: len(self._path)] == self._path:
                return position, leaf
        raise EnvelopeError(Reason.STRUCTURE, self._parent())

    def _start_leaf(self, leaf: Leaf, attributes: Mapping[str, str]) -> None:
        if leaf.name == TEKST_BESTAND:
            bestandsnaam = attributes.get("bestandsnaam", "")
            if not BESTANDSNAAM.fullmatch(bestandsnaam):
                raise EnvelopeError(Reason.VALUE, f"{leaf.place}/@bestandsnaam")
            self._values["bestandsnaam"] = bestandsnaam
            attributes = {name: value for name, value in attributes.items() if name != "bestandsnaam"}
        _check_attributes(attributes, leaf.place)
        if leaf.name in PAYLOADS:
            self._base64 = _Base64(self._payload, leaf.place)

    def _end_leaf(self, leaf: Leaf) -> None:
        if self._base64 is not None:
            self._base64.close()
            self._base64 = None
        elif leaf.name != DETAILS_XML and not leaf.pattern.fullmatch(self._text):
            raise EnvelopeError(Reason.VALUE, leaf.place)
        self._values[leaf.name] = self._text

    def _parent(self) -> str:
        """The place of a fault: the containers we know, not the name that came in."""
        return "/".join(step.rpartition("}")[2] for step in self._path[:-1])


class _Base64:
    """Decodes base64 as it comes in, with white space allowed and nothing else forgiven."""

    _PIECE = 65_536  # characters; a multiple of four

    def __init__(self, sink: Sink, place: str) -> None:
        self._sink = sink
        self._place = place
        self._rest = ""
        self._padded = False

    def feed(self, text: str) -> None:
        self._rest += text.translate(_WHITE_SPACE)
        if len(self._rest) >= self._PIECE:
            whole = len(self._rest) - len(self._rest) % 4
            self._decode(self._rest[:whole])
            self._rest = self._rest[whole:]

    def close(self) -> None:
        self._decode(self._rest)

    def _decode(self, text: str) -> None:
        if not text:
            return
        if self._padded:
            raise EnvelopeError(Reason.BASE64, self._place)
        try:
            piece = binascii.a2b_base64(text, strict_mode=True)
        except ValueError:
            raise EnvelopeError(Reason.BASE64, self._place) from None
        self._padded = text.endswith("=")
        self._sink(piece)


def _check_attributes(attributes: Mapping[str, str], place: str) -> None:
    """The specification has none but bestandsnaam; those of XML Schema itself are hints, and ignored."""
    if any(not name.startswith(f"{{{XSI}}}") for name in attributes):
        raise EnvelopeError(Reason.STRUCTURE, place)


def _answer_parts(values: Mapping[str, str]) -> tuple[Party, Party, str, str, datetime]:
    return (
        _party(values, "zender"),
        _party(values, "ontvanger"),
        values["referentienummer"],
        values["crossRefnummer"],
        _moment(values["tijdstipBericht"]),
    )


def _envelope(code: StufCode, values: Mapping[str, str]) -> Envelope:
    return Envelope(
        code=code,
        zender=_party(values, "zender"),
        ontvanger=_party(values, "ontvanger"),
        reference_id=values["referentienummer"],
        sent_at=_moment(values["tijdstipBericht"]),
        functie=Functie(values["functie"], int(values["functieVersie"]), int(values["functieSubversie"])),
        cross_reference_id=values.get("crossRefnummer"),
        applicatie_versie=(int(values["applicatieVersie"]), int(values["applicatieSubversie"])),
        bestandsnaam=values.get("bestandsnaam"),
    )


def _party(values: Mapping[str, str], name: str) -> Party:
    return Party(
        organisatie=values.get(f"{name}.organisatie", ""),
        applicatie=values[f"{name}.applicatie"],
        administratie=values.get(f"{name}.administratie"),
    )


def _moment(tijdstip: str) -> datetime:
    """yyyyMMdd, with HHmmss and thousandths if given, in local time.

    :raises EnvelopeError: there is no such date or time.
    """
    try:
        moment = datetime.strptime(tijdstip[:14].ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=AMSTERDAM)
    except ValueError:
        raise EnvelopeError(Reason.VALUE, "stuurgegevens/tijdstipBericht") from None
    return moment
