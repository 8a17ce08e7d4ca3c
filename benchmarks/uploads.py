"""What uploads do to who reads pages meanwhile: `python benchmarks/uploads.py [seconds per turn]`.

One person opens the overview again and again, from a portal in a process of its own: while nothing else happens, while
two others deliver a message of 5 MB without end (each is checked and kept), and while twenty deliver so slowly that
they never finish. The turns alternate; the ratios are of medians over the rounds. They are by the clock: on one core or
two, those who deliver take a share of the same cores.
"""

from __future__ import annotations

import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.berichtenverkeer.builder import build
from tests.berichtenverkeer_traffic.uploading import Uploader, portal_process

ROUNDS = 5
SIZE = 5_000_000
SLOW = 20
DRIP = 0.2  # seconds between two bytes
P99_TARGET, RATE_TARGET = 1.5, 0.9


def large_message() -> bytes:
    """A WMO325 of Diemen with one client after another."""
    message = build("WMO325").decode()
    end = "</m:Client>"
    start, stop = message.index("<m:Client>"), message.index(end) + len(end)
    client = message[start:stop]
    return (message[:start] + client * (SIZE // len(client)) + message[stop:]).encode()


def deliver_without_end(uploader: Uploader, body: bytes, content_type: str) -> None:
    while True:
        answer = uploader.post(body, content_type)
        if answer.status != 303:
            raise SystemExit(f"the upload was answered with {answer.status}")
        uploader.answers.clear()


def drip_without_end(uploader: Uploader, content_type: str) -> None:
    """Deliver at a byte a turn, many times at once."""
    head = (
        f"POST {uploader.path} HTTP/1.1\r\nHost: localhost:{uploader.port}\r\nCookie: {uploader.cookies}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {SIZE}\r\n\r\n"
    )
    with ExitStack() as stack:
        connections = [stack.enter_context(socket.create_connection(("localhost", uploader.port))) for _ in range(SLOW)]
        for connection in connections:
            connection.sendall(head.encode())
        while True:
            time.sleep(DRIP)
            for connection in connections:
                connection.sendall(b"-")


@contextmanager
def going_on(*works: Callable[[], None]) -> Iterator[None]:
    """These, each in a process of its own."""
    processes = [multiprocessing.get_context("fork").Process(target=work, daemon=True) for work in works]
    for process in processes:
        process.start()
    time.sleep(0.5)
    try:
        yield
        if not all(process.is_alive() for process in processes):
            raise SystemExit("an upload ended")
    finally:
        for process in processes:
            process.kill()
            process.join()


def page_times(uploader: Uploader, seconds: float) -> list[float]:
    """How long each page took, one after another."""
    taken = []
    until = time.perf_counter() + seconds
    while (start := time.perf_counter()) < until:
        answer = uploader.ask("GET", f"/g/{uploader.gemeentecode}/")
        if answer.status != 200:
            raise SystemExit(f"the page was answered with {answer.status}")
        taken.append(time.perf_counter() - start)
    uploader.answers.clear()
    return taken


def p99(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=100)[-1]


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    with tempfile.TemporaryDirectory() as folder, portal_process(Path(folder)) as (uploader, _pid):
        body, content_type = uploader.form(("antwoord.xml", large_message()))
        others: dict[str, tuple[Callable[[], None], ...]] = {
            "alone": (),
            "two": (lambda: deliver_without_end(uploader, body, content_type),) * 2,
            "slow": (lambda: drip_without_end(uploader, content_type),),
        }
        page_times(uploader, 1)
        taken: dict[str, list[list[float]]] = {name: [] for name in others}
        for _ in range(ROUNDS):
            for name, works in others.items():
                with going_on(*works):
                    taken[name].append(page_times(uploader, seconds))
    late = {name: statistics.median(p99(turn) for turn in turns) for name, turns in taken.items()}
    rate = {name: statistics.median(len(turn) / sum(turn) for turn in turns) for name, turns in taken.items()}
    click.echo(f"alone: {rate['alone']:.0f} pages a second, p99 {late['alone'] * 1000:.0f} ms")
    click.echo(
        f"with two uploads that are checked: p99 {late['two'] * 1000:.0f} ms, to alone "
        f"{late['two'] / late['alone']:.1f} (target: at most {P99_TARGET}); rate {rate['two'] / rate['alone']:.2f}"
    )
    click.echo(
        f"with {SLOW} slow uploads: rate to alone {rate['slow'] / rate['alone']:.2f} (target: at least {RATE_TARGET})"
    )


if __name__ == "__main__":
    main()
