"""Dates and periods as the rules need them; dates are ISO strings, as in ``Part``."""

from __future__ import annotations

import calendar
from bisect import bisect_left, bisect_right
from functools import lru_cache

FOREVER = "~~"


class Days:
    """The days that a number of periods cover together. Asking and adding take a binary search."""

    def __init__(self) -> None:
        self._begins: list[str] = []
        self._ends: list[str] = []

    def overlap(self, begin: str, end: str) -> bool:
        """Whether one of these days is covered."""
        return bisect_left(self._ends, begin) < bisect_right(self._begins, end)

    def add(self, begin: str, end: str) -> None:
        """Cover these days too. A period that ends before it begins covers none."""
        if end < begin:
            return
        first, last = bisect_left(self._ends, begin), bisect_right(self._begins, end)
        if first < last:
            begin, end = min(begin, self._begins[first]), max(end, self._ends[last - 1])
        self._begins[first:last] = [begin]
        self._ends[first:last] = [end]


@lru_cache(maxsize=1024)
def last_day_of_month(day: str) -> str:
    """The last day of the month that this day is in; FOREVER for years that no calendar has."""
    year, month = day[:4], day[5:7]
    if not (year + month).isdigit() or int(year) == 0:
        return FOREVER
    return f"{year}-{month}-{calendar.monthrange(int(year), int(month))[1]:02}"


@lru_cache(maxsize=1024)
def years_before(day: str, years: int) -> str:
    """The same day that many years earlier; 28 February where there is no 29th."""
    year = day[:4]
    if not year.isdigit() or int(year) <= years:
        return ""
    earlier = f"{int(year) - years:04}{day[4:]}"
    return f"{earlier[:8]}28" if earlier > last_day_of_month(earlier) else earlier
