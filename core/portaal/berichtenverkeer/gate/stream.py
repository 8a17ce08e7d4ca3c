"""Reads a very large message as a stream: validated by libxml2 while it is parsed, judged part by part, and freed.

Here libxml2's validator sees the bytes before any code of ours can look at an element, so what it must never see
(attributes of XML Schema itself, with which a message could point at another schema) is refused in the bytes.

While it validates, lxml does not tell that a document is not well-formed: the parser just falls silent. So a
document is only taken for whole when its root element has been seen to end, with nothing but comments after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, cast

from lxml import etree

from portaal.berichtenverkeer.gate.door import MAX_PART, PIECE, WHITE
from portaal.berichtenverkeer.gate.explain import Explanation
from portaal.berichtenverkeer.gate.header import HEADER, check_sender, check_versions, read_header, type_of
from portaal.berichtenverkeer.gate.reading import EVERYTHING, explained, first_element
from portaal.berichtenverkeer.gate.sieve import Sieve
from portaal.berichtenverkeer.gate.words import finding
from portaal.berichtenverkeer.places import below, line, local_name, prefix_of
from portaal.berichtenverkeer.rules import Inspection
from portaal.berichtenverkeer.rules.lines import Lines
from portaal.berichtenverkeer.standard import DataType, Klasse, MessageType
from portaal.berichtenverkeer.standard.schema import compiled
from portaal.berichtenverkeer.verdict import Expectation, Findings, MessageHeader, Refusal, Stage

NAMESPACE = re.compile(rb"""xmlns(?::[^\s=<>:]*)?\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
MAX_ERRORS = 1_000

Inspect = Callable[[MessageType, MessageHeader], Inspection]


