"""The citizen service number: recognising one, so that it can be kept out of where it does not belong."""

from __future__ import annotations

import re

WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
# Nine digits as people write them, not part of a longer word, number or identifier.
LIKE_A_BSN = re.compile(r"(?<![\w.-])\d(?:[ .-]?\d){8}(?![\w-])")
MASK = "[bsn]"


def elfproef(digits: str) -> bool:
    """Whether nine digits pass the eleven test (CS002); all zeros do not count as a BSN."""
    if len(digits) != len(WEIGHTS) or not (digits.isascii() and digits.isdigit()) or not digits.strip("0"):
        return False
    return sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True)) % 11 == 0


def contains_bsn(text: str) -> bool:
    """Whether a text holds something that passes for a BSN, also with dots, blanks or hyphens in it."""
    return any(elfproef(re.sub(r"\D", "", found)) for found in LIKE_A_BSN.findall(text))


def redact(text: str) -> str:
    """The text with every BSN masked. A safety net for logs: the first rule is not to log one."""
    return LIKE_A_BSN.sub(lambda found: MASK if elfproef(re.sub(r"\D", "", found[0])) else found[0], text)
