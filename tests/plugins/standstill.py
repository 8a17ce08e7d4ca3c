"""A time limit that no machine is too slow for."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from portaal.time_limit import Call, Outcome, TimeLimit, _Task

LONG = 600.0  # seconds: whatever the machine does, the test is over by then


class Standstill(TimeLimit):
    """Its time is over once nothing goes on any more but what hangs: calls that are quick enough are always in time."""

    def __init__(self) -> None:
        super().__init__(1, clock=self._clock)
        self._tasks: list[_Task] = []
        self._hanging = 0
        self._counting = threading.Lock()
        self._released = threading.Event()

    def run(self, calls: Sequence[Call], *, one_by_one: bool = False) -> list[Outcome]:
        self._tasks, self._hanging = [], 0
        return super().run(calls, one_by_one=one_by_one)

    def _may_start(self, task: _Task) -> bool:
        self._tasks.append(task)
        return super()._may_start(task)

    def _clock(self) -> float:
        undone = sum(not task.is_done for task in self._tasks)
        return 2.0 if undone and self._hanging >= undone else 0.0

    def hang(self) -> None:
        """For a call that is late: go on until :meth:`release`."""
        with self._counting:
            self._hanging += 1
        self._released.wait(LONG)

    def release(self) -> None:
        """Let everything end that hangs."""
        self._released.set()
