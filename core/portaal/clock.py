"""The one source of the current time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def now() -> datetime:
    """The current moment as an aware datetime in UTC."""
    return datetime.now(UTC)


def midnight(day: date) -> datetime:
    """The moment a day begins where the users are."""
    return datetime.combine(day, time(), AMSTERDAM)


def end_of(day: date) -> datetime:
    """The moment a day is over where the users are."""
    return midnight(day + timedelta(days=1))


def today() -> date:
    """The current date where the users are: Europe/Amsterdam."""
    return now().astimezone(AMSTERDAM).date()
