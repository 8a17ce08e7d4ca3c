"""Three working days for a return message, and what the portal does when it does not come."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from portaal import clock
from portaal.berichtenverkeer.tracking.deadlines import last_day, mark_overdue
from portaal.berichtenverkeer.tracking.models import EventKind
from portaal.berichtenverkeer.tracking.states import State
from portaal.berichtenverkeer.tracking.timeline import advance, locked, record
from portaal.workdays import is_workday

from .conftest import Chain

FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
AFTER_WEDNESDAY = datetime(2026, 12, 2, 23, 1, tzinfo=UTC)  # Thursday 00.01 in Amsterdam


@pytest.mark.parametrize(
    ("received", "last"),
    [
        ("2026-11-27T09:00+01:00", "2026-12-02"),
        ("2026-11-28T09:00+01:00", "2026-12-02"),
        ("2026-11-25T23:30+00:00", "2026-12-01"),  # the 26th in Amsterdam
        ("2026-12-23T12:00+01:00", "2026-12-29"),  # over Christmas
        ("2026-04-01T12:00+02:00", "2026-04-08"),  # over Easter, Good Friday included
    ],
)
def test_the_last_day_is_the_third_working_day(received: str, last: str) -> None:
    assert last_day(datetime.fromisoformat(received)) == date.fromisoformat(last)


@given(st.dates(date(2015, 1, 1), date(2099, 1, 1)))
def test_there_are_always_three_working_days(first: date) -> None:
    last = last_day(datetime.combine(first, time(23, 59), clock.AMSTERDAM))
    days = [first + timedelta(days=number) for number in range(1, (last - first).days + 1)]
    assert sum(map(is_workday, days)) == 3
    assert is_workday(last)


def sent(chain: Chain, content: bytes) -> uuid.UUID:
    """A message that was confirmed at the moment it is now."""
    [file] = chain.submit(content).files
    assert file.message_id
    with chain.open_session() as dbsession, dbsession.begin():
        message = locked(dbsession, file.message_id)
        record(message, EventKind.DOORGESTUURD, code="Bv03")
        assert advance(message, State.WACHT_OP_RETOUR)
    return file.message_id


def mark(chain: Chain, at: datetime) -> int:
    with time_machine.travel(at, tick=False), chain.open_session() as dbsession, dbsession.begin():
        return mark_overdue(dbsession)


def test_what_is_not_answered_in_time_is_overdue_once(chain: Chain, wmo301: Callable[[str], bytes]) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        waiting, answered = sent(chain, wmo301("1")), sent(chain, wmo301("2"))
    with chain.open_session() as dbsession, dbsession.begin():
        advance(locked(dbsession, answered), State.VERWERKT)
    assert mark(chain, AFTER_WEDNESDAY - timedelta(minutes=2)) == 0
    assert mark(chain, AFTER_WEDNESDAY) == 1
    assert mark(chain, AFTER_WEDNESDAY + timedelta(hours=1)) == 0
    message = chain.message(waiting)
    assert message.state is State.RETOUR_TE_LAAT
    assert [event.kind for event in message.events].count(EventKind.RETOUR_TE_LAAT) == 1
    assert chain.message(answered).state is State.VERWERKT


def test_an_answer_that_comes_late_still_counts(chain: Chain, wmo301: Callable[[str], bytes]) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        waiting = sent(chain, wmo301("1"))
    assert mark(chain, AFTER_WEDNESDAY) == 1
    with chain.open_session() as dbsession, dbsession.begin():
        assert advance(locked(dbsession, waiting), State.AFGEKEURD_ONTVANGER)
    assert mark(chain, AFTER_WEDNESDAY + timedelta(days=9)) == 0


def test_three_days_count_from_when_it_was_confirmed(chain: Chain, wmo301: Callable[[str], bytes]) -> None:
    """A message that waited for a partner that was down is not overdue because of that."""
    with time_machine.travel(FRIDAY - timedelta(days=7), tick=False):
        [file] = chain.submit(wmo301("1")).files
    assert file.message_id
    with time_machine.travel(FRIDAY, tick=False), chain.open_session() as dbsession, dbsession.begin():
        message = locked(dbsession, file.message_id)
        record(message, EventKind.DOORGESTUURD)
        advance(message, State.WACHT_OP_RETOUR)
    assert mark(chain, FRIDAY + timedelta(days=1)) == 0
    assert mark(chain, AFTER_WEDNESDAY) == 1


def test_the_worker_does_it(built_app: object) -> None:
    names = [job.name for job in built_app.registry["portaal.core_jobs"]]  # type: ignore[attr-defined]
    assert "retouren" in names
