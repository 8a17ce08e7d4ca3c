"""Takes out of a large message the parts that are written in the ordinary way: no parser needs to look at those.

Nearly all of a large message is one part after another of the same kind, and nearly all of those are written alike.
One that follows an earlier one and fits its shape changes nothing to what the parser has to judge: the message is as
right or wrong without it. That only holds while a tag means what it seems to mean, so a message that declares a
namespace or has a comment (or other markup) below its root element is left to the parser as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from portaal.berichtenverkeer.gate.door import FIRST_TAG, MAX_PART
from portaal.berichtenverkeer.places import prefix_of
from portaal.berichtenverkeer.rules.lines import Lines, Rows, rows_of
from portaal.berichtenverkeer.rules.shape import shapes
from portaal.berichtenverkeer.standard import MessageType


class Sieve:
    """Divides a message into what the parser is to see and the parts that it need not see.

    ``follows`` is to be set by who parses: the name of the repeated part that what was parsed last ends with, if it
    is one of the outermost.
    """

    def __init__(self, message_type: MessageType, root: etree._Element) -> None:
        self.follows: str | None = None
        self._rows = _rows(message_type, root)
        names = "|".join(map(re.escape, self._rows))
        self._end = re.compile(f"</{re.escape(prefix_of(root))}(?:{names})>")
        self._text = ""
        self._lines = 0
        self._seen_root = False
        self._is_open = bool(self._rows)

    def sift(self, piece: bytes) -> Iterator[bytes | Lines]:
        """What is complete after this piece of UTF-8, in order: bytes to parse, or parts.

        For parts that are given out, the bytes have the ends of their lines, so that lines can be counted there too.
        """
        if self._is_open and self._has_other_markup(piece):
            self._is_open = False
        if not self._is_open:
            yield self.rest() + piece
            return
        searched = len(self._text)
        self._text += piece.decode()
        text, position, parsed, lines = self._text, 0, 0, 0
        while self._is_open:
            end = self._end.search(text, max(position, searched))
            if end is None:
                break
            rows = self._rows.get(self.follows or "")
            parts = rows.read(text, position) if rows else None
            if parts:
                yield parts
                position = parts.end
            else:
                passed, seen = text.count("\n", parsed, position), text[position : end.end()]
                yield b"\n" * passed + seen.encode()
                lines += passed + seen.count("\n")
                position = parsed = end.end()
        if parsed < position:
            passed = text.count("\n", parsed, position)
            yield b"\n" * passed
            lines += passed
        self._lines += lines
        self._text = text[position:]
        if not self._is_open or len(self._text) > MAX_PART:
            self.close()
            yield self.rest()

    def line_at(self, position: int) -> int:
        """The line of a position in the parts that were given out last."""
        return self._lines + self._text.count("\n", 0, position) + 1

    def close(self) -> None:
        """From here on everything is for the parser."""
        self._is_open = False

    def rest(self) -> bytes:
        """What is still held back."""
        rest, self._text = self._text, ""
        return rest.encode()

    def _has_other_markup(self, piece: bytes) -> bool:
        start = 0
        if not self._seen_root:
            root = FIRST_TAG.search(piece)
            if root is None:
                return False
            self._seen_root, start = True, root.end()
        return (
            (b"=" in piece and piece.find(b"xmlns", start) >= 0)
            or (b"!" in piece and piece.find(b"<!", start) >= 0)
            or (b"?" in piece and piece.find(b"<?", start) >= 0)
        )


def _rows(message_type: MessageType, root: etree._Element) -> Mapping[str, Rows]:
    """How to read the outermost repeated parts, by name, with the prefixes that the root declares."""
    shared = [p for p, uri in root.nsmap.items() if uri == message_type.release.shared_namespace]
    found = shapes(message_type, prefix_of(root), f"{shared[0]}:" if shared[0] else "") if shared else {}
    return {name: rows for name, shape in found.items() if (rows := rows_of(shape))}
