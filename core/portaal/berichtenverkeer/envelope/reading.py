"""Reading envelopes as their bytes come in. The payload is decoded and handed on in pieces.

The input is hostile until proven otherwise: no DOCTYPE (so no entities), no processing instructions (SOAP
1.1, section 3), UTF-8 only, exactly the elements of the specification in their order, no value in any error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree

from portaal.berichtenverkeer.envelope.content import Content, Message, Sink
from portaal.berichtenverkeer.envelope.layout import BY_ROOT, MAX_SOAP, SOAP
from portaal.berichtenverkeer.envelope.model import EnvelopeError, Fault, Party, Plek, Reason, StufCode
from portaal.berichtenverkeer.safexml import target_parser
from portaal.clock import now

_MAX_DEPTH = 48
_UTF16_OR_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")
_ENVELOPE, _HEADER, _BODY, _FAULT = (f"{{{SOAP}}}{name}" for name in ("Envelope", "Header", "Body", "Fault"))


def read(soap: bytes, payload: Sink | None = None) -> Message:
    """Read a whole SOAP message.

    :raises EnvelopeError: it is not one of the five messages, or breaks the specification.
    """
    reader = EnvelopeReader(payload)
    reader.feed(soap)
    return reader.close()


class EnvelopeReader:
    """Reads one SOAP message piece by piece.

    :param payload: receives the decoded payload while it comes in, before the message is known to be right;
        without it, the payload is checked for being base64 and dropped.
    :param max_size: bytes of the SOAP message.
    """

    def __init__(self, payload: Sink | None = None, max_size: int = MAX_SOAP) -> None:
        self._target = _SoapTarget(payload or (lambda piece: None))
        self._parser = target_parser(self._target)
        self._max_size = max_size
        self._size = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes.

        :raises EnvelopeError: as soon as what came in cannot become a right message.
        """
        if not chunk:
            return
        if self._size == 0 and chunk.startswith(_UTF16_OR_32):
            raise EnvelopeError(Reason.NOT_XML)
        self._size += len(chunk)
        if self._size > self._max_size:
            raise EnvelopeError(Reason.TOO_LARGE)
        _guarded(lambda: self._parser.feed(chunk))

    def close(self) -> Message:
        """What was read.

        :raises EnvelopeError: the message is incomplete.
        """
        _guarded(self._parser.close)
        return self._target.message()


def _guarded(step: Callable[[], object]) -> None:
    try:
        step()
    except etree.LxmlError:
        # Not chained: libxml2's text can repeat what came in.
        raise EnvelopeError(Reason.NOT_XML) from None


class _SoapTarget:
    """Follows the SOAP layer while libxml2 reports elements; the message inside is for :class:`Content`.

    No tree is built, so the size of a text does not matter.
    """

    def __init__(self, payload: Sink) -> None:
        self._payload = payload
        self._stack: list[str] = []
        self._parts: set[str] = set()
        self._content: Content | None = None
        self._content_depth = 0  # 0: no message is open
        self._blame: str | None = None  # the faultcode, once there is a Fault

    def doctype(self, *_args: object) -> None:
        raise EnvelopeError(Reason.DOCTYPE)

    def pi(self, *_args: object) -> None:
        raise EnvelopeError(Reason.PROCESSING_INSTRUCTION)

    def comment(self, _text: str) -> None:
        if self._content is not None and self._content_depth:
            self._content.comment()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        depth = len(self._stack)
        if depth >= _MAX_DEPTH:
            raise EnvelopeError(Reason.STRUCTURE)
        self._stack.append(tag)
        if self._content is not None and self._content_depth:
            self._content.start(tag, attributes)
        elif depth == 0:
            if tag != _ENVELOPE:
                raise EnvelopeError(Reason.NOT_SOAP)
        elif depth == 1:
            if tag not in {_HEADER, _BODY} - self._parts or _BODY in self._parts:
                raise EnvelopeError(Reason.NOT_SOAP)
            self._parts.add(tag)
        elif self._stack[1] == _HEADER:
            if attributes.get(f"{{{SOAP}}}mustUnderstand") in {"1", "true"}:
                raise EnvelopeError(Reason.MUST_UNDERSTAND)
        elif depth == 2:
            self._start_body_entry(tag, attributes)
        elif self._stack[3] == "detail" and depth == 4 and tag in BY_ROOT and self._content is None:
            self._open(tag, attributes)

    def end(self, _tag: str) -> None:
        self._stack.pop()
        if self._content is None or not self._content_depth:
            return
        if len(self._stack) < self._content_depth:
            self._content_depth = 0
        else:
            self._content.end()

    def data(self, text: str) -> None:
        if self._content is not None and self._content_depth:
            self._content.text(text)
        elif self._stack[1:2] == [_HEADER]:
            return
        elif self._blame is not None:
            if self._stack[3:] == ["faultcode"]:
                self._blame = (self._blame + text)[-100:]
        elif text.strip(" \t\r\n"):
            raise EnvelopeError(Reason.STRUCTURE)

    def close(self) -> None:
        """lxml wants it; the result is :meth:`message`."""

    def _start_body_entry(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._content is not None or self._blame is not None:
            raise EnvelopeError(Reason.STRUCTURE, "Body")
        if tag == _FAULT:
            self._blame = ""
        else:
            self._open(tag, attributes)

    def _open(self, tag: str, attributes: Mapping[str, str]) -> None:
        layout = BY_ROOT.get(tag)
        if layout is None or (layout.code is StufCode.FO03) != (self._blame is not None):
            raise EnvelopeError(Reason.UNKNOWN_MESSAGE)
        self._content = Content(layout, attributes, self._payload)
        self._content_depth = len(self._stack)

    def message(self) -> Message:
        if self._content is not None:
            return self._content.message()
        if self._blame is None:
            raise EnvelopeError(Reason.UNKNOWN_MESSAGE)
        return _bare_fault(self._blame)


def _bare_fault(faultcode: str) -> Fault:
    """A SOAP fault without a Fo03 in it, as gateways answer: only whose fault it is, is known."""
    client = faultcode.strip().rpartition(":")[2].startswith("Client")
    nobody = Party("", "")
    return Fault(
        StufCode.FO03,
        nobody,
        nobody,
        "",
        "",
        now(),
        foutcode="",
        plek=Plek.CLIENT if client else Plek.SERVER,
        omschrijving="",
    )
