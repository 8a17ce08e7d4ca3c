"""Calling code that is not ours, with a limit on its time.

Python cannot stop a thread: what is late goes on by itself and its result is dropped. So that a plugin which hangs does
not fill the process with threads, a limit on how much of it may be going on late is kept too. The threads are daemons:
they do not keep the process from ending. What a call changes of the number context is its own; the locale is the whole
process's, and is put back.
"""

from __future__ import annotations

import contextvars
import decimal
import locale
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

log = logging.getLogger(__name__)
LOCALE = locale.setlocale(locale.LC_ALL)


class LateError(Exception):
    """It took longer than it may."""


class StillBusyError(Exception):
    """Too many earlier calls of this owner are late and still going on: it was not called."""


@dataclass(frozen=True)
class Call:
    """A function to call, and the plugin that it belongs to."""

    owner: str
    function: Callable[[], Any]


@dataclass(frozen=True)
class Outcome:
    """What became of a call: a value, or what was raised."""

    value: Any = None
    error: BaseException | None = None


class TimeLimit:
    """Calls functions side by side and waits for them no longer than ``seconds``.

    :param late_at_once: how many calls of one owner may be going on past their time.
    """

    def __init__(self, seconds: float, late_at_once: int = 2) -> None:
        self._seconds = seconds
        self._late_at_once = late_at_once
        self._late: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._idle: list[_Helper] = []

    def run(self, calls: Sequence[Call], *, one_by_one: bool = False) -> list[Outcome]:
        """The outcomes in the order of the calls. Nothing that a call raises gets out, not even SystemExit.

        :param one_by_one: each call waits for the one before it, and has the whole time.
        """
        if one_by_one:
            return [self.run([call])[0] for call in calls]
        running = [self._start(call) for call in calls]
        deadline = time.monotonic() + self._seconds
        return [task.outcome if task.wait(deadline) else self._give_up(task) for task in running]

    def _start(self, call: Call) -> _Task:
        task = _Task(call)
        if self._late[call.owner] >= self._late_at_once:
            task.finish(Outcome(error=StillBusyError(f"{call.owner} is still busy with earlier calls")))
            return task
        try:
            helper = self._idle.pop()
        except IndexError:
            helper = _Helper(self._finished)
        helper.tasks.put(task)
        return task

    def _give_up(self, task: _Task) -> Outcome:
        with self._lock:
            if task.done.is_set():  # just in time
                return task.outcome
            task.is_late = True
            self._late[task.call.owner] += 1
        return Outcome(error=LateError(f"no answer within {self._seconds:g} seconds"))

    def _finished(self, helper: _Helper, task: _Task, outcome: Outcome) -> None:
        with self._lock:
            task.finish(outcome)
            if task.is_late:
                self._late[task.call.owner] -= 1
            self._idle.append(helper)


class _Task:
    """One call under way, in the context (request id, locale, number settings) of whoever asked, but a copy of it."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.context = contextvars.copy_context()
        self.done = threading.Event()
        self.outcome = Outcome()
        self.is_late = False

    def wait(self, deadline: float) -> bool:
        return self.done.wait(max(0.0, deadline - time.monotonic()))

    def finish(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.done.set()


class _Helper:
    """A thread that does one task after another."""

    def __init__(self, finished: Callable[[_Helper, _Task, Outcome], None]) -> None:
        self.tasks: SimpleQueue[_Task] = SimpleQueue()
        self._finished = finished
        threading.Thread(target=self._work, name="limited", daemon=True).start()

    def _work(self) -> None:
        while True:
            task = self.tasks.get()
            try:
                outcome = Outcome(task.context.run(_with_own_numbers, task.call.function))
            except BaseException as error:  # also sys.exit: it ends the call, not the thread
                outcome = Outcome(error=error)
            _put_locale_back(task.call.owner)
            self._finished(self, task, outcome)


def _with_own_numbers(function: Callable[[], Any]) -> Any:
    """A copied context still shares the object that holds precision and rounding."""
    with decimal.localcontext():
        return function()


def _put_locale_back(owner: str) -> None:
    if locale.setlocale(locale.LC_ALL) != LOCALE:
        locale.setlocale(locale.LC_ALL, LOCALE)
        log.warning("the locale was changed while %s was called; it is put back", owner)
