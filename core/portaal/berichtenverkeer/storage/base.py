"""The store's interface: small, so that an object store fits behind it later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID


class PayloadError(Exception):
    """A payload cannot be read. The text names its id, never content."""


class MissingPayloadError(PayloadError):
    """There is no payload with this id."""


class DamagedPayloadError(PayloadError):
    """The payload is not what was written: changed, cut short, or another one's."""


class PayloadWriter(Protocol):
    """Takes a payload in pieces. Left without :meth:`commit`, nothing of it remains."""

    size: int  # bytes taken so far

    def write(self, piece: bytes) -> None: ...

    def commit(self) -> None:
        """Make it durable and readable under its id."""

    def abort(self) -> None:
        """Remove what was written; after a commit, nothing."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class PayloadReader(Protocol):
    """Gives a payload in pieces, once; a WSGI server can send it as it is.

    Iterating raises DamagedPayloadError at the first frame that is not what was written.
    """

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


class PayloadStore(Protocol):
    """Payloads by id. An id is written once and never again."""

    def writer(self, payload_id: UUID) -> PayloadWriter: ...

    def open(self, payload_id: UUID) -> PayloadReader:
        """:raises MissingPayloadError: there is none."""

    def delete(self, payload_id: UUID) -> None:
        """Remove it; fine when it is not there."""

    def older_than(self, moment: datetime) -> Iterable[UUID]:
        """The ids of what was last written before ``moment``, finished or not."""
