"""A list of product codes as people write it: a line per code, its category first (TR381)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from portaal.berichtenverkeer.standard import releases

CATEGORIES = "ProductCategorie"
# What stands behind the code, such as its name, is of no account. Spreadsheets make 2 of 02.
LINE = re.compile(r"([0-9]{1,2}) *[;,\t] *([0-9A-Za-z]{1,5}) *(?:[;,\t].*)?")
HEADING = re.compile(r"[^0-9]+")


class ProductCodesError(ValueError):
    """A line is no category that exists with a code. ``line`` is its number."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def read_product_codes(text: str) -> Mapping[str, frozenset[str]]:
    """Per category its codes. The first line may be a heading, which has no digits; empty lines are skipped.

    :raises ProductCodesError: a line is something else.
    """
    codes: dict[str, set[str]] = {}
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        match = LINE.fullmatch(line)
        category = match[1].zfill(2) if match else ""
        if match and category in _categories():
            codes.setdefault(category, set()).add(match[2])
        elif line and not (number == 1 and HEADING.fullmatch(line)):
            raise ProductCodesError(number)
    return {category: frozenset(found) for category, found in codes.items()}


@cache
def _categories() -> frozenset[str]:
    """Those of every standard."""
    return frozenset(code for release in releases() for code in release.codes.get(CATEGORIES, ()))
