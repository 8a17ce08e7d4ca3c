"""Values as people write them: ``€ 1.234,56``, ``6 mei 2026``, ``120 minuten``.

A value that is not what its type says is shown as it stands: the gate says what is wrong with it.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from babel.numbers import format_currency, format_decimal

from portaal.berichtenverkeer.readable.nodes import Node
from portaal.berichtenverkeer.standard import Base, DataType, Words
from portaal.web.formats import day

UNIT_TYPE = "Eenheid"
WHOLE_NUMBER = re.compile("[0-9]{1,18}")
DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9])")
BLANK = " \t\r\n"


def written(node: Node, parent: Node | None, words: Words | None, language: str) -> str:
    """The value of a node in the way of a language ("nl", "en").

    :param parent: the element around it, where the unit of a volume stands.
    :param words: those of the release; None when it is not known.
    """
    datatype = node.element.type if node.element is not None else None
    if not isinstance(datatype, DataType) or words is None:
        return node.text
    value = node.text.strip(BLANK)
    match datatype.base:
        case Base.DATE:
            return _day(value, language) or node.text
        case Base.TIME:
            return _time(value, language) or node.text
        case Base.NUMBER if WHOLE_NUMBER.fullmatch(value):
            if datatype.name in words.money:
                return euros(int(value), language)
            if datatype.name in words.volumes:
                return _volume(int(value), _unit(parent), words, language)
    return node.text


def meaning(node: Node) -> str:
    """What a code means, in Dutch: the language of the standard's lists. Empty for what is no code."""
    datatype = node.element.type if node.element is not None else None
    return datatype.codes.get(node.text, "") if isinstance(datatype, DataType) else ""


def euros(cents: int, language: str) -> str:
    """An amount: ``€ 1.234,56`` in Dutch, ``€1,234.56`` in English."""
    return format_currency(Decimal(cents) / 100, "EUR", locale=language)


def _volume(number: int, unit: str | None, words: Words, language: str) -> str:
    if unit is None:
        return format_decimal(number, locale=language)
    if unit not in words.units:
        return euros(number, language)
    one, many = words.units[unit][language]
    return f"{format_decimal(number, locale=language)} {one if number == 1 else many}"


def _unit(parent: Node | None) -> str | None:
    """The code of the unit beside a volume, when it is one of the list."""
    for sibling in parent.children if parent is not None else ():
        datatype = sibling.element.type if sibling.element is not None else None
        if isinstance(datatype, DataType) and datatype.name == UNIT_TYPE and sibling.text in datatype.codes:
            return sibling.text
    return None


def _day(value: str, language: str) -> str | None:
    try:
        return day(date.fromisoformat(value), language) if DATE.fullmatch(value) else None
    except ValueError:
        return None


def _time(value: str, language: str) -> str | None:
    match = TIME.fullmatch(value)
    if match is None:
        return None
    digits = value if match[1] != "00" else value[: -len(":00")]
    return f"{digits.replace(':', '.')} uur" if language == "nl" else digits
