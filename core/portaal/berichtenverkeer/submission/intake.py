"""One file, one pass: every piece goes to the gate and, encrypted, to the store."""

from __future__ import annotations

import uuid

from portaal.berichtenverkeer.gate import Expectation, Gate, Verdict
from portaal.berichtenverkeer.storage import PayloadStore
from portaal.berichtenverkeer.tracking.names import clean


class IncomingFile:
    """A file while it comes in. What the gate refuses is not written any further.

    Use it as a context manager: unless :meth:`keep` was called, nothing of the file remains.
    """

    def __init__(self, file_name: str, store: PayloadStore, expectation: Expectation) -> None:
        self.file_name = clean(file_name)
        self.payload_id = uuid.uuid4()
        self.verdict: Verdict | None = None
        self._gate = Gate(expectation)
        self._writer = store.writer(self.payload_id)

    def write(self, piece: bytes) -> None:
        self._gate.feed(piece)
        if not self._gate.refused:
            self._writer.write(piece)

    def close(self) -> None:
        """All of it came in: have it judged."""
        self.verdict = self._gate.close()

    def keep(self) -> None:
        """Make the encrypted file durable."""
        self._writer.commit()

    def __enter__(self) -> IncomingFile:
        return self

    def __exit__(self, *exception: object) -> None:
        self._writer.abort()
