"""A received payload: encrypted, checked and searched for retourcodes while it comes in."""

from __future__ import annotations

import uuid

from portaal.berichtenverkeer.gate import Expectation, Gate, Verdict
from portaal.berichtenverkeer.standard.official import OfficialSchemas
from portaal.berichtenverkeer.storage import PayloadStore
from portaal.berichtenverkeer.tracking.retourcodes import RetourScan


class ReceivedPayload:
    """One payload on its way in. What the gate finds is advice here: a message once sent to us is never lost.

    Unless :meth:`keep` was called, nothing of it remains at the end of the context.
    """

    def __init__(self, store: PayloadStore, official: OfficialSchemas | None = None) -> None:
        self.payload_id = uuid.uuid4()
        self._writer = store.writer(self.payload_id)
        self._gate = Gate(Expectation(official=official))
        self._scan = RetourScan()

    def write(self, piece: bytes) -> None:
        self._gate.feed(piece)
        self._scan.feed(piece)
        self._writer.write(piece)

    def judge(self) -> tuple[Verdict, frozenset[str] | None]:
        """All of it came in: the gate's verdict, and the retourcodes that refuse something (None: unreadable)."""
        return self._gate.close(), self._scan.close()

    def keep(self) -> None:
        """Make it durable."""
        self._writer.commit()

    def __enter__(self) -> ReceivedPayload:
        return self

    def __exit__(self, *exception: object) -> None:
        self._writer.abort()
