"""Payloads at rest: encrypted before they touch a disk, whole or not at all, and nobody else's."""

from __future__ import annotations

import hashlib
import os
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from portaal import clock
from portaal.berichtenverkeer.storage import (
    DamagedPayloadError,
    FilePayloadStore,
    MissingPayloadError,
    sealing,
    sweep_orphans,
)
from portaal.keyring import Keyring, KeyringError

OLD, NEW = b"o" * 32, b"n" * 32
BSN = b"<Bsn>999900006</Bsn>"


@pytest.fixture
def store(tmp_path: Path) -> FilePayloadStore:
    return FilePayloadStore(tmp_path / "payloads", Keyring({"a": OLD}, "a"))


def put(store: FilePayloadStore, content: bytes, piece: int = 1 << 16) -> UUID:
    payload_id = uuid4()
    with store.writer(payload_id) as writer:
        for start in range(0, len(content), piece):
            writer.write(content[start : start + piece])
        writer.commit()
    assert writer.size == len(content)
    return payload_id


def get(store: FilePayloadStore, payload_id: UUID) -> bytes:
    return b"".join(store.open(payload_id))


def files(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file()]


def incompressible(size: int) -> bytes:
    return hashlib.shake_128(b"seed").digest(size)


@given(content=st.binary(max_size=20_000), piece=st.integers(1, 5_000), frame=st.integers(1, 4_000))
def test_a_payload_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, piece: int, frame: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "FRAME", frame)
        store = FilePayloadStore(tmp_path_factory.getbasetemp() / "any", Keyring({"a": OLD}, "a"))
        assert get(store, put(store, content, piece)) == content


@pytest.mark.parametrize("size", [0, 1, sealing.FRAME - 100, sealing.FRAME, 3 * sealing.FRAME + 7])
def test_sizes_around_a_frame(store: FilePayloadStore, size: int) -> None:
    content = incompressible(size)
    assert get(store, put(store, content)) == content


def test_nothing_readable_is_on_the_disk_while_or_after_writing(store: FilePayloadStore, tmp_path: Path) -> None:
    content = BSN * 200_000
    with store.writer(uuid4()) as writer:
        for start in range(0, len(content), 1 << 16):
            writer.write(content[start : start + (1 << 16)])
            assert all(b"Bsn" not in path.read_bytes() and BSN not in path.read_bytes() for path in files(tmp_path))
        writer.commit()
    [path] = files(tmp_path)
    assert b"Bsn" not in path.read_bytes()
    assert path.stat().st_size < len(content) / 100
    assert path.stat().st_mode & 0o077 == 0


def test_without_commit_nothing_remains(store: FilePayloadStore, tmp_path: Path) -> None:
    payload_id = uuid4()
    with store.writer(payload_id) as writer:
        writer.write(BSN)
    assert files(tmp_path) == []
    with pytest.raises(MissingPayloadError):
        store.open(payload_id)


def test_a_payload_is_not_there_before_its_commit(store: FilePayloadStore) -> None:
    payload_id = uuid4()
    with store.writer(payload_id) as writer:
        writer.write(BSN)
        with pytest.raises(MissingPayloadError):
            store.open(payload_id)
        writer.commit()
    assert get(store, payload_id) == BSN


def test_an_id_is_written_once(store: FilePayloadStore) -> None:
    payload_id = put(store, BSN)
    with pytest.raises(FileExistsError):
        store.writer(payload_id)
    other = uuid4()
    with store.writer(other), pytest.raises(FileExistsError):
        store.writer(other)


# Damage


@pytest.fixture
def three_frames(store: FilePayloadStore, tmp_path: Path) -> tuple[UUID, Path, bytes]:
    payload_id = put(store, incompressible(2 * sealing.FRAME + 500))
    [path] = files(tmp_path)
    return payload_id, path, path.read_bytes()


HEAD = 4 + 1 + 1 + 32
SEALED = sealing.FRAME + 16


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: raw[:10],
        lambda raw: raw[:HEAD],
        lambda raw: raw[:-1],
        lambda raw: raw + b"x",
        lambda raw: raw[: HEAD + SEALED],
        lambda raw: raw[: HEAD + 2 * SEALED],
        lambda raw: raw[:HEAD] + raw[HEAD + SEALED :],
        lambda raw: (
            raw[:HEAD] + raw[HEAD + SEALED : HEAD + 2 * SEALED] + raw[HEAD : HEAD + SEALED] + raw[HEAD + 2 * SEALED :]
        ),
        lambda raw: raw + raw[HEAD + 2 * SEALED :],
        lambda raw: b"PZP2" + raw[4:],
        lambda raw: raw[:5] + b"\xff" + raw[6:],
    ],
    ids=[
        "emptied",
        "head cut",
        "frames gone",
        "last byte gone",
        "byte added",
        "two frames gone",
        "last frame gone",
        "first frame gone",
        "frames swapped",
        "last frame doubled",
        "other format",
        "key id spoiled",
    ],
)
def test_damage_is_found(
    store: FilePayloadStore, three_frames: tuple[UUID, Path, bytes], damage: Callable[[bytes], bytes]
) -> None:
    payload_id, path, raw = three_frames
    path.write_bytes(damage(raw))
    with pytest.raises(DamagedPayloadError, match=str(payload_id)):
        get(store, payload_id)


