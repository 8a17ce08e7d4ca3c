"""Dates as people type them, day first: ``21-11-2026``, ``21 11 2026``, ``21/11/2026``."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator

_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/. ]{1,2}([0-9]{1,2})[-/. ]{1,2}([0-9]{4})")


def iso(typed: Any) -> Any:
    """A date typed day first in the order that pydantic reads; anything else as it is."""
    found = _DAY_FIRST.fullmatch(typed) if isinstance(typed, str) else None
    if found is None:
        return typed
    day, month, year = found.groups()
    return f"{year}-{month:0>2}-{day:0>2}"


Day = Annotated[date, BeforeValidator(iso)]
