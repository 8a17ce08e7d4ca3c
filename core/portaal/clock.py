"""The one source of the current time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def now() -> datetime:
    """The current moment as an aware datetime in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The current date where the users are: Europe/Amsterdam."""
    return now().astimezone(AMSTERDAM).date()
