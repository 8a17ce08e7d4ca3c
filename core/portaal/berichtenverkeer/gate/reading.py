"""Everything that touches libxml2: parsing with every door closed, and the two ways to read a message.

A message of ordinary size is read as a tree: quickest, and with exact lines. A very large one is read as a stream
that frees each part when it has been looked at, so that memory stays flat.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from typing import Any, cast

from lxml import etree

from portaal.berichtenverkeer.gate.door import FIRST_TAG, PIECE
from portaal.berichtenverkeer.gate.explain import Explanation
from portaal.berichtenverkeer.gate.words import finding
from portaal.berichtenverkeer.places import line
from portaal.berichtenverkeer.safexml import CLOSED_DOORS
from portaal.berichtenverkeer.standard import MessageType
from portaal.berichtenverkeer.standard.schema import compiled
from portaal.berichtenverkeer.verdict import Refusal, Stage

EVERYTHING: dict[str, Any] = CLOSED_DOORS | {"strip_cdata": False, "remove_comments": False, "remove_pis": False}
MAX_DEPTH = 32
MAX_NAMESPACES = 16
RESOURCE_CODES = frozenset({etree.ErrorTypes.ERR_RESOURCE_LIMIT, etree.ErrorTypes.ERR_NAME_TOO_LONG})

_attribute = etree.XPath("(//@*)[1]/..")
_comment_in_value = etree.XPath("(//*[not(*)]/comment())[1]")
_instruction = etree.XPath("(//processing-instruction())[1]")
_too_deep = etree.XPath("(" + "/*" * (MAX_DEPTH + 1) + ")[1]")
_validating = Lock()


def first_element(head: bytes) -> etree._Element:
    """The root element, read from the beginning of a message alone.

    :raises Refusal: it is no XML, or the root element does not begin in it.
    """
    parser = etree.XMLPullParser(events=("start",), **EVERYTHING)
    problem = None
    try:
        parser.feed(head)
    except etree.XMLSyntaxError as error:
        problem = error
    for _event, root in cast("Iterator[tuple[str, etree._Element]]", parser.read_events()):
        _check_root(root)
        return root
    if problem is not None:
        raise not_well_formed(problem)
    raise Refusal(Stage.LIMITS, finding("B27", 1, kilobytes=PIECE // 1024))


def _check_root(root: etree._Element) -> None:
    info: Any = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None or info.externalDTD is not None:
        raise Refusal(Stage.XML, finding("B21", line(root)))
    if root.attrib:
        raise Refusal(Stage.LIMITS, finding("B28", line(root)))
    if len(root.nsmap) > MAX_NAMESPACES:
        raise Refusal(Stage.LIMITS, finding("B29", line(root)))


def not_well_formed(error: Any) -> Refusal:
    """The refusal that goes with an error of the parser."""
    if error.code in RESOURCE_CODES:
        return Refusal(Stage.LIMITS, finding("B26", error.lineno, most=MAX_DEPTH))
    return Refusal(Stage.XML, finding("B20", error.lineno))


def parse(data: bytes) -> etree._Element:
    """The whole message as a tree that is free of anything but elements and text.

    :raises Refusal: it is not well-formed, or has anything else.
    """
    try:
        root = etree.fromstring(data, etree.XMLParser(**EVERYTHING))
    except etree.XMLSyntaxError as error:
        raise not_well_formed(error) from None
    _check_root(root)
    first = FIRST_TAG.search(data)
    before = first.end() if first else 0
    body = data[before:]  # single characters are quickest to look for
    searches = [
        (_instruction, Stage.XML, "B22", b"?" in body or data.find(b"<?", 1, before) > 0),
        (_too_deep, Stage.LIMITS, "B26", True),
        (_attribute, Stage.LIMITS, "B28", b"=" in body),
        (_comment_in_value, Stage.XML, "B24", b"!" in body),
    ]
    for search, stage, code in [(s, stage, code) for s, stage, code, needed in searches if needed]:
        for hit in cast("list[etree._Element]", search(root)):
            raise Refusal(stage, finding(code, line(hit), most=MAX_DEPTH))
    return root


def check_structure(root: etree._Element, message_type: MessageType) -> None:
    """Validate the tree.

    :raises Refusal: it departs from the schema; every departure is in words.
    """
    schema = compiled(message_type)
    with _validating:  # a compiled schema keeps its last errors in itself
        valid = schema.validate(root)
    if not valid:
        raise structure_refusal(root, message_type)


def structure_refusal(root: etree._Element, message_type: MessageType) -> Refusal:
    """The refusal of a tree that libxml2 called invalid."""
    explanation = Explanation(message_type)
    if message_type.root is not None:
        explanation.look_at(root, message_type.root, "")
    return explained(explanation)


def explained(explanation: Explanation) -> Refusal:
    """The refusal with what was found; when nothing was, with words for the message as a whole."""
    found = explanation.found
    if not found.found:
        found.add(finding("X16", berichttype=explanation.message_type.name))
    return Refusal(Stage.STRUCTURE, *found.found, omitted=found.omitted)
