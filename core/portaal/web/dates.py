"""Dates as people type them, day first: ``21-11-2026``, ``21 11 2026``, ``21/11/2026``; and as addresses hold them.

Only days that the portal can be about: those around the ends of the calendar are no moment in every time zone.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from portaal.web.forms import FieldError
from portaal.web.i18n import _

FIRST, LAST = date(1900, 1, 1), date(2999, 12, 31)
NO_DATE = _("Fill in a date, such as 21-11-2026.")
_NUMBER = re.compile(r"[+-]?[0-9]*(?:\.[0-9]*)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/. ]{1,2}([0-9]{1,2})[-/. ]{1,2}([0-9]{4})")


def iso(typed: Any) -> Any:
    """A date typed day first in the order that pydantic reads; anything else as it is.

    :raises FieldError: it is a number, which pydantic would take for seconds since 1970.
    """
    if not isinstance(typed, str):
        return typed
    found = _DAY_FIRST.fullmatch(typed)
    if found is None:
        if _NUMBER.fullmatch(typed):
            raise FieldError(NO_DATE)
        return typed
    day, month, year = found.groups()
    return f"{year}-{month:0>2}-{day:0>2}"


def possible(day: date) -> date:
    """The same day.

    :raises FieldError: it lies too far away.
    """
    if not FIRST <= day <= LAST:
        raise FieldError(NO_DATE)
    return day


def day_in_address(text: str) -> date | None:
    """A day as the query of an address holds it, ``2026-11-21``; None for anything else."""
    try:
        return possible(date.fromisoformat(text))
    except ValueError:
        return None


Day = Annotated[date, BeforeValidator(iso), AfterValidator(possible)]
