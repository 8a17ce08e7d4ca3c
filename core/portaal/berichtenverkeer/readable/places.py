"""Which of the gate's findings belongs where on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portaal.berichtenverkeer.places import below
from portaal.berichtenverkeer.readable.nodes import Node, Page
from portaal.berichtenverkeer.verdict import Finding


@dataclass(frozen=True)
class Placed:
    """A finding with its number among all of the message, from 1, and whether its place is on the page."""

    number: int
    finding: Finding
    here: bool


@dataclass(frozen=True)
class Placement:
    """All findings, and by node those whose place it is."""

    all: tuple[Placed, ...]
    at: dict[Node, tuple[Placed, ...]]


def place_findings(page: Page, findings: Sequence[Finding]) -> Placement:
    """Give each finding its place on the page, if that is where it belongs."""
    nodes = _by_place(page)
    placed: list[Placed] = []
    at: dict[Node, tuple[Placed, ...]] = {}
    for number, finding in enumerate(findings, 1):
        node = _node_for(finding.plaats, nodes)
        placed.append(Placed(number, finding, node is not None))
        if node is not None:
            at[node] = (*at.get(node, ()), placed[-1])
    return Placement(tuple(placed), at)


def shows(page: Page, finding: Finding) -> bool:
    """Whether the place of a finding is on this page."""
    return _node_for(finding.plaats, _by_place(page)) is not None


def _by_place(page: Page) -> dict[str, Node]:
    """The nodes of a page by their path of names below the root, as the gate writes it."""
    nodes: dict[str, Node] = {}
    todo = [(page.root, "")] if page.root is not None and page.root.klasse is not None else []
    while todo:
        node, place = todo.pop()
        nodes.setdefault(place, node)
        todo.extend((child, below(place, _step(child))) for child in reversed(node.children))
    return nodes


def _step(node: Node) -> str:
    return node.name if node.number is None else f"{node.name}[{node.number}]"


def _node_for(place: str, nodes: dict[str, Node]) -> Node | None:
    """The element at a place; for one that is missing, the element it is missing from. None when that is elsewhere."""
    if place in nodes:
        return nodes[place] if place else None  # without a place it is about the file
    while place:
        place, _, missing = place.rpartition("/")
        node = nodes.get(place)
        if node is not None:
            is_elsewhere = missing.endswith("]") or node.continued
            return None if is_elsewhere else node
    return None
