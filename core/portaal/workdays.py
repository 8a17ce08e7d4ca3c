"""Days on which gemeenten work: not in the weekend, nor on a public holiday of the Algemene termijnenwet (art. 3)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

SATURDAY, SUNDAY = 5, 6
# Goede Vrijdag, tweede paasdag, Hemelvaartsdag and tweede pinksterdag, in days after Easter Sunday.
WITH_EASTER = (-2, 1, 39, 50)


def is_workday(day: date) -> bool:
    """Whether a day is neither in the weekend nor a Dutch public holiday."""
    return day.weekday() < SATURDAY and day not in public_holidays(day.year)


def workdays_after(day: date, count: int) -> date:
    """The last day of a term of ``count`` working days that begins on the day after ``day``."""
    while count:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day


@cache
def public_holidays(year: int) -> frozenset[date]:
    """The public holidays of a year, apart from Sundays. The law counts Bevrijdingsdag every year.

    :param year: from 2014 on, when Koningsdag was first kept.
    """
    fixed = {date(year, 1, 1), kings_day(year), date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)}
    return frozenset(fixed | {easter(year) + timedelta(days=days) for days in WITH_EASTER})


def kings_day(year: int) -> date:
    """27 April, or the day before when that is a Sunday."""
    birthday = date(year, 4, 27)
    return birthday - timedelta(days=birthday.weekday() == SUNDAY)


def easter(year: int) -> date:
    """Easter Sunday of a Gregorian year, by the method that Nature published anonymously in 1876."""
    golden = year % 19
    century, rest = divmod(year, 100)
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)
