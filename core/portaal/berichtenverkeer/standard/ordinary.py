"""How the values of a simple type are ordinarily written: a pattern for a part of what the type allows.

Whatever fits the pattern is valid to the schema made from the same model; what is valid may well not fit. The
patterns cannot match a tag, an entity or a line break, so they can stand between tags in a larger pattern.
"""

from __future__ import annotations

import re

from portaal.berichtenverkeer.standard.load import NOT_BLANK_LINE, NOT_BLANK_TEXT
from portaal.berichtenverkeer.standard.model import Base, DataType

NOTHING = r"(?!)"
CHARACTER = r"[^<>&\x00-\x1f\x7f-\x9f\ufffe\uffff]"
NOT_BLANK = r"[^<>&\x00-\x1f\x7f-\x9f\ufffe\uffff\s]"
ANY_TEXT = re.compile(r"\[\\s\\S\]\{1,([0-9]+)\}")
PLAIN = re.compile(r"(?:[0-9]|\[(?:[a-z]-[a-z]|[A-Z]-[A-Z]|0-9|À-ỳ)+\](?:\{[0-9,]+\})?)+")
LONGEST = 65_535
DATE = (
    r"(?:19|20)[0-9]{2}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)"
    r"|(?:0[13578]|1[02])-31)|(?:19|20)(?:0[48]|[2468][048]|[13579][26])-02-29"
)
TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"


def ordinary(datatype: DataType) -> str:
    """The pattern, without groups that capture and for Python's ``re``; one that nothing fits for an unusual type."""
    match datatype.base:
        case Base.TEXT:
            return _text(datatype)
        case Base.NUMBER:
            return _number(datatype)
        case Base.DATE:
            return f"(?:{DATE})"
        case Base.TIME:
            return TIME


def _text(datatype: DataType) -> str:
    if datatype.codes:
        return f"(?:{'|'.join(map(re.escape, datatype.codes))})"
    pattern, longest = datatype.pattern or "", datatype.max_length or LONGEST
    if pattern in (NOT_BLANK_LINE, NOT_BLANK_TEXT):
        return f"{NOT_BLANK}{CHARACTER}{{0,{longest - 1}}}+"
    any_text = ANY_TEXT.fullmatch(pattern)
    if any_text:
        return f"{CHARACTER}{{1,{min(int(any_text[1]), longest)}}}+"
    return pattern if PLAIN.fullmatch(pattern) and datatype.max_length is None else NOTHING


def _number(datatype: DataType) -> str:
    """Any number that has too few digits to be too large."""
    most = datatype.maximum or 0
    if datatype.pattern is not None:
        return datatype.pattern if datatype.pattern.isdecimal() and int(datatype.pattern) <= most else NOTHING
    digits = len(str(most + 1)) - 1
    return f"[0-9]{{1,{digits}}}+" if digits else NOTHING
