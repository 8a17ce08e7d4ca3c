"""The content of the simulated register: who has an indication, from when to when. All of them invented."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from portaal import clock


@dataclass(frozen=True)
class Indicatie:
    """A decision and the days on which it holds, the last one included."""

    besluit: date
    begin: date
    einde: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.begin <= day and (self.einde is None or day <= self.einde)


def demonstration() -> dict[str, list[Indicatie]]:
    """People from the range of test numbers: with, no longer, and not yet an indication."""
    return {
        "999990007": [Indicatie(date(2024, 2, 12), date(2024, 3, 1))],
        "999990019": [Indicatie(date(2025, 6, 2), date(2025, 6, 15))],
        "999990020": [Indicatie(date(2022, 1, 10), date(2022, 2, 1), date(2025, 12, 31))],
        "999990032": [Indicatie(date(2026, 11, 2), date(2027, 2, 1))],
        "999990044": [
            Indicatie(date(2019, 5, 6), date(2019, 6, 1), date(2021, 5, 31)),
            Indicatie(date(2023, 4, 3), date(2023, 5, 1)),
        ],
    }


class Register:
    """Indications by BSN."""

    def __init__(self, content: dict[str, list[Indicatie]] | None = None) -> None:
        self._content = demonstration() if content is None else content
        self._lock = threading.Lock()

    @property
    def content(self) -> dict[str, list[Indicatie]]:
        """Who are in it now, by BSN."""
        with self._lock:
            return {bsn: list(indicaties) for bsn, indicaties in self._content.items()}

    def find(self, bsn: str, day: date) -> Indicatie | None:
        """The indication that holds on a day."""
        with self._lock:
            return next((one for one in self._content.get(bsn, ()) if one.holds_on(day)), None)

    def give(self, bsn: str, day: date) -> None:
        """An indication from that day on."""
        with self._lock:
            self._content.setdefault(bsn, []).append(Indicatie(day, day))

    def take_away(self, bsn: str) -> None:
        with self._lock:
            self._content.pop(bsn, None)

    @property
    def stand(self) -> datetime:
        """The moment this is a picture of: the register is renewed every night at four (UTC)."""
        now = clock.now()
        tonight = datetime.combine(now.date(), time(4), UTC)
        return tonight if tonight <= now else tonight - timedelta(days=1)
