"""Says in words where a message departs from its structure.

libxml2 is the judge of whether it does: this only runs on what libxml2 refused, and works from the same model. Its
own messages cannot be shown, since they repeat values.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from lxml import etree

from portaal.berichtenverkeer.gate.words import finding
from portaal.berichtenverkeer.places import below, line, local_name
from portaal.berichtenverkeer.standard import Base, DataType, Element, Klasse, MessageType
from portaal.berichtenverkeer.verdict import Findings

BLANK = " \t\r\n"
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")
LONGEST_NUMBER = 30
DATE = re.compile(r"(-?[0-9]{4,})-([0-9]{2})-([0-9]{2})")
LEAP_YEAR = 2000
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?|24:00:00(\.0+)?")
DIGITS = re.compile(r"\[0-9\]\{(\d+)\}")
MOST_CODES = 30

Fault = tuple[str, dict[str, object]]


class Explanation:
    """Collects in ``found`` every departure of the elements it is shown.

    In a stream the repeated parts are shown one by one, so they are passed over where they stand.
    """

    def __init__(self, message_type: MessageType, *, streamed: bool = False) -> None:
        self.found = Findings()
        self.message_type = message_type
        self._streamed = streamed
        self._told: set[tuple[object, ...]] = set()
        self._names = {e.name for k in (message_type.root.walk() if message_type.root else ()) for e in k.elements}

    def knows(self, name: str) -> bool:
        """Whether this is the name of an element of the standard: any other name could hide a value."""
        return name in self._names

    def look_at(
        self, element: etree._Element, klasse: Klasse, plaats: str, until: etree._Element | None = None
    ) -> None:
        """This element, which is to be of this class, and all below it; or only what comes before ``until`` in it."""
        children = [child for child in element if isinstance(child.tag, str)]
        if until is not None:
            children = children[: children.index(until) + 1]
        elif _has_text(element):
            self._tell("X15", element, plaats)
        self._order(element, children, klasse, plaats, is_whole=until is None)
        count: dict[str, int] = {}
        for child in children:
            part = self._element_for(child, klasse)
            if part is None or child is until:
                continue
            place = below(plaats, part.name)
            if part.repeated:
                count[part.name] = count.get(part.name, 0) + 1
                place += f"[{count[part.name]}]"
            if isinstance(part.type, Klasse):
                if not (self._streamed and part.repeated):
                    self.look_at(child, part.type, place)
            elif len(child):
                self._tell("X04", child, place)
            else:
                fault = value_fault(part.type, child.text or "")
                if fault is not None:
                    code, words = fault
                    self._tell(code, child, place, **words)

    def _order(
        self,
        parent: etree._Element,
        children: list[etree._Element],
        klasse: Klasse,
        plaats: str,
        *,
        is_whole: bool,
    ) -> None:
        """Elements that are unknown, double, out of place or missing."""
        position = {element.name: index for index, element in enumerate(klasse.elements)}
        seen: set[str] = set()
        last = -1
        for child in children:
            element = self._element_for(child, klasse)
            if element is None:
                self._tell_stranger(child, plaats)
                continue
            here, place = position[element.name], below(plaats, element.name)
            if element.name in seen and not element.repeated:
                self._tell("X03", child, place, element=element.name)
            elif here < last:
                before = klasse.elements[last].name
                self._tell("X02", child, place, element=element.name, before=before)
            last = max(last, here)
            seen.add(element.name)
        for element in klasse.elements if is_whole else klasse.elements[: last + 1]:
            if not element.optional and element.name not in seen:
                place = below(plaats, element.name)
                self._tell("X01", parent, place, element=element.name)

    def _element_for(self, child: etree._Element, klasse: Klasse) -> Element | None:
        """The line of the class that this child answers to, by name and namespace."""
        release = self.message_type.release
        namespace = release.shared_namespace if klasse.shared else self.message_type.namespace
        name = local_name(child)
        return klasse.by_name.get(name) if child.tag == f"{{{namespace}}}{name}" else None

    def _tell_stranger(self, child: etree._Element, plaats: str) -> None:
        name = local_name(child)
        if self.knows(name):
            self._tell("X17", child, below(plaats, name), element=name)
        else:
            self._tell("X04", child, plaats)

    def _tell(self, code: str, element: etree._Element, plaats: str, /, **words: Any) -> None:
        if self.found.is_full:
            self.found.omitted += 1
            return
        told = (code, line(element), plaats, *words.values())
        if told not in self._told:  # before its words are made: a flood on one line is one finding
            self._told.add(told)
            self.found.add(finding(code, line(element), plaats, **words))


def value_fault(datatype: DataType, value: str) -> Fault | None:
    """What is wrong with a value of a simple type: the code of the fault with the words that fill it."""
    match datatype.base:
        case Base.TEXT:
            return _text_fault(datatype, value)
        case Base.NUMBER:
            return _number_fault(datatype, value.strip(BLANK))
        case Base.DATE:
            return None if _is_date(value.strip(BLANK)) else ("X10", {})
        case Base.TIME:
            return None if TIME.fullmatch(value.strip(BLANK)) else ("X11", {})


def _text_fault(datatype: DataType, value: str) -> Fault | None:
    if datatype.codes:
        if value in datatype.codes:
            return None
        shown = ", ".join(list(datatype.codes)[:MOST_CODES]) + (", …" if len(datatype.codes) > MOST_CODES else "")
        return "X05", {"list": datatype.name, "codes": shown}
    if datatype.max_length is not None and len(value) > datatype.max_length:
        return "X06", {"most": datatype.max_length}
    pattern, lines = datatype.pattern or "", value.replace("\r", "\n")
    if not pattern or re.fullmatch(pattern, lines, re.ASCII):
        return None
    if not value.strip(BLANK):
        return "X07", {}
    if "\n" in lines:
        return "X14", {}
    digits = DIGITS.fullmatch(pattern)
    return ("X12", {"digits": int(digits[1])}) if digits else ("X13", {})


def _number_fault(datatype: DataType, value: str) -> Fault | None:
    if not value:
        return "X07", {}
    if not WHOLE_NUMBER.fullmatch(value):
        return "X08", {}
    most = datatype.maximum or 0
    if len(value) > LONGEST_NUMBER or not 0 <= int(value) <= most:
        return "X09", {"most": most}
    if datatype.pattern is not None and not re.fullmatch(datatype.pattern, value):
        return "X13", {}
    return None


def _is_date(value: str) -> bool:
    """Whether this is a date to XML Schema, which also knows years before 1 and after 9999."""
    match = DATE.fullmatch(value)
    if match is None or not match[1].strip("-0"):
        return False
    year = int(match[1]) if len(match[1]) == len("2023") else LEAP_YEAR
    try:
        date(year, int(match[2]), int(match[3]))
    except ValueError:
        return False
    return True


def _has_text(element: etree._Element) -> bool:
    texts = [element.text, *(child.tail for child in element)]
    return any(text and text.strip(BLANK) for text in texts)
