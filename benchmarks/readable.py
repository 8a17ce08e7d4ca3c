"""What showing a page of a large message costs: `python benchmarks/readable.py [MB]`.

The first, the middle and the last page of a made-up declaration, read as a stream and put in words, in processor time
and in memory that a process of its own grows by; next to libxml2 telling Python of every element of the same file.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

from ingest import declaration, grown

from portaal.berichtenverkeer.readable import page_view
from portaal.berichtenverkeer.readable.reader import PIECE, read
from portaal.berichtenverkeer.safexml import target_parser
from portaal.web.i18n import translator

TRANSLATE = translator("nl")


class Nothing:
    """Hears of everything and keeps nothing."""

    def start(self, tag: str, attributes: Any) -> None: ...

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...

    def doctype(self, *names: Any) -> None: ...

    def close(self) -> None: ...


def pieces(data: bytes) -> Iterator[bytes]:
    """The file as it comes out of the store."""
    return (data[start : start + PIECE] for start in range(0, len(data), PIECE))


def show(data: bytes, number: int) -> None:
    """One page in words."""
    for page in read(pieces(data), only=number):
        page_view(page, (), "nl", TRANSLATE)


def hear(data: bytes) -> None:
    """The file through the parser alone."""
    parser = target_parser(Nothing())
    for piece in pieces(data):
        parser.feed(piece)
    parser.close()


def seconds(work: Any, *arguments: Any) -> float:
    """Processor time, the best of three."""
    turns = []
    for _ in range(3):
        began = time.process_time()
        work(*arguments)
        turns.append(time.process_time() - began)
    return min(turns)


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    data = declaration(megabytes * 1_000_000)
    last = sum(1 for _ in read(pieces(data)))
    sys.stdout.write(f"{len(data) / 1e6:.1f} MB, {last} pages; the parser alone {seconds(hear, data):.2f} s\n")
    show(data, 1)  # what is loaded once
    for number in (1, last // 2, last):
        memory = grown(lambda number=number: show(data, number))
        sys.stdout.write(f"page {number}: {seconds(show, data, number):.3f} s, {memory:.1f} MiB\n")


if __name__ == "__main__":
    main()