class Stream:
    """One very large message on its way through. ``head`` is its beginning; all of it is to be fed, ``head`` too.

    Every method raises Refusal for what it finds.
    """

    def __init__(self, head: bytes, expectation: Expectation, inspect: Inspect) -> None:
        root = first_element(head[:PIECE])
        self.type = type_of(root, expectation)
        self.header: MessageHeader | None = None
        self.inspection: Inspection | None = None
        self._expectation = expectation
        self._inspect = inspect
        self._own = f"{{{self.type.namespace}}}"
        self._repeated = _repeated_parts(self.type)
        self._values = _value_tags(self.type)
        self._namespaces = {uri.encode() for uri in root.nsmap.values()}
        self._instance = _attribute_of(root)
        self._explanation = Explanation(self.type, streamed=True)
        self._errors = 0
        self._since_part = 0
        self._count: dict[tuple[Any, Any], tuple[etree._Element, int]] = {}
        self._root: etree._Element | None = None
        self._end_tag = re.compile(rf"</{re.escape(prefix_of(root))}{local_name(root)}\s*>".encode())
        self._rest = b""
        self._last_line: int | None = 1
        self._sieve = Sieve(self.type, root)
        self._part: etree._Element | None = None
        self._parser = etree.XMLPullParser(
            events=("end", "comment"),
            tag=[root.tag, self._own + HEADER, *{tag for _parent, tag in self._repeated}],
            schema=compiled(self.type),
            **EVERYTHING,
        )

    def feed(self, piece: bytes) -> None:
        """The next piece, which must end where a tag ends."""
        if b"=" in piece:
            self._check_attributes(piece)
        for portion in self._sieve.sift(piece):
            if isinstance(portion, Lines):
                self._pass_over(portion)
            else:
                self._parse(portion)

    def _parse(self, portion: bytes) -> None:
        if self._root is not None:
            self._rest += portion
            return
        try:
            self._parser.feed(portion)
        except etree.XMLSyntaxError:
            raise Refusal(Stage.XML, finding("B20", self._last_line)) from None
        errors = len(self._parser.feed_error_log)
        is_invalid, self._errors = errors > self._errors, errors
        self._since_part += len(portion)
        for event, element in cast("Iterator[tuple[str, etree._Element]]", self._parser.read_events()):
            self._part = None
            self._look_at(event, element, is_invalid)
        if self._part is not None and portion.isspace():
            self._part.tail = None  # only there to have the lines counted
        self._sieve.follows = None if self._part is None else local_name(self._part)
        if self._errors or self._root is not None:
            self._sieve.close()
        if self._root is not None:
            end = self._end_tag.search(portion)
            self._rest = portion[end.end() :] if end else b""
        if is_invalid and not len(self._explanation.found):
            self._explanation.found.add(finding("X16", berichttype=self.type.name))
        if self._errors > MAX_ERRORS:
            raise explained(self._explanation)
        if self._since_part > MAX_PART + PIECE:
            raise Refusal(Stage.LIMITS, finding("B27", kilobytes=MAX_PART // 1024))

    def _pass_over(self, lines: Lines) -> None:
        """Judge parts that the parser need not see, and which follow ``_part``."""
        parent = None if self._part is None else self._part.getparent()
        if self._part is None or parent is None or self.inspection is None:
            raise ValueError("these parts follow nothing")
        self.inspection.written_lines(lines, parent, self._sieve.line_at)
        number = self._number(self._part, parent) - 1
        self._count[parent.tag, self._part.tag] = (parent, number + lines.count)
        self._since_part = 0

    def close(self) -> None:
        """The end of the file."""
        self._parse(self._sieve.rest())
        if not self._errors and (self._root is None or not _is_blank(self._rest)):
            raise Refusal(Stage.XML, finding("B20", self._last_line))
        if self._errors or self._root is None or self.inspection is None:
            raise explained(self._explanation)
        self.inspection.whole(self._root)

    @property
    def findings(self) -> Findings:
        """What the rules found."""
        return self.inspection.findings if self.inspection else Findings()

    def _look_at(self, event: str, element: etree._Element, is_invalid: bool) -> None:
        self._last_line = line(element)
        parent = element.getparent()
        if event == "comment":
            if parent is not None and parent.tag in self._values:
                raise Refusal(Stage.XML, finding("B24", line(element)))
        elif parent is None:
            self._root = element
        elif element.tag == self._own + HEADER and parent.getparent() is None:
            self._read_header(element)
        elif (parent.tag, element.tag) in self._repeated:
            self._read_part(element, parent, is_invalid)

    def _read_header(self, element: etree._Element) -> None:
        check_versions(element, self.type)
        self.header = read_header(element, self.type)
        check_sender(element, self.type, self._expectation)
        if self.header is None:
            if self.type.root is not None:
                header_class = cast("Klasse", self.type.root.by_name[HEADER].type)
                self._explanation.look_at(element, header_class, HEADER)
            raise explained(self._explanation)
        self.inspection = self._inspect(self.type, self.header)

    def _read_part(self, element: etree._Element, parent: etree._Element, is_invalid: bool) -> None:
        self._since_part = 0
        if self.inspection is None:
            raise Refusal(Stage.STRUCTURE, finding("X01", line(parent), HEADER, element=HEADER))
        if is_invalid:
            self._explain(element, self._repeated[parent.tag, element.tag])
        elif not self._errors:
            self.inspection.repeated_part(element)
        self._count[parent.tag, element.tag] = (parent, self._number(element, parent))
        element.clear()
        while parent[0] is not element:
            del parent[0]
        self._part = element

    def _explain(self, element: etree._Element, klasse: Klasse) -> None:
        """What is wrong with a part, or else with what comes before it in the parts around it."""
        before = len(self._explanation.found)
        self._explanation.look_at(element, klasse, self._place_of(element))
        if len(self._explanation.found) > before or self.type.root is None:
            return
        path = [element, *element.iterancestors()][::-1]
        around: Klasse | DataType = self.type.root
        for parent, child in pairwise(path):
            if not isinstance(around, Klasse):
                return
            self._explanation.look_at(parent, around, self._place_of(parent), until=child)
            next_one = around.by_name.get(local_name(child))
            if next_one is None:
                return
            around = next_one.type

    def _number(self, element: etree._Element, parent: etree._Element) -> int:
        """The how many-th of its kind in the part around it this repeated part is."""
        around, count = self._count.get((parent.tag, element.tag), (None, 0))
        return count + 1 if around is parent else 1

    def _place_of(self, element: etree._Element) -> str:
        parent = element.getparent()
        if parent is None:
            return ""
        above, name = self._place_of(parent), local_name(element)
        if not self._explanation.knows(name):
            return above
        if (parent.tag, element.tag) in self._repeated:
            name += f"[{self._number(element, parent)}]"
        return below(above, name)

    def _check_attributes(self, piece: bytes) -> None:
        if b"xmlns" in piece:
            for match in NAMESPACE.finditer(piece):
                if (match[1] or match[2] or b"") not in self._namespaces:
                    raise Refusal(Stage.LIMITS, finding("B29"))
        if self._instance is not None and self._instance.search(piece):
            raise Refusal(Stage.LIMITS, finding("B28"))


def _is_blank(rest: bytes) -> bool:
    """Whether this is only white space and whole comments."""
    rest = rest.strip(WHITE)
    while rest.startswith(b"<!--"):
        dashes = rest.find(b"--", len(b"<!--"))
        if dashes < 0 or rest[dashes : dashes + 3] != b"-->":
            return False
        rest = rest[dashes + 3 :].lstrip(WHITE)
    return not rest


def _repeated_parts(message_type: MessageType) -> dict[tuple[Any, Any], Klasse]:
    """The class of each repeated part, by the tags of the part around it and its own."""
    own = f"{{{message_type.namespace}}}"
    return {
        (own + klasse.name, own + element.name): element.type
        for klasse in (message_type.root.walk() if message_type.root else ())
        for element in klasse.elements
        if element.repeated and isinstance(element.type, Klasse)
    }


def _value_tags(message_type: MessageType) -> frozenset[Any]:
    """The tags of the elements that hold a value and no elements."""
    release = message_type.release
    return frozenset(
        f"{{{release.shared_namespace if klasse.shared else message_type.namespace}}}{element.name}"
        for klasse in (message_type.root.walk() if message_type.root else ())
        for element in klasse.elements
        if not isinstance(element.type, Klasse)
    )


def _attribute_of(root: etree._Element) -> re.Pattern[bytes] | None:
    """Finds the attributes of XML Schema, when the root declares a prefix for them."""
    prefixes = [prefix for prefix, uri in root.nsmap.items() if uri == SCHEMA_INSTANCE and prefix]
    if not prefixes:
        return None
    names = "|".join(map(re.escape, prefixes))
    return re.compile(rf"[\s\"'](?:{names}):[^\s<>]+\s*=".encode())
