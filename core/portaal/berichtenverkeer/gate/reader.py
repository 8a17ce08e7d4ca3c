"""Who reads a very large message: the stream in Python, or a compiled reader that somebody installed beside it.

A distribution offers one with an entry point in the group ``portaal.readers``, whose object is called as ``Stream`` is.
It must pass tests/berichtenverkeer/test_reader.py. One that cannot be loaded, or several, leave Python's in place.
"""

from __future__ import annotations

import logging
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol, cast

from portaal.berichtenverkeer.gate.stream import Inspect, Stream
from portaal.berichtenverkeer.standard import MessageType
from portaal.berichtenverkeer.verdict import Expectation, Findings, MessageHeader

log = logging.getLogger(__name__)

GROUP = "portaal.readers"


class Reader(Protocol):
    """One message on its way through. Every method raises Refusal for what it finds, and nothing else.

    ``type`` is known from the start, ``header`` once it was read; ``findings`` are those of the rules, all after
    ``close``.
    """

    type: MessageType
    header: MessageHeader | None

    @property
    def findings(self) -> Findings: ...

    def feed(self, piece: bytes) -> None:
        """The next piece, which has passed the door and ends where a tag ends."""

    def close(self) -> None:
        """The end of the file: the structure is right as a whole, and every rule was asked."""


class MakeReader(Protocol):
    """Begins a message.

    :param head: how it begins; it is fed too.
    :param inspect: gives the rules for its type and header.
    """

    def __call__(self, head: bytes, expectation: Expectation, inspect: Inspect) -> Reader: ...


@cache
def installed_reader() -> MakeReader:
    """The one reader that is installed, else Python's."""
    found = list(entry_points(group=GROUP))
    if len(found) > 1:
        log.error("several readers are installed, so none is used", extra={"readers": sorted(p.name for p in found)})
    elif found:
        try:
            return cast("MakeReader", found[0].load())
        except Exception as error:
            log.error("a reader cannot be loaded", extra={"reader": found[0].name, "error": type(error).__name__})
    return Stream
