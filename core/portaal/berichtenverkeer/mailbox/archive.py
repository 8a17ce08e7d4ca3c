"""Payloads packed as one zip while it is sent: decrypted, they are never on a disk, nor all in memory."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from uuid import UUID

from portaal.berichtenverkeer.storage import PayloadStore
from portaal.clock import AMSTERDAM


@dataclass(frozen=True)
class Packed:
    """A payload, and how it is called in the zip."""

    payload_id: UUID
    file_name: str
    at: datetime


class Archive:
    """The bytes of the zip, once; a WSGI server can send it as it is.

    Iterating raises PayloadError at what is damaged: the download breaks off, and no browser takes it for whole.
    """

    def __init__(self, store: PayloadStore, files: Iterable[Packed]) -> None:
        self._store = store
        self._files = list(files)

    def __iter__(self) -> Iterator[bytes]:
        pieces = _Pieces()
        names = _Names()
        with zipfile.ZipFile(pieces, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
            for file in self._files:
                entry = zipfile.ZipInfo(names.free(file.file_name), file.at.astimezone(AMSTERDAM).timetuple()[:6])
                entry.compress_type = zipfile.ZIP_DEFLATED
                with closing(self._store.open(file.payload_id)) as payload, archive.open(entry, "w") as target:
                    for piece in payload:
                        target.write(piece)
                        yield from pieces.take()
        yield from pieces.take()


class _Pieces:
    """A file that cannot be sought in, of which what was written is taken away again."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._written.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Everything is in memory."""

    def take(self) -> Iterator[bytes]:
        taken, self._written = self._written, []
        yield from taken


class _Names:
    """File names of which no two are the same, not even to a disk that does not tell capitals apart."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, file_name: str) -> str:
        path = PurePosixPath(file_name.replace("/", "_").replace("\\", "_"))
        name, number = path.name or "bericht.xml", 1
        while name.lower() in self._taken:
            number += 1
            name = f"{path.stem} ({number}){path.suffix}"
        self._taken.add(name.lower())
        return name
