"""What the auditor sees of the consultations: the month as a whole, and on demand one person in detail.

The two reports are those that Suwinet made the norm (facts.md section 2): the general one every month, the specific one
when there is a reason for it.
"""

from __future__ import annotations

import statistics
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.api import is_workday
from portaal_wlz_registertoets.models import Flag, Raadpleging
from portaal_wlz_registertoets.outcome import Reason, WlzOutcome

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MOST_ASKED = 10
SHORT_HASH = 12
# A day of a person stands out when it is this many times the middle of all days of all persons, and not just a few.
PEAK_FACTOR = 5
PEAK_LEAST = 15
LONGEST_PERIOD = timedelta(days=366)


@dataclass(frozen=True)
class OfficeHours:
    """On days that gemeenten work, from one whole hour to another, in Amsterdam."""

    start: int
    end: int

    def include(self, moment: datetime) -> bool:
        local = moment.astimezone(AMSTERDAM)
        return is_workday(local.date()) and self.start <= local.hour < self.end


@dataclass
class PersonTotals:
    """What one person asked in a month."""

    account_id: uuid.UUID
    total: int = 0
    outside: int = 0
    in_lists: int = 0
    undetermined: int = 0
    flagged: int = 0
    by_day: Counter[date] = field(default_factory=Counter)

    @property
    def busiest(self) -> int:
        """The most on one day."""
        return max(self.by_day.values(), default=0)


@dataclass(frozen=True)
class MostAsked:
    """A citizen who was asked about more than once, as a keyed hash."""

    digest: str
    times: int
    people: int


@dataclass(frozen=True)
class Peak:
    """A day on which a person asked far more than is usual."""

    account_id: uuid.UUID
    day: date
    times: int


@dataclass
class MonthReport:
    """The general report."""

    first: date
    days: int
    total: int = 0
    outside: int = 0
    in_lists: int = 0
    decisions_shown: int = 0
    citizens: int = 0
    outcomes: Counter[WlzOutcome | None] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    grounds: Counter[str] = field(default_factory=Counter)
    flags: Counter[Flag] = field(default_factory=Counter)
    inside_by_day: list[int] = field(default_factory=list)
    outside_by_day: list[int] = field(default_factory=list)
    people: list[PersonTotals] = field(default_factory=list)
    most_asked: list[MostAsked] = field(default_factory=list)
    peaks: list[Peak] = field(default_factory=list)


@dataclass(frozen=True)
class PersonReport:
    """The specific report: every consultation of one person in a period.

    :ivar outside: the ids of those outside office hours.
    :ivar busiest: the day with the most of them, and how many.
    """

    rows: Sequence[Any]
    outside: frozenset[uuid.UUID]
    citizens: int
    most_asked: list[MostAsked]
    busiest: tuple[date, int] | None


def month_report(dbsession: Session, gemeentecode: str, first: date, office: OfficeHours) -> MonthReport:
    """The general report of the month that begins on ``first``."""
    after = next_month(first)
    report = MonthReport(first, (after - first).days)
    report.inside_by_day, report.outside_by_day = [0] * report.days, [0] * report.days
    people: dict[uuid.UUID, PersonTotals] = {}
    asked: dict[str, list[uuid.UUID]] = defaultdict(list)
    for row in _rows(dbsession, gemeentecode, first, after):
        _count(report, people.setdefault(row.account_id, PersonTotals(row.account_id)), row, office)
        asked[row.digest].append(row.account_id)
    report.people = sorted(people.values(), key=lambda person: -person.total)
    report.citizens = len(asked)
    report.most_asked = _most_asked(asked)
    report.peaks = _peaks(report.people)
    return report


def _count(report: MonthReport, person: PersonTotals, row: Any, office: OfficeHours) -> None:
    day = row.asked_at.astimezone(AMSTERDAM).date()
    inside = office.include(row.asked_at)
    (report.inside_by_day if inside else report.outside_by_day)[day.day - 1] += 1
    person.by_day[day] += 1
    for totals in (report, person):
        totals.total += 1
        totals.outside += not inside
        totals.in_lists += row.list_id is not None
    person.undetermined += row.outcome is not WlzOutcome.JA and row.outcome is not WlzOutcome.NEE
    person.flagged += row.flag is not None
    report.decisions_shown += row.decision_shown
    report.outcomes[row.outcome] += 1
    report.grounds[row.ground] += 1
    if row.reason is not None:
        report.reasons[row.reason] += 1
    if row.flag is not None:
        report.flags[row.flag] += 1


def _most_asked(asked: dict[str, list[uuid.UUID]]) -> list[MostAsked]:
    several = sorted(((digest, who) for digest, who in asked.items() if len(who) > 1), key=lambda item: -len(item[1]))
    return [MostAsked(digest[:SHORT_HASH], len(who), len(set(who))) for digest, who in several[:MOST_ASKED]]


def _peaks(people: Iterable[PersonTotals]) -> list[Peak]:
    days = [(person.account_id, day, times) for person in people for day, times in person.by_day.items()]
    if not days:
        return []
    usual = statistics.median(times for _, _, times in days)
    most = max(PEAK_LEAST, PEAK_FACTOR * usual)
    return sorted((Peak(*day) for day in days if day[2] >= most), key=lambda peak: -peak.times)


def person_report(
    dbsession: Session, gemeentecode: str, account_id: uuid.UUID, first: date, last: date, office: OfficeHours
) -> PersonReport:
    """The specific report of one person, from one day up to and including another."""
    after = last + timedelta(days=1)
    rows = list(_rows(dbsession, gemeentecode, first, after, Raadpleging.account_id == account_id))
    asked: dict[str, list[uuid.UUID]] = defaultdict(list)
    for row in rows:
        asked[row.digest].append(account_id)
    by_day = Counter(row.asked_at.astimezone(AMSTERDAM).date() for row in rows)
    return PersonReport(
        rows=rows,
        outside=frozenset(row.id for row in rows if not office.include(row.asked_at)),
        citizens=len(asked),
        most_asked=_most_asked(asked),
        busiest=by_day.most_common(1)[0] if by_day else None,
    )


def people_who_asked(dbsession: Session, gemeentecode: str) -> Sequence[uuid.UUID]:
    """Everybody who ever asked for this gemeente, as far as it is still kept."""
    return dbsession.scalars(
        sa.select(Raadpleging.account_id).where(Raadpleging.gemeentecode == gemeentecode).distinct()
    ).all()


def months_with_consultations(dbsession: Session, gemeentecode: str, today: date) -> list[date]:
    """The first days of the months there is something to report on, newest first; always this month."""
    oldest = dbsession.scalar(
        sa.select(sa.func.min(Raadpleging.asked_at)).where(Raadpleging.gemeentecode == gemeentecode)
    )
    month, months = today.replace(day=1), [today.replace(day=1)]
    while oldest is not None and month > oldest.astimezone(AMSTERDAM).date():
        month = (month - timedelta(days=1)).replace(day=1)
        months.append(month)
    return months


def next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _rows(
    dbsession: Session, gemeentecode: str, first: date, after: date, *more: sa.ColumnElement[bool]
) -> Iterable[Any]:
    return dbsession.execute(
        sa.select(*Raadpleging.__table__.columns)
        .where(
            Raadpleging.gemeentecode == gemeentecode,
            Raadpleging.asked_at >= datetime.combine(first, time(), AMSTERDAM),
            Raadpleging.asked_at < datetime.combine(after, time(), AMSTERDAM),
            *more,
        )
        .order_by(Raadpleging.asked_at)
    )
