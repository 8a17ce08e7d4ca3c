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
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

log = logging.getLogger(__name__)
HELD_UP = 0.005  # seconds without progress after which another thread joins
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
    """Calls functions and waits for all of them together no longer than ``seconds``.

    One thread does the calls in turn; each time that it is held up, another thread joins it. So quick calls cost one
    change of threads, and slow ones do not wait for each other.

    :param late_at_once: how many calls of one owner may be going on past their time.
    :param clock: tells the seconds.
    """

    def __init__(self, seconds: float, late_at_once: int = 2, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._late_at_once = late_at_once
        self._clock = clock
        self._late: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._idle: list[_Helper] = []

    def run(self, calls: Sequence[Call], *, one_by_one: bool = False) -> list[Outcome]:
        """The outcomes in the order of the calls. Nothing that a call raises gets out, not even SystemExit.

        :param one_by_one: each call waits for the one before it, and has the whole time.
        """
        if one_by_one:
            return [self.run([call])[0] for call in calls]
        tasks = [_Task(call) for call in calls]
        together = _Together(tasks)
        waiting = deque(task for task in tasks if self._may_start(task))
        deadline = self._clock() + self._seconds
        if waiting:
            self._help(waiting)
        undone = together.undone
        while not together.done.wait(max(0.0, min(HELD_UP, deadline - self._clock()))):
            if self._clock() >= deadline:
                for task in tasks:
                    self._give_up(task)
            elif waiting and together.undone == undone:
                self._help(waiting)
            undone = together.undone
        return [task.outcome for task in tasks]

    def _may_start(self, task: _Task) -> bool:
        owner = task.call.owner
        if self._late[owner] >= self._late_at_once:
            task.finish(Outcome(error=StillBusyError(f"{owner} is still busy with earlier calls")))
        return not task.is_done

    def _help(self, waiting: deque[_Task]) -> None:
        try:
            helper = self._idle.pop()
        except IndexError:
            helper = _Helper(self)
        helper.work.put(waiting)

    def _give_up(self, task: _Task) -> None:
        with self._lock:
            if task.is_done:  # just in time
                return
            if task.is_started:
                task.is_late = True
                self._late[task.call.owner] += 1
            task.finish(Outcome(error=LateError(f"no answer within {self._seconds:g} seconds")))

    def start(self, task: _Task) -> bool:
        """A helper is about to do a task; not when it was given up before it began."""
        with self._lock:
            task.is_started = not task.is_done
            return task.is_started

    def finish(self, task: _Task, outcome: Outcome) -> None:
        """A helper did a task."""
        with self._lock:
            if task.is_late:
                self._late[task.call.owner] -= 1
            else:
                task.finish(outcome)

    def rest(self, helper: _Helper) -> None:
        """A helper has nothing to do any more."""
        self._idle.append(helper)


class _Task:
    """One call under way, in the context (request id, locale, number settings) of whoever asked, but a copy of it."""

    together: _Together

    def __init__(self, call: Call) -> None:
        self.call = call
        self.context = contextvars.copy_context()
        self.outcome = Outcome()
        self.is_started = False
        self.is_done = False
        self.is_late = False

    def finish(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.is_done = True
        self.together.one_less()


class _Together:
    """Tasks that are waited for together: whoever waits is woken once, when all are done."""

    def __init__(self, tasks: Sequence[_Task]) -> None:
        self.undone = len(tasks)
        self.done = threading.Event()
        for task in tasks:
            task.together = self
        if not tasks:
            self.done.set()

    def one_less(self) -> None:
        self.undone -= 1
        if not self.undone:
            self.done.set()


class _Helper:
    """A thread that does the tasks that wait, together with other helpers."""

    def __init__(self, limit: TimeLimit) -> None:
        self.work: SimpleQueue[deque[_Task]] = SimpleQueue()
        self._limit = limit
        threading.Thread(target=self._run, name="limited", daemon=True).start()

    def _run(self) -> None:
        while True:
            waiting = self.work.get()
            while (task := _next(waiting)) is not None:
                if self._limit.start(task):
                    self._limit.finish(task, _outcome(task))
            self._limit.rest(self)


def _next(waiting: deque[_Task]) -> _Task | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None


def _outcome(task: _Task) -> Outcome:
    try:
        return Outcome(task.context.run(_with_own_numbers, task.call.function))
    except BaseException as error:  # also sys.exit: it ends the call, not the thread
        return Outcome(error=error)
    finally:
        _put_locale_back(task.call.owner)


def _with_own_numbers(function: Callable[[], Any]) -> Any:
    """A copied context still shares the object that holds precision and rounding."""
    with decimal.localcontext():
        return function()


def _put_locale_back(owner: str) -> None:
    if locale.setlocale(locale.LC_ALL) != LOCALE:
        locale.setlocale(locale.LC_ALL, LOCALE)
        log.warning("the locale was changed while %s was called; it is put back", owner)
