"""Payloads as files: ``<folder>/ab/<uuid>``, with ``.part`` while they are being written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from uuid import UUID

from portaal.berichtenverkeer.storage.base import MissingPayloadError
from portaal.berichtenverkeer.storage.sealing import Sealer, unseal
from portaal.keyring import Keyring

_UNFINISHED = ".part"


class FilePayloadStore:
    """A :class:`~portaal.berichtenverkeer.storage.base.PayloadStore` in a folder of the file system.

    Several processes may use one folder.
    """

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder
        self._keyring = keyring

    def writer(self, payload_id: UUID) -> FileWriter:
        """:raises FileExistsError: the id was used before."""
        path = self._path(payload_id)
        if path.exists():
            raise FileExistsError(f"payload {payload_id} exists already")
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _sync_folder(self._folder)
        return FileWriter(path, Sealer(self._keyring, payload_id))

    def open(self, payload_id: UUID) -> FileReader:
        try:
            file = self._path(payload_id).open("rb")
        except FileNotFoundError as error:
            raise MissingPayloadError(f"there is no payload {payload_id}") from error
        return FileReader(file, unseal(file, self._keyring, payload_id))

    def delete(self, payload_id: UUID) -> None:
        path = self._path(payload_id)
        for candidate in (path, _unfinished(path)):
            candidate.unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> Iterable[UUID]:
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(FileNotFoundError, ValueError):  # gone meanwhile, or no file of ours
                payload_id = UUID(path.name.removesuffix(_UNFINISHED))
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) < moment:
                    yield payload_id

    def _path(self, payload_id: UUID) -> Path:
        name = str(payload_id)
        return self._folder / name[:2] / name


class FileWriter:
    """Writes one payload under a temporary name; :meth:`commit` makes it durable and gives it its own."""

    def __init__(self, path: Path, sealer: Sealer) -> None:
        self.size = 0
        self._path = path
        self._sealer = sealer
        descriptor = os.open(_unfinished(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=0)

    def write(self, piece: bytes) -> None:
        self.size += len(piece)
        self._keep(self._sealer.seal(piece))

    def commit(self) -> None:
        self._keep(self._sealer.finish())
        os.fsync(self._file.fileno())
        self._file.close()
        _unfinished(self._path).rename(self._path)
        _sync_folder(self._path.parent)

    def abort(self) -> None:
        """Remove what was written; fine after a commit, which it leaves alone."""
        self._file.close()
        _unfinished(self._path).unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def _keep(self, sealed: bytes) -> None:
        rest = memoryview(sealed)
        while rest:  # an unbuffered write may take less than it is given
            rest = rest[self._file.write(rest) :]


class FileReader:
    """The plain text of one payload, in pieces."""

    def __init__(self, file: BinaryIO, pieces: Iterator[bytes]) -> None:
        self._file = file
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        with self._file:
            yield from self._pieces

    def close(self) -> None:
        self._file.close()


def _unfinished(path: Path) -> Path:
    return path.with_name(path.name + _UNFINISHED)


def _sync_folder(folder: Path) -> None:
    """Make a new or renamed entry of a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
