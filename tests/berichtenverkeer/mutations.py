"""Changes messages at random, at the places and limits where schemas could differ."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator

from lxml import etree

from portaal.berichtenverkeer.standard import DataType, MessageType
from tests.berichtenverkeer.builder import leaves

BORDER_TEXTS = [
    "",
    " ",
    "\t",
    "\n",
    "a",
    " a ",
    "a b",
    "a\nb",
    "0",
    "00",
    "-1",
    "+1",
    "1.0",
    " 1 ",
    "é",
    "À",
    "ỳ",
    "€",
    "😀",
]
BORDER_DATES = [
    "2023-02-29", "2024-02-29", "2023-13-01", "2023-12-31Z", "2023-12-31+01:00", " 2023-12-31 ", "12023-01-01",
    "-0044-03-15", "0000-01-01", "2023-1-1", "31-12-2023", "2023-12-31T00:00:00", "10:30:00", "24:00:00", "10:30",
    "10:30:00Z", "10:30:00+01:00", "10:30:00-01:00", "10:30:00.5", "23:59:60",
]  # fmt: skip
LENGTHS = [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 13, 15, 16, 20, 21, 24, 25, 26, 35, 36, 37, 64, 65, 80, 81, 200, 201]
NUMBERS = [99, 100, 99999, 100000, 99999999, 100000000, 999999999, 1000000000, 999999999999, 1000000000000]


def mutants(seeds: list[bytes], kind: MessageType, count: int, rng: random.Random) -> Iterator[bytes]:
    """`count` messages, each with one to three changes to one of the seeds."""
    texts = _texts(kind)
    for _ in range(count):
        root = copy.deepcopy(etree.fromstring(rng.choice(seeds)))
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            _change(root, rng, texts)
        yield etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _texts(kind: MessageType) -> list[str]:
    texts = [*BORDER_TEXTS, *BORDER_DATES, *map(str, NUMBERS)]
    for length in LENGTHS:
        texts += ["x" * length, "1" * length, "é" * length]
    codes: set[str] = set()
    for _path, datatype in leaves(kind):
        codes |= _around(datatype)
    return texts + sorted(codes) * 3


def _around(datatype: DataType) -> set[str]:
    codes = set(datatype.codes)
    return (
        codes | {code + " " for code in codes} | {code.lower() for code in codes} | {code.lstrip("0") for code in codes}
    )


def _change(root: etree._Element, rng: random.Random, texts: list[str]) -> None:
    elements = [e for e in root.iter() if e is not root]
    if not elements:
        return
    element = rng.choice(elements)
    parent = element.getparent()
    assert parent is not None
    match rng.randrange(12):
        case 0:
            parent.remove(element)
        case 1:
            parent.insert(parent.index(element), copy.deepcopy(element))
        case 2:
            parent.insert(rng.randrange(len(parent)), element)
        case 3:
            other = rng.choice(elements)
            if element not in other.iterancestors():
                parent.insert(rng.randrange(len(parent) + 1), copy.deepcopy(other))
        case 4:
            _rename(element, rng)
        case 5:
            element.tail = rng.choice(["x", " ", "\n"])
        case 6:
            element.set(rng.choice(["a", "{urn:x}a"]), "1")
        case _:
            values = [e for e in elements if len(e) == 0]
            rng.choice(values or elements).text = rng.choice(texts)


def _rename(element: etree._Element, rng: random.Random) -> None:
    name = etree.QName(element)
    namespaces = [uri for uri in element.nsmap.values() if uri != name.namespace]
    if rng.random() < 0.5 and namespaces:
        element.tag = f"{{{rng.choice(namespaces)}}}{name.localname}"
    else:
        element.tag = (
            f"{{{name.namespace}}}{rng.choice([name.localname + 'x', 'Bsn', 'Naam', 'Omvang', 'RetourCodes'])}"
        )
