"""A page of a message in words: sections with rows, every BSN masked, every finding at its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from translationstring import TranslationString

from portaal.berichtenverkeer.readable.masking import Mask, is_bsn, masked, visible
from portaal.berichtenverkeer.readable.nodes import Node, Page
from portaal.berichtenverkeer.readable.places import Placed, place_findings
from portaal.berichtenverkeer.readable.reader import LONGEST_TEXT
from portaal.berichtenverkeer.readable.values import meaning, written
from portaal.berichtenverkeer.standard import Klasse, Words, releases
from portaal.berichtenverkeer.verdict import Finding
from portaal.web.i18n import _

Translate = Callable[[TranslationString], str]


@dataclass(frozen=True)
class Row:
    """One value, or a few that belong together (``parts``).

    :param label: what it is called; empty for one of several of the same kind.
    :param note: what a code means, in Dutch.
    :param strange: it does not belong where it stands.
    :param cut: how many characters are not shown.
    """

    label: str
    value: str = ""
    note: str = ""
    parts: tuple[Row, ...] = ()
    strange: bool = False
    cut: int = 0
    findings: tuple[Placed, ...] = ()


@dataclass(frozen=True)
class Section:
    """A group of the message with what is in it, in the order of the message.

    :param is_part: one of several of its kind; its number is in the label.
    :param continued: it began on an earlier page.
    """

    label: str
    items: tuple[Row | Section, ...] = ()
    is_part: bool = False
    continued: bool = False
    strange: bool = False
    findings: tuple[Placed, ...] = ()

    @property
    def blocks(self) -> Iterator[tuple[bool, list[Row | Section]]]:
        """The items, rows that follow each other together: whether these are rows, and which."""
        for is_rows, items in groupby(self.items, lambda item: isinstance(item, Row)):
            yield is_rows, list(items)


@dataclass(frozen=True)
class PageView:
    """A page in words. ``findings`` are all there are of the message, also those whose place is on another page.

    ``berichttype`` is the type that the message says it is; empty when that is not known.
    """

    number: int
    berichttype: str
    root: Section
    findings: tuple[Placed, ...]
    last: bool = False
    broken: bool = False
    is_empty: bool = False


def page_view(
    page: Page, findings: Sequence[Finding], language: str, translate: Translate, *, mask: bool = True
) -> PageView:
    """Put a page in the words of a language ("nl", "en").

    :param findings: the gate's, of the whole message.
    :param mask: False shows the BSNs, for who asked and was noted in the audit trail.
    """
    placed = place_findings(page, findings)
    words = page.type.release.words if page.type else releases()[-1].words
    writer = _Writer(page, words, language, translate, placed.at, mask=mask)
    root = writer.section(page.root) if page.root is not None else Section("")
    return PageView(
        page.number, page.type.name if page.type else "", root, placed.all, page.last, page.broken, page.root is None
    )


class _Writer:
    """Writes the nodes of one page."""

    def __init__(
        self,
        page: Page,
        words: Words,
        language: str,
        translate: Translate,
        findings: dict[Node, tuple[Placed, ...]],
        *,
        mask: bool,
    ) -> None:
        self._words, self._language, self._translate = words, language, translate
        self._findings = findings
        self._mask = Mask(page) if mask else None

    def section(self, node: Node) -> Section:
        label = self._label(node, None)
        return Section(label, self._items(node), findings=self._findings.get(node, ()), strange=not node.expected)

    def _items(self, node: Node) -> tuple[Row | Section, ...]:
        return tuple(self._item(child, node) for child in node.children)

    def _item(self, node: Node, parent: Node) -> Row | Section:
        if _is_one_row(node):
            return self._compound(node, parent)
        if node.klasse is None and all(child.name.startswith("@") for child in node.children):
            return self._value(node, parent)
        return Section(
            self._label(node, parent),
            self._items(node),
            is_part=node.number is not None,
            continued=node.continued,
            strange=not node.expected,
            findings=self._findings.get(node, ()),
        )

    def _compound(self, node: Node, parent: Node) -> Row:
        """A small class in one row; with one value in it, just that value."""
        label, findings = self._label(node, parent), self._findings.get(node, ())
        parts = tuple(self._value(child, node) for child in node.children)
        if len(parts) == 1 and not parts[0].parts:
            [only] = parts
            return Row(label, only.value, only.note, cut=only.cut, findings=(*findings, *only.findings))
        return Row(label, parts=parts, findings=findings)

    def _value(self, node: Node, parent: Node) -> Row:
        text, cut = self._text(node, parent)
        same_kind = node.number is not None and isinstance(parent.klasse, Klasse) and parent.klasse.is_container
        return Row(
            "" if same_kind else self._label(node, parent),
            text,
            meaning(node),
            tuple(self._value(child, node) for child in node.children),
            strange=not node.expected,
            cut=cut,
            findings=self._findings.get(node, ()),
        )

    def _text(self, node: Node, parent: Node) -> tuple[str, int]:
        """The value as it is shown, and how many of its characters are not."""
        if is_bsn(node) and self._mask is not None and node.text:
            return masked(node.text), 0
        text = written(node, parent, self._words, self._language)
        is_free = node.element is None or node.element.type.name in self._words.free
        text = self._mask(text, free=is_free) if self._mask is not None else visible(text)
        return text[:LONGEST_TEXT], node.cut + max(0, len(text) - LONGEST_TEXT)

    def _label(self, node: Node, parent: Node | None) -> str:
        if not node.name:
            return self._translate(_("Text between the elements"))
        klasse = parent.klasse.name if parent is not None and parent.klasse is not None else ""
        words = None if node.name.startswith("@") else self._words.label(node.name, klasse)
        if words is None:
            return self._strange_name(node.name)
        return words[self._language] + (f" {node.number}" if node.number is not None else "")

    def _strange_name(self, name: str) -> str:
        """A name of somebody else's making: it could hold anything."""
        name = self._mask(name, free=True) if self._mask is not None else visible(name)
        if name.startswith("@"):
            return self._translate(_("Attribute ${name}", mapping={"name": name[1:]}))
        return name


def _is_one_row(node: Node) -> bool:
    """Whether a node is of a small class: a few values that say one thing, such as a period or an amount."""
    klasse = node.klasse
    if klasse is None or node.number is not None or not (klasse.shared or klasse.is_container):
        return False
    is_flat = not any(isinstance(element.type, Klasse) for element in klasse.elements)
    return is_flat and all(child.expected and child.klasse is None for child in node.children)
