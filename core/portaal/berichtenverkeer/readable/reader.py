"""Reads a message of any size and any quality into pages, as its bytes come in.

It judges nothing: that is the gate's. What the standard does not know is read all the same, and of a file that is
broken off or not well-formed everything up to that place.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from lxml import etree

from portaal.berichtenverkeer.readable.masking import is_bsn
from portaal.berichtenverkeer.readable.nodes import Node, Page
from portaal.berichtenverkeer.safexml import target_parser
from portaal.berichtenverkeer.standard import Element, Klasse, MessageType, by_namespace

PAGE_SIZE = 400  # nodes; a page ends before the first repeated part after so many
HARD_PAGE_SIZE = 4 * PAGE_SIZE  # and before any element after so many
CHARACTERS_PER_NODE = 100  # a long text counts for more nodes
LONGEST_TEXT = 4_000  # characters of one value that are shown
MARGIN = 64  # characters more that are kept, so that a number at the end is not cut in two before it is masked
LONGEST_NAME = 60
MAX_DEPTH = 24  # what lies deeper is shown at this depth
MOST_ATTRIBUTES = 20
KEPT = LONGEST_TEXT + MARGIN
MOST_REPEATED_VALUES = 8  # of a part that began on an earlier page
PIECE = 65_536
MOST_WITHOUT_TAG = 1 << 20  # bytes: the gate allows no more in one part
BLANK = " \t\r\n"
NOTHING: Mapping[str, Element] = {}


class Reader:
    """Takes the bytes of one message and gives its pages.

    :param only: the one page that is wanted; the others are passed over. Without it every page is given.
    """

    def __init__(self, only: int | None = None) -> None:
        self._tree = _Tree(only)
        self._parser = target_parser(self._tree)
        self._readable = True
        self._fed = False
        self._without_tag = 0

    @property
    def done(self) -> bool:
        """Whether nothing that is still to come could matter."""
        return not self._readable or self._tree.is_past_only

    def feed(self, data: bytes) -> list[Page]:
        """The next bytes. Gives the pages that they complete; the last page only comes with :meth:`close`."""
        for start in range(0, len(data), PIECE):
            if self.done:
                break
            self._feed(data[start : start + PIECE])
        return self._tree.take()

    def close(self) -> list[Page]:
        """The end of the file. Gives the last page, unless it is passed over."""
        if self._readable and not self._tree.is_past_only:
            try:
                self._parser.close()
            except (etree.LxmlError, _UnreadableError):
                self._readable = False
        self._tree.finish(broken=not self._readable)
        return self._tree.take()

    def _feed(self, piece: bytes) -> None:
        # libxml2 looks for the end of a tag from its beginning, at every piece again.
        self._without_tag = 0 if b">" in piece else self._without_tag + len(piece)
        if not self._fed:
            self._fed = True
            piece = piece.removeprefix(codecs.BOM_UTF8)
        try:
            if self._without_tag > MOST_WITHOUT_TAG:
                raise _UnreadableError
            self._parser.feed(piece)
        except (etree.LxmlError, _UnreadableError):
            self._readable = False


def read(pieces: Iterable[bytes], only: int | None = None) -> Iterator[Page]:
    """The pages of the message that consists of these bytes."""
    reader = Reader(only)
    for piece in pieces:
        yield from reader.feed(piece)
        if reader.done:
            break
    yield from reader.close()


class _UnreadableError(Exception):
    """Raised inside the parser to end it."""


class _Tree:
    """What the parser reports to: builds pages. Its methods are those of lxml's target interface."""

    def __init__(self, only: int | None) -> None:
        self._only = only
        self._number = 1
        self._type: MessageType | None = None
        self._elements: Mapping[Klasse | None, Mapping[str, Element]] = {}
        self._open: list[_Open] = []
        self._root: Node | None = None
        self._too_deep = 0
        self._size = 0
        self._ready: list[Page] = []

    @property
    def is_past_only(self) -> bool:
        return self._only is not None and self._number > self._only

    def take(self) -> list[Page]:
        """The pages that are ready and were not taken yet."""
        ready, self._ready = self._ready, []
        return ready

    def finish(self, *, broken: bool) -> None:
        """The file is at its end, or cannot be read further: what there is makes the last page."""
        if not self.is_past_only:
            while self._open:
                _tidy(self._open.pop().node)
            self._emit(last=True, broken=broken)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._root is None:
            node = self._begin(tag)
        else:
            element = None if self._too_deep else self._open[-1].elements.get(tag)
            if self._size >= PAGE_SIZE and self._is_full(element):
                self._turn()
            node = self._add(tag, element)
        if len(self._open) < MAX_DEPTH:
            self._open.append(_Open(node, self._elements.get(node.klasse, NOTHING)))
        else:
            self._too_deep += 1
        if attributes:
            self._add_attributes(node, attributes)

    def end(self, _tag: str) -> None:
        if self._too_deep:
            self._too_deep -= 1
        else:
            _tidy(self._open.pop().node)

    def data(self, text: str) -> None:
        node = self._open[-1].node
        if node.klasse is not None and not text.strip(BLANK):
            return  # between elements it means nothing
        _add_text(node.children[-1] if self._too_deep and node.children else node, text)
        self._size += len(text) // CHARACTERS_PER_NODE

    def comment(self, text: str) -> None:
        """Not part of a message."""

    def pi(self, target: str, data: str) -> None:
        """Not part of a message."""

    def doctype(self, *_names: Any) -> None:
        raise _UnreadableError

    def close(self) -> None:
        """Nothing to give: the pages are taken one by one."""

    def _begin(self, tag: str) -> Node:
        namespace, _, name = tag.rpartition("}")
        self._type = by_namespace(namespace[1:])
        if self._type is not None:
            self._elements = _elements_by_tag(self._type)
        klasse = self._type.root if self._type is not None and name == "Bericht" else None
        self._root = Node(_short(name), klasse=klasse)
        self._size = 1
        return self._root

    def _is_full(self, element: Element | None) -> bool:
        """Whether a page that has its size ends before this element."""
        begins_part = element is not None and element.repeated and isinstance(element.type, Klasse)
        return begins_part or self._size >= HARD_PAGE_SIZE

    def _turn(self) -> None:
        """End the page here, and begin the next inside the same parts."""
        _set_apart_loose_text(self._open[-1].node)
        self._emit(last=False, broken=False)
        above: Node | None = None
        for part in self._open:
            part.node = _again(part.node)
            if above is None:
                self._root = part.node
            else:
                above.children.append(part.node)
            above = part.node
        self._size = len(self._open)

    def _emit(self, *, last: bool, broken: bool) -> None:
        if self._only in {None, self._number}:
            self._ready.append(Page(self._number, self._type, self._root, last, broken))
        self._number += 1

    def _add(self, tag: str, element: Element | None) -> Node:
        part = self._open[-1]
        parent = part.node
        if parent.text:
            _set_apart_loose_text(parent)
        if element is None:
            # Inside something unknown all is unknown: only the outermost stands out.
            expected = parent.klasse is None and parent.element is None
            node = Node(_short(tag.rpartition("}")[2]), expected=expected)
        else:
            node = Node(element.name, element, element.type if isinstance(element.type, Klasse) else None)
            if element.repeated:
                node.number = part.counts[element.name] = part.counts.get(element.name, 0) + 1
        parent.children.append(node)
        self._size += 1
        return node

    def _add_attributes(self, node: Node, attributes: Mapping[str, str]) -> None:
        for attribute, value in islice(attributes.items(), MOST_ATTRIBUTES):
            stranger = Node("@" + _short(attribute.rpartition("}")[2]), expected=False)
            _add_text(stranger, value)
            node.children.append(stranger)
        if len(attributes) > MOST_ATTRIBUTES:
            node.children.append(Node("@…", expected=False))
        self._size += min(len(attributes), MOST_ATTRIBUTES)


