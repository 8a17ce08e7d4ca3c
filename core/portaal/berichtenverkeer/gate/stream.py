"""Reads a very large message as a stream: validated by libxml2 while it is parsed, judged part by part, and freed.

Here libxml2's validator sees the bytes before any code of ours can look at an element, so what it must never see
(attributes of XML Schema itself, with which a message could point at another schema) is refused in the bytes.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, cast

from lxml import etree

from portaal.berichtenverkeer.gate.door import MAX_PART, PIECE
from portaal.berichtenverkeer.gate.explain import Explanation
from portaal.berichtenverkeer.gate.header import HEADER, check_sender, check_versions, read_header, type_of
from portaal.berichtenverkeer.gate.reading import CLOSED_DOORS, explained, first_element, not_well_formed
from portaal.berichtenverkeer.gate.words import finding
from portaal.berichtenverkeer.places import line
from portaal.berichtenverkeer.rules import Inspection
from portaal.berichtenverkeer.standard import Klasse, MessageType
from portaal.berichtenverkeer.standard.schema import compiled
from portaal.berichtenverkeer.verdict import Expectation, Findings, MessageHeader, Refusal, Stage

NAMESPACE = re.compile(rb"""xmlns(?::[^\s=<>]*)?\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
FIRST_SCHEMA_ERROR: int = etree.ErrorTypes.SCHEMAV_NOROOT
MAX_ERRORS = 1_000

Inspect = Callable[[MessageType, MessageHeader], Inspection]


class Stream:
    """One very large message on its way through. `head` is its beginning; all of it is to be fed, `head` too.

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
        self._explanation = Explanation(self.type)
        self._errors = 0
        self._since_part = 0
        self._root: etree._Element | None = None
        self._parser = etree.XMLPullParser(
            events=("end", "comment"),
            tag=[self._own + HEADER, *{tag for _parent, tag in self._repeated}],
            schema=compiled(self.type),
            **CLOSED_DOORS,
        )

    def feed(self, piece: bytes) -> None:
        """The next piece, which must end where a tag ends."""
        self._check_namespaces(piece)
        try:
            self._parser.feed(piece)
        except etree.XMLSyntaxError as error:
            raise not_well_formed(error) from None
        errors = len(self._parser.feed_error_log)
        is_invalid, self._errors = errors > self._errors, errors
        self._since_part += len(piece)
        for event, element in cast("Iterator[tuple[str, etree._Element]]", self._parser.read_events()):
            self._look_at(event, element, is_invalid)
        if is_invalid and not len(self._explanation.found):
            self._explanation.found.add(finding("X16", berichttype=self.type.name))
        if self._errors > MAX_ERRORS:
            raise explained(self._explanation)
        if self._since_part > MAX_PART + PIECE:
            raise Refusal(Stage.LIMITS, finding("B27", kilobytes=MAX_PART // 1024))

    def close(self) -> None:
        """The end of the file."""
        try:
            self._parser.close()
        except etree.XMLSyntaxError as error:
            if cast("Any", error).code < FIRST_SCHEMA_ERROR:
                raise not_well_formed(error) from None
            self._errors += 1
        if self._errors or self._root is None or self.inspection is None:
            raise explained(self._explanation)
        self.inspection.whole(self._root)

    @property
    def findings(self) -> Findings:
        """What the rules found."""
        return self.inspection.findings if self.inspection else Findings()

    def _look_at(self, event: str, element: etree._Element, is_invalid: bool) -> None:
        parent = element.getparent()
        if parent is None:
            return
        if event == "comment":
            if parent.tag in self._values:
                raise Refusal(Stage.XML, finding("B24", line(element)))
        elif element.tag == self._own + HEADER:
            self._read_header(element, parent)
        elif (parent.tag, element.tag) in self._repeated:
            self._read_part(element, parent, is_invalid)

    def _read_header(self, element: etree._Element, root: etree._Element) -> None:
        check_versions(element, self.type)
        self._root = root
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
            place = self.inspection.place_of(element)
            self._explanation.look_at(element, self._repeated[parent.tag, element.tag], place)
        elif not self._errors:
            self.inspection.repeated_part(element)
        element.clear()
        while parent[0] is not element:
            del parent[0]

    def _check_namespaces(self, piece: bytes) -> None:
        if b"xmlns" in piece:
            for match in NAMESPACE.finditer(piece):
                if (match[1] or match[2] or b"") not in self._namespaces:
                    raise Refusal(Stage.LIMITS, finding("B29"))
        if self._instance is not None and self._instance.search(piece):
            raise Refusal(Stage.LIMITS, finding("B28"))


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
