"""What each hostile file costs over HTTP: `python benchmarks/hostile.py`. The aim: at most 2 seconds and 64 MiB.

Every file of `tests/berichtenverkeer/hostile.py`, and one too large to be read, goes by itself through the page where
people deliver, to a portal in a process of its own. Time is from the first byte sent to the last one received;
memory is the most that the process took beyond what it had (Linux only). In between /health is asked by another
connection while the file is under way.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.berichtenverkeer.hostile import HARMLESS, HOSTILE, good
from tests.berichtenverkeer_traffic.uploading import Uploader, most_memory, portal_process, start_counting

SECONDS, MEBIBYTES, HEALTH_SECONDS = 2.0, 64, 0.2


def health_while(uploader: Uploader, stop: threading.Event, slowest: list[float]) -> None:
    """Ask /health all the time, and keep the longest that it took."""
    while not stop.wait(0.01):
        started = time.perf_counter()
        Uploader(uploader.port, uploader.token).ask("GET", "/health")
        slowest[0] = max(slowest[0], time.perf_counter() - started)


def main() -> None:
    files = [(upload.name, upload.make()) for upload in HOSTILE] + [("more_than_is_read", b"x" * 60_000_000)]
    files += [(f"harmless: {name}", make()) for name, make in HARMLESS.items()]
    slowest, costs = [0.0], []
    with tempfile.TemporaryDirectory() as folder, portal_process(Path(folder)) as (uploader, pid):
        uploader.deliver(("warm.xml", good()))
        stop = threading.Event()
        watcher = threading.Thread(target=health_while, args=(uploader, stop, slowest))
        watcher.start()
        for name, data in files:
            body, content_type = uploader.form((name, data))
            before, started = start_counting(pid), time.perf_counter()
            uploader.post(body, content_type)
            costs.append((time.perf_counter() - started, (most_memory(pid) - before) / (1 << 20), name))
        stop.set()
        watcher.join()
    click.echo(f"{len(files)} files, one by one")
    for title, part, unit, most in (("slowest", 0, "s", SECONDS), ("most memory", 1, "MiB", float(MEBIBYTES))):
        ordered = sorted(costs, key=lambda cost: cost[part], reverse=True)
        middle = ordered[len(ordered) // 2][part]
        worst = ", ".join(f"{cost[part]:.2f} {unit} ({cost[2]})" for cost in ordered[:3])
        click.echo(f"{title}: {worst}; median {middle:.3f} {unit}; aim {most:g} {unit}")
    click.echo(f"slowest /health meanwhile: {slowest[0] * 1000:.0f} ms; aim {HEALTH_SECONDS * 1000:.0f} ms")


if __name__ == "__main__":
    main()
