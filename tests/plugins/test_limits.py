"""Calling what is not ours: in time or not at all, whatever it raises."""

from __future__ import annotations

import contextvars
import decimal
import locale
import sys
import threading
import time
from typing import Any

import pytest

from portaal.time_limit import Call, LateError, Outcome, StillBusyError, TimeLimit
from tests.plugins.standstill import Standstill

SHORT = 0.15


def forever() -> int:
    return forever() + 1


def change_numbers() -> str:
    decimal.getcontext().prec = 2
    return str(decimal.Decimal(1) / 3)


def test_outcomes_come_in_the_order_of_the_calls() -> None:
    limit = TimeLimit(60)
    outcomes = limit.run([Call("a", lambda number=number: number) for number in range(20)])
    assert [outcome.value for outcome in outcomes] == list(range(20))


def test_what_is_late_is_not_waited_for() -> None:
    release = threading.Event()
    (outcome,) = TimeLimit(SHORT).run([Call("slow", release.wait)])
    release.set()
    assert isinstance(outcome.error, LateError)


def test_late_calls_do_not_wait_for_each_other() -> None:
    limit = Standstill()
    outcomes = limit.run([*(Call(f"slow{n}", limit.hang) for n in range(9)), Call("good", lambda: "here")])
    limit.release()
    assert [type(outcome.error) for outcome in outcomes[:-1]] == [LateError] * 9
    assert outcomes[-1] == Outcome("here")


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (lambda: 1 / 0, ZeroDivisionError),
        (sys.exit, SystemExit),
        (forever, RecursionError),
        (interrupt, KeyboardInterrupt),
    ],
)
def test_whatever_is_raised_stays_inside(function: Any, kind: type[BaseException]) -> None:
    limit = TimeLimit(60)
    raised, good = limit.run([Call("bad", function), Call("good", lambda: 1)])
    assert isinstance(raised.error, kind)
    assert good.value == 1
    assert limit.run([Call("bad", lambda: 2)])[0].value == 2


def test_an_owner_that_hangs_is_no_longer_called_until_it_is_done() -> None:
    limit, calls = Standstill(), []

    def hang() -> None:
        calls.append(1)
        limit.hang()

    for _ in range(2):
        assert isinstance(limit.run([Call("bad", hang)])[0].error, LateError)
    hanging, good = limit.run([Call("bad", hang), Call("good", lambda: 1)])
    assert isinstance(hanging.error, StillBusyError)
    assert good.value == 1
    assert len(calls) == 2
    limit.release()
    wait_until(lambda: limit.run([Call("bad", lambda: "again")])[0].value == "again")


def test_threads_are_used_again() -> None:
    limit = TimeLimit(60)
    limit.run([Call("a", lambda: 1)])
    before = threading.active_count()
    for _ in range(50):
        limit.run([Call("a", lambda: 1)], one_by_one=True)
    assert threading.active_count() <= before + 10  # now and then one has not yet come to rest


def test_a_call_sees_the_context_of_its_caller_and_changes_only_a_copy() -> None:
    request_id = contextvars.ContextVar("request_id", default="")
    request_id.set("abc")

    def look() -> str:
        seen = request_id.get()
        request_id.set("changed")
        return seen

    limit = TimeLimit(60)
    assert limit.run([Call("a", look)])[0].value == "abc"
    assert request_id.get() == "abc"
    assert limit.run([Call("a", change_numbers)])[0].value == "0.33"
    assert str(decimal.Decimal(1) / 3).startswith("0.33333333")
    assert limit.run([Call("a", lambda: str(decimal.Decimal(1) / 3))])[0].value.startswith("0.33333333")


def wait_until(condition: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_locale_is_put_back(caplog: pytest.LogCaptureFixture) -> None:
    before = locale.setlocale(locale.LC_ALL)
    other = "C" if before != "C" else "C.UTF-8"
    TimeLimit(60).run([Call("bad", lambda: locale.setlocale(locale.LC_ALL, other))])
    assert locale.setlocale(locale.LC_ALL) == before
    assert "while bad was called" in caplog.text
