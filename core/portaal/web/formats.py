"""How dates, times and numbers are written, as Jinja2 filters: 21 november 2026, 14.07 uur, 1.284."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from babel.dates import format_date
from babel.numbers import format_decimal
from pyramid.threadlocal import get_current_request

from portaal.clock import AMSTERDAM

if TYPE_CHECKING:
    from pyramid.config import Configurator


def day(value: date | datetime, locale: str) -> str:
    """In running text: ``21 november 2026``; a moment is shown by its day in Amsterdam."""
    return format_date(_local_date(value), "d MMMM y", locale=locale)


def short_day(value: date | datetime) -> str:
    """In tables: ``21-11-2026``."""
    return _local_date(value).strftime("%d-%m-%Y")


def moment(value: datetime, locale: str) -> str:
    """In running text: ``21 november 2026, 14.07 uur``."""
    time = value.astimezone(AMSTERDAM).strftime("%H.%M uur" if locale == "nl" else "%H:%M")
    return f"{day(value, locale)}, {time}"


def short_moment(value: datetime, locale: str) -> str:
    """In tables: ``21-11-2026 14.07``."""
    return value.astimezone(AMSTERDAM).strftime("%d-%m-%Y %H.%M" if locale == "nl" else "%d-%m-%Y %H:%M")


def number(value: float, locale: str) -> str:
    """``1.284`` in Dutch, ``1,284`` in English."""
    return format_decimal(value, locale=locale)


def size(value: int, locale: str) -> str:
    """A number of bytes as people read it: ``8,5 kB``, ``19,9 MB``."""
    for unit, factor in (("MB", 1_000_000), ("kB", 1_000)):
        if value >= factor:
            return f"{format_decimal(round(value / factor, 1), locale=locale)} {unit}"
    return f"{value} B"


def _local_date(value: date | datetime) -> date:
    return value.astimezone(AMSTERDAM).date() if isinstance(value, datetime) else value


def _locale() -> str:
    return get_current_request().locale_name


def includeme(config: Configurator) -> None:
    def install() -> None:
        config.get_jinja2_environment().filters.update(
            day=lambda value: day(value, _locale()),
            short_day=short_day,
            moment=lambda value: moment(value, _locale()),
            short_moment=lambda value: short_moment(value, _locale()),
            number=lambda value: number(value, _locale()),
            size=lambda value: size(value, _locale()),
            iso=lambda value: value.isoformat(),
        )

    config.action("portaal.formats", install, order=1)
