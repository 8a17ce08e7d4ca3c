"""A circuit breaker: a register that keeps failing is left alone for a while, so that nobody waits for it.

Each gemeente has its own, though most ask the same register: that one gemeente is refused, or waits too short, says
nothing of the others.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FAILURES_TO_OPEN = 5
FIRST_PAUSE = 15.0
LONGEST_PAUSE = 300.0


class Breaker:
    """Counts failures in a row. Safe for threads.

    :param clock: seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_again_at = 0.0
        self._trying = False

    def admits(self) -> bool:
        """Whether the register may be asked now. After a pause one question is let through to try."""
        with self._lock:
            if self._failures < FAILURES_TO_OPEN:
                return True
            if self._clock() < self._closed_again_at:
                return False
            self._trying = True
            self._closed_again_at = self._clock() + LONGEST_PAUSE  # if nothing is ever heard of it
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0
            self._trying = False

    def failed(self) -> None:
        with self._lock:
            if self._failures >= FAILURES_TO_OPEN and not self._trying:
                return  # it was asked together with those that failed: that says nothing new
            self._trying = False
            self._failures += 1
            self._closed_again_at = self._clock() + self._pause()

    def _pause(self) -> float:
        return min(FIRST_PAUSE * 2 ** min(self._failures - FAILURES_TO_OPEN, 10), LONGEST_PAUSE)


class Breakers:
    """The breakers of this process, by the address of the register and the OIN with which it is asked."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._breakers: dict[tuple[str, str], Breaker] = {}

    def of(self, address: str, oin: str) -> Breaker:
        with self._lock:
            return self._breakers.setdefault((address, oin), Breaker(self._clock))

    def forget(self, address: str, oin: str) -> None:
        """After its settings changed: begin anew."""
        with self._lock:
            self._breakers.pop((address, oin), None)
