"""What is read of a message: a tree of nodes, in the order of the file, without words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from portaal.berichtenverkeer.standard import Element, Klasse, MessageType


@dataclass(eq=False, slots=True)
class Node:
    """One element, or an attribute (its name begins with "@") or loose text between elements (without a name).

    :param element: the line of the standard it answers to; None for what does not belong in its place.
    :param klasse: what it is made of, when the standard says so.
    :param number: the how many-th of its kind it is, where the standard lets it be repeated.
    :param cut: how many characters of the text were not kept.
    :param expected: False for what does not belong where it stands.
    :param continued: it began on an earlier page; only what tells it apart is repeated here.
    """

    name: str
    element: Element | None = None
    klasse: Klasse | None = None
    number: int | None = None
    text: str = ""
    cut: int = 0
    children: list[Node] = field(default_factory=list)
    expected: bool = True
    continued: bool = False

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of the file."""
        todo = [self]
        while todo:
            node = todo.pop()
            yield node
            todo.extend(reversed(node.children))


@dataclass(frozen=True, eq=False)
class Page:
    """A part of a message that fits a page.

    :param number: the first is 1.
    :param type: the type that the root announces; None when no release knows it.
    :param root: None when there was nothing that could be read.
    :param last: no page follows.
    :param broken: the file could not be read further than this page.
    """

    number: int
    type: MessageType | None
    root: Node | None
    last: bool = False
    broken: bool = False
