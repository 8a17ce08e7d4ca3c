"""Time that stands still, and moves when the test says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import pytest

import portaal.clock


class StillClock:
    """What ``portaal.clock.now()`` tells: the same moment until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self, zone: tzinfo = UTC) -> datetime:
        """The moment at which it stands."""
        return self.moment.astimezone(zone)

    def shift(self, step: timedelta) -> None:
        """Move on, or back where the step is negative."""
        self.moment += step

    def move_to(self, moment: datetime) -> None:
        """Stand at another moment.

        :raises ValueError: it has no time zone.
        """
        if moment.tzinfo is None:
            raise ValueError("give the moment a time zone: datetime(..., tzinfo=UTC)")
        self.moment = moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StillClock:
    """The portal's clock, standing still from now on: ``clock.shift(timedelta(hours=1))``, ``clock.move_to(...)``.

    Only what asks ``portaal.api.now()`` or ``today()`` sees it, which is what a product asks.
    """
    still = StillClock(datetime.now(UTC))
    # The module asks its ``datetime``; whoever imported ``now`` from it by name is still told the new time.
    monkeypatch.setattr(portaal.clock, "datetime", still)
    return still
