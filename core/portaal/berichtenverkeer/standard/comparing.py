"""Where an official schema judges otherwise than ours: both are asked about messages made from the model.

From a message with everything in it each element is left out, doubled, emptied and put at the limits of its type, one
at a time; each code of each list is tried once.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from portaal.berichtenverkeer.places import below, local_name
from portaal.berichtenverkeer.standard.model import Base, DataType, Klasse, MessageType
from portaal.berichtenverkeer.standard.schema import compiled

NO_CODE = "~"
DATES = ("2023-02-29", "2026-05-01Z", "2026-05-01+01:00", "12026-05-01", "01-05-2026")
TIMES = ("24:00:00", "10:30:00Z", "10:30:00+01:00", "10:30:00.5", "25:00:00")


@dataclass(frozen=True)
class Difference:
    """One change to a message on which the two judge differently."""

    berichttype: str
    plaats: str
    change: str
    is_official_stricter: bool

    def __str__(self) -> str:
        stricter = "the official schema refuses it, ours does not"
        looser = "ours refuses it, the official schema does not"
        return f"{self.berichttype} {self.plaats}, {self.change}: {stricter if self.is_official_stricter else looser}"


def differences(kind: MessageType, official: etree.XMLSchema) -> Iterator[Difference]:
    """Every change on which the official schema and ours do not agree."""
    own = compiled(kind)
    for plaats, change, message in variations(kind):
        accepted = official.validate(message)
        if accepted != own.validate(message):
            yield Difference(kind.name, plaats, change, is_official_stricter=not accepted)


def variations(kind: MessageType) -> Iterator[tuple[str, str, etree._Element]]:
    """Place, change and message: the least and the most that the model can say, and the changes to the latter."""
    if kind.root is None:
        raise ValueError(f"{kind.name} is not described")
    yield "", "with only what is required", _message(kind, kind.root, full=False)
    full = _message(kind, kind.root, full=True)
    yield "", "with everything", full
    tried: set[str] = set()
    for element, plaats, datatype in list(_walk(full, kind.root, "")):
        parent = element.getparent()
        if parent is None:
            continue
        index = parent.index(element)
        parent.insert(index, copy.deepcopy(element))
        yield plaats, "twice", full
        del parent[index]
        parent.remove(element)
        yield plaats, "left out", full
        parent.insert(index, element)
        if datatype is not None:
            before = element.text
            for change, text in _texts(datatype, is_new=datatype.name not in tried):
                element.text = text
                yield plaats, change, full
            element.text = before
            tried.add(datatype.name)


def _texts(datatype: DataType, *, is_new: bool) -> Iterator[tuple[str, str]]:
    yield "empty", ""
    yield "with only a space", " "
    if datatype.codes:
        yield "with an unknown code", NO_CODE
        if is_new:
            yield from ((f"with code {code}", code) for code in datatype.codes)
    if datatype.max_length:
        yield f"with {datatype.max_length} characters", "a" * datatype.max_length
        yield f"with {datatype.max_length + 1} characters", "a" * (datatype.max_length + 1)
    if datatype.maximum is not None:
        numbers = (0, -1, datatype.maximum, datatype.maximum + 1)
        yield from ((f"with {number}", str(number)) for number in numbers)
    if datatype.base in (Base.DATE, Base.TIME):
        texts = DATES if datatype.base is Base.DATE else TIMES
        yield from ((f"with {text}", text) for text in texts)
    if datatype.base is Base.TEXT and not datatype.codes:
        yield "on two lines", "a\na"
        digits = [digit * length for length in (1, 4, 8, 9, 10) for digit in "019"]
        yield from ((f"with {text}", text) for text in digits)


def _walk(
    element: etree._Element, klasse: Klasse, plaats: str
) -> Iterator[tuple[etree._Element, str, DataType | None]]:
    for child in element:
        content = klasse.by_name[local_name(child)].type
        here = below(plaats, local_name(child))
        if isinstance(content, Klasse):
            yield child, here, None
            yield from _walk(child, content, here)
        else:
            yield child, here, content


def _message(kind: MessageType, root: Klasse, *, full: bool) -> etree._Element:
    namespaces = {"m": kind.namespace, "b": kind.release.shared_namespace}
    message = etree.Element(f"{{{kind.namespace}}}{root.name}", nsmap=namespaces)
    _fill(message, kind, root, full=full)
    return message


def _fill(parent: etree._Element, kind: MessageType, klasse: Klasse, *, full: bool) -> None:
    namespace = kind.release.shared_namespace if klasse.shared else kind.namespace
    for element in klasse.elements:
        if element.optional and not full:
            continue
        child = etree.SubElement(parent, f"{{{namespace}}}{element.name}")
        if isinstance(element.type, Klasse):
            _fill(child, kind, element.type, full=full)
        else:
            child.text = _example(element.type)


def _example(datatype: DataType) -> str:
    """Some value that this type allows."""
    pattern = datatype.pattern or ""
    digits = re.fullmatch(r"\[0-9\]\{(?:\d+,)?(\d+)\}", pattern)
    if datatype.codes:
        return next(iter(datatype.codes))
    if datatype.base in (Base.DATE, Base.TIME):
        return "2026-05-01" if datatype.base is Base.DATE else "10:30:00"
    if datatype.base is Base.NUMBER or pattern.isdecimal():
        return pattern or "12"
    if digits:
        return "1" * int(digits[1])
    return "1.0.0" if r"\." in pattern else "a"
