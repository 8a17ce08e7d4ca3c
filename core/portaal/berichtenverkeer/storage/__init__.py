"""Where payloads rest: compressed, then encrypted, outside the database. No plain text touches a disk."""

from __future__ import annotations

from portaal.berichtenverkeer.storage.base import (
    DamagedPayloadError,
    MissingPayloadError,
    PayloadError,
    PayloadReader,
    PayloadStore,
    PayloadWriter,
)
from portaal.berichtenverkeer.storage.files import FilePayloadStore
from portaal.berichtenverkeer.storage.orphans import sweep_orphans

__all__ = [
    "DamagedPayloadError",
    "FilePayloadStore",
    "MissingPayloadError",
    "PayloadError",
    "PayloadReader",
    "PayloadStore",
    "PayloadWriter",
    "sweep_orphans",
]
