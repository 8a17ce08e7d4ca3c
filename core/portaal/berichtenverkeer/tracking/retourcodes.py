"""Which retourcodes a retour holds: whether the receiver approved the message or not."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from portaal.berichtenverkeer.safexml import target_parser

# In a retour: this part is right (0200), was not judged (0233), or the whole declaration is granted (8001).
NOT_A_REFUSAL = frozenset({"0200", "0233", "8001"})
_LONGEST = 4
_DIFFERENT = 60  # the standard has 59 codes


class RetourScan:
    """Reads a retour as its bytes pass by and keeps its retourcodes, nothing else.

    What it cannot read it leaves to the gate to report.
    """

    def __init__(self) -> None:
        self._target = _Codes()
        self._parser = target_parser(self._target)
        self._readable = True

    def feed(self, piece: bytes) -> None:
        if self._readable:
            try:
                self._parser.feed(piece)
            except (etree.LxmlError, _UnreadableError):
                self._readable = False

    def close(self) -> frozenset[str] | None:
        """The codes that refuse something; empty when all was approved, None when it could not be read."""
        if self._readable:
            try:
                self._parser.close()
            except (etree.LxmlError, _UnreadableError):
                self._readable = False
        return frozenset(self._target.codes - NOT_A_REFUSAL) if self._readable else None


class _UnreadableError(Exception):
    pass


class _Codes:
    """lxml's target: collects the text of every element called RetourCode."""

    def __init__(self) -> None:
        self.codes: set[str] = set()
        self._text: str | None = None

    def doctype(self, *_args: object) -> None:
        raise _UnreadableError

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        self._text = "" if tag.endswith("}RetourCode") else None

    def data(self, text: str) -> None:
        if self._text is not None:
            self._text += text
            if len(self._text) > _LONGEST or len(self.codes) > _DIFFERENT:
                raise _UnreadableError

    def end(self, _tag: str) -> None:
        if self._text is not None:
            self.codes.add(self._text)
            self._text = None

    def close(self) -> None:
        """lxml wants it."""
