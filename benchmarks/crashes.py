"""What becomes of uploads while processes are killed: `python benchmarks/crashes.py [kills]`.

Two people deliver without end, each message again until it was taken, while the web server and the worker are killed
(kill -9) after a moment, each so many times (100). Then the worker finishes, and every accepted upload must be there
once: in the database, at the partner, in the audit trail, with its bytes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.berichtenverkeer_traffic.crashing import crash


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = crash(Path(folder), times)
    click.echo(
        f"{2 * times} kills in {time.monotonic() - started:.0f} s: {result.accepted} uploads accepted, "
        f"{result.repeated} broken off and sent again; none lost, none doubled, each with its audit line"
    )


if __name__ == "__main__":
    main()
