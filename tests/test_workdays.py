"""Public holidays, against calendars that were printed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portaal.workdays import easter, is_workday, public_holidays


@pytest.mark.parametrize(
    "day",
    ["2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25", "2285-03-22"],
)
def test_easter(day: str) -> None:
    assert easter(int(day[:4])) == date.fromisoformat(day)


def test_easter_is_a_sunday_within_its_five_weeks() -> None:
    for year in range(2014, 2400):
        day = easter(year)
        assert day.weekday() == 6
        assert date(year, 3, 22) <= day <= date(year, 4, 25)


def test_the_holidays_of_2026() -> None:
    assert public_holidays(2026) == {
        date(2026, month, day)
        for month, day in ((1, 1), (4, 3), (4, 6), (4, 27), (5, 5), (5, 14), (5, 25), (12, 25), (12, 26))
    }


@pytest.mark.parametrize(("year", "day"), [(2014, 26), (2024, 27), (2025, 26), (2026, 27), (2031, 26)])
def test_kings_day_is_never_on_a_sunday(year: int, day: int) -> None:
    assert date(year, 4, day) in public_holidays(year)
    assert date(year, 4, day ^ 1) not in public_holidays(year)  # 26 and 27 differ in their last bit


def test_workdays_of_a_week_with_ascension_day() -> None:
    monday = date(2026, 5, 11)
    assert [is_workday(monday + timedelta(days=days)) for days in range(7)] == [True] * 3 + [False, True, False, False]
