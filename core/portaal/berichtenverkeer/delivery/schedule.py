"""When something that failed is tried again."""

from __future__ import annotations

import random
from datetime import timedelta

# After the first, second, ... failure; then hourly, and after five days no more (the Digikoppeling default).
DELAYS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
GIVE_UP = timedelta(days=5)
MOST_ATTEMPTS = 200  # more than fit in those days: what comes to this ends its worker each time
JITTER = 0.1  # so that what failed together does not come back together

# A partner that failed this often in a row is left alone, each time longer.
FAILURES_TO_CLOSE = 3
_FIRST_PAUSE = timedelta(seconds=15)
_LONGEST_PAUSE = timedelta(minutes=5)

_random = random.SystemRandom()


def delay(attempts: int) -> timedelta:
    """The wait after the given number of attempts, give or take a tenth."""
    base = DELAYS[min(attempts, len(DELAYS)) - 1]
    return base * _random.uniform(1 - JITTER, 1 + JITTER)


def pause(failures: int) -> timedelta | None:
    """How long a partner is left alone after this many failures in a row; None while it is not."""
    if failures < FAILURES_TO_CLOSE:
        return None
    return min(_FIRST_PAUSE * 2 ** min(failures - FAILURES_TO_CLOSE, 10), _LONGEST_PAUSE)