def test_every_single_changed_byte_is_found(store: FilePayloadStore, tmp_path: Path) -> None:
    payload_id = put(store, BSN)
    [path] = files(tmp_path)
    raw = path.read_bytes()
    for place in range(len(raw)):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        with pytest.raises((DamagedPayloadError, KeyringError)):
            get(store, payload_id)


def test_a_payload_under_another_id_is_refused(store: FilePayloadStore, tmp_path: Path) -> None:
    first, second = put(store, b"first"), put(store, b"other")
    paths = {path.name: path for path in files(tmp_path)}
    paths[str(first)].write_bytes(paths[str(second)].read_bytes())
    with pytest.raises(DamagedPayloadError):
        get(store, first)


# Keys


def test_an_old_key_stays_readable_and_a_lost_one_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "payloads"
    payload_id = put(FilePayloadStore(folder, Keyring({"a": OLD}, "a")), BSN)
    assert get(FilePayloadStore(folder, Keyring({"a": OLD, "b": NEW}, "b")), payload_id) == BSN
    with pytest.raises(KeyringError, match="'a'"):
        get(FilePayloadStore(folder, Keyring({"b": NEW}, "b")), payload_id)
    with pytest.raises(DamagedPayloadError):
        get(FilePayloadStore(folder, Keyring({"a": NEW}, "a")), payload_id)


# Memory, closing, cleaning up


def test_200_megabytes_take_no_more_memory_than_20(store: FilePayloadStore) -> None:
    peaks = []
    for megabytes in (20, 200):
        tracemalloc.start()
        payload_id = uuid4()
        with store.writer(payload_id) as writer:
            for number in range(megabytes):
                writer.write(hashlib.shake_128(number.to_bytes()).digest(1 << 20))
            writer.commit()
        size = sum(len(part) for part in store.open(payload_id))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert size == megabytes << 20
    assert peaks[1] < peaks[0] + 4_000_000
    assert peaks[0] < 10_000_000


def test_a_reader_can_be_closed_before_it_was_read(store: FilePayloadStore) -> None:
    reader = store.open(put(store, BSN))
    reader.close()


def test_orphans_go_after_a_day_and_nothing_else(store: FilePayloadStore, tmp_path: Path) -> None:
    known, orphan = put(store, b"known"), put(store, b"orphan")
    unfinished = store.writer(uuid4())
    unfinished.write(b"left by a crash")
    (tmp_path / "payloads" / "ab").mkdir(exist_ok=True)
    (tmp_path / "payloads" / "ab" / "README").write_text("not a payload")
    assert sweep_orphans(store, {known}.__contains__) == 0
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        fresh = put(store, b"fresh")
        os.utime(store._path(fresh), (clock.now().timestamp(),) * 2)
        assert sweep_orphans(store, {known}.__contains__) == 2
    assert get(store, known) == b"known"
    assert get(store, fresh) == b"fresh"
    with pytest.raises(MissingPayloadError):
        store.open(orphan)
    assert not list(tmp_path.rglob("*.part"))
    unfinished.abort()


def test_deleting_is_fine_twice(store: FilePayloadStore) -> None:
    payload_id = put(store, BSN)
    store.delete(payload_id)
    store.delete(payload_id)
    with pytest.raises(MissingPayloadError):
        store.open(payload_id)


def test_a_full_disk_leaves_nothing(store: FilePayloadStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = store.writer(uuid4())
    monkeypatch.setattr(writer, "_file", FullDisk(writer._file))
    with writer, pytest.raises(OSError, match="No space left"):
        writer.write(incompressible(3 * sealing.FRAME))
    assert files(tmp_path) == []


class FullDisk:
    """A file on a disk with room for half a frame."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._room = sealing.FRAME // 2

    def write(self, data: memoryview) -> int:
        if not self._room:
            raise OSError(28, "No space left on device")
        taken = self._file.write(data[: self._room])
        self._room -= taken
        return int(taken)

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)