class _Open:
    """An element that has not ended yet, with what belongs in it and how many of each repeated part it has had."""

    __slots__ = ("counts", "elements", "node")

    def __init__(self, node: Node, elements: Mapping[str, Element]) -> None:
        self.node = node
        self.elements = elements
        self.counts: dict[str, int] = {}


@cache
def _elements_by_tag(kind: MessageType) -> Mapping[Klasse | None, Mapping[str, Element]]:
    """Per class of a type of message its elements, by their tag."""
    release = kind.release
    return {
        klasse: {
            f"{{{release.shared_namespace if klasse.shared else kind.namespace}}}{element.name}": element
            for element in klasse.elements
        }
        for klasse in (kind.root.walk() if kind.root else ())
    }


def _again(node: Node) -> Node:
    """The node as it stands at the top of a next page: with the values that tell which of its kind it is."""
    copy = Node(node.name, node.element, node.klasse, node.number, continued=True)
    values = (child for child in node.children if child.element is not None and child.klasse is None)
    # A BSN always: only what is on the page itself is masked wherever it turns up again.
    telling = (value for value in values if node.number is not None or is_bsn(value))
    copy.children = list(islice(telling, MOST_REPEATED_VALUES))
    return copy


def _add_text(node: Node, text: str) -> None:
    room = KEPT - len(node.text)
    if len(text) <= room:
        node.text += text
    else:
        node.text += text[:room]
        node.cut += len(text) - room


def _set_apart_loose_text(node: Node) -> None:
    """Make a node of its own of text that stands between elements; white space there means nothing."""
    if node.text.strip(BLANK):
        node.children.append(Node("", text=node.text, cut=node.cut, expected=False))
    node.text, node.cut = "", 0


def _tidy(node: Node) -> None:
    """At the end of an element: text beside elements is loose text, otherwise it is the element's value."""
    if not node.text:
        return
    if node.klasse is not None or any(not child.name.startswith("@") for child in node.children):
        _set_apart_loose_text(node)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…"
