"""No upload is lost or doubled, whenever the web server or the worker is killed (security goal 1).

benchmarks/crashes.py does the same as often as one likes. kill -9 leaves what the operating system holds: this is about
order and transactions, not about disks.
"""

from __future__ import annotations

from pathlib import Path

from tests.berichtenverkeer_traffic.crashing import FEWEST, crash


def test_nothing_is_lost_or_doubled_when_processes_are_killed(tmp_path: Path) -> None:
    result = crash(tmp_path, 12)
    assert result.accepted >= 2 * FEWEST
    assert result.repeated > 2
