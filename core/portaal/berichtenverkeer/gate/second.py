"""A second opinion: the official schema, where an operator imported it, judges every message beside our own.

A message that either of them refuses is refused, so that what the portal lets through the official schema accepts.
Where they disagree the findings say so, with a code of their own (X90, X91), and the operator is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from lxml import etree

from portaal.berichtenverkeer.gate.words import finding
from portaal.berichtenverkeer.safexml import target_parser
from portaal.berichtenverkeer.standard import MessageType
from portaal.berichtenverkeer.standard.official import OfficialSchemas
from portaal.berichtenverkeer.verdict import MAX_FINDINGS, Refusal, Stage

AGAINST_OFFICIAL = {"X90": "the official schema refuses it", "X91": "only the portal refuses it"}
_validating = Lock()


class SecondOpinion:
    """The official judgement of one message: of its tree, or of a stream that is fed piece by piece."""

    def __init__(self, official: OfficialSchemas | None, message_type: MessageType) -> None:
        self._official = official
        self._type = message_type
        self._schema = official.schema_for(message_type) if official else None
        self._parser: etree.XMLParser | None = None
        self._fell = False

    def feed(self, piece: bytes) -> None:
        """The next piece of a stream, which our own reading has let through."""
        if self._schema is None or self._fell:
            return
        self._parser = self._parser or target_parser(_Nothing(), self._schema)
        try:
            self._parser.feed(piece)
        except etree.LxmlError:  # not well-formed, which our own reading tells in its own time
            self._fell = True

    @contextmanager
    def beside(self, root: etree._Element | None = None) -> Iterator[None]:
        """Around our own judgement of the whole structure: raises Refusal where the official one differs.

        Without a root it is about the stream that was fed.
        """
        own = None
        try:
            yield
        except Refusal as refusal:
            if refusal.stage is not Stage.STRUCTURE:
                raise
            own = refusal
        if self._schema is None or self._official is None:
            if own is not None:
                raise own
            return
        lines = self._lines_of_stream() if root is None else self._lines_of_tree(root)
        if bool(lines) != (own is not None):
            self._official.disagreed(self._type)
        if own is not None:
            raise own if lines else self._with_advice(own)
        if lines:
            found = [finding("X90", line or None, berichttype=self._type.name) for line in lines[:MAX_FINDINGS]]
            raise Refusal(Stage.STRUCTURE, *found, omitted=len(lines) - len(found))

    def _with_advice(self, own: Refusal) -> Refusal:
        advice = finding("X91", niveau="advies", berichttype=self._type.name)
        kept = own.findings[: MAX_FINDINGS - 1]
        return Refusal(own.stage, *kept, advice, omitted=own.omitted + len(own.findings) - len(kept))

    def _lines_of_tree(self, root: etree._Element) -> list[int]:
        """The lines with a fault, each once; of the fault itself nothing, since its text holds values."""
        schema: Any = self._schema
        with _validating:  # a compiled schema keeps its last errors in itself
            return [] if schema.validate(root) else sorted({error.line for error in schema.error_log}) or [0]

    def _lines_of_stream(self) -> list[int]:
        """Line 0 when there is a fault: while it parses, libxml2 does not tell where."""
        if self._parser is None or self._fell:
            return [0]
        try:
            self._parser.close()
        except etree.LxmlError:
            return [0]
        return [0] if len(self._parser.feed_error_log) else []


class _Nothing:
    """Builds nothing of what is parsed."""

    def start(self, tag: str, attributes: Any) -> None: ...

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...

    def close(self) -> None: ...
