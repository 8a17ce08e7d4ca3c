"""What each hostile file costs over HTTP: `python benchmarks/hostile.py`. The aim: at most 2 seconds and 64 MiB.

Every file of `tests/berichtenverkeer/hostile.py`, and one too large to be read, goes by itself through the page where
people deliver, to a portal in a process of its own. Time is from the first byte sent to the last one received; the
processor time of the portal stands beside it, since that is what others on the machine do not disturb. Memory is the
most that the process took beyond what it had (Linux only). Then all go once more, while another connection asks for
/health all the time.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.berichtenverkeer.hostile import HARMLESS, HOSTILE, good
from tests.berichtenverkeer_traffic.uploading import Uploader, most_memory, portal_process, start_counting

SECONDS, MEBIBYTES, HEALTH_SECONDS = 2.0, 64.0, 0.2


def health_while(uploader: Uploader, stop: threading.Event, slowest: list[float]) -> None:
    """Ask /health all the time, and keep the longest that it took."""
    while not stop.wait(0.01):
        started = time.perf_counter()
        Uploader(uploader.port, uploader.token).ask("GET", "/health")
        slowest[0] = max(slowest[0], time.perf_counter() - started)


def processor_seconds(pid: int) -> float:
    """What a process has used up to now. Linux only, in hundredths."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    files = [(upload.name, upload.make()) for upload in HOSTILE] + [("more_than_is_read", b"x" * 60_000_000)]
    files += [(f"harmless: {name}", make()) for name, make in HARMLESS.items()]
    costs: list[tuple[float, float, float, str]] = []
    slowest = [0.0]
    with tempfile.TemporaryDirectory() as folder, portal_process(Path(folder)) as (uploader, pid):
        uploader.deliver(("warm.xml", good()))
        for name, data in files:
            body, content_type = uploader.form((name, data))
            before, used, started = start_counting(pid), processor_seconds(pid), time.perf_counter()
            uploader.post(body, content_type)
            took = time.perf_counter() - started
            grown = (most_memory(pid) - before) / (1 << 20)
            costs.append((took, processor_seconds(pid) - used, grown, name))
        stop = threading.Event()
        watcher = threading.Thread(target=health_while, args=(uploader, stop, slowest))
        watcher.start()
        for name, data in files:
            uploader.post(*uploader.form((name, data)))
        stop.set()
        watcher.join()
    click.echo(f"{len(files)} files, one by one")
    titles = ("time", "s", SECONDS), ("processor time", "s", SECONDS), ("memory", "MiB", MEBIBYTES)
    for part, (title, unit, most) in enumerate(titles):
        ordered = sorted(((cost[part], cost[-1]) for cost in costs), reverse=True)
        middle = ordered[len(ordered) // 2][0]
        worst = ", ".join(f"{value:.2f} {unit} ({name})" for value, name in ordered[:3])
        click.echo(f"most {title}: {worst}; median {middle:.3f} {unit}; aim {most:g} {unit}")
    click.echo(f"slowest /health meanwhile: {slowest[0] * 1000:.0f} ms; aim {HEALTH_SECONDS * 1000:.0f} ms")


if __name__ == "__main__":
    main()
