"""How a payload is sealed: zstd, then AES-256-GCM in frames of 1 MiB.

    b"PZP1" | length of the key id (1 byte) | key id | salt (32 bytes) | frame | frame | ...

Every payload has a key of its own, derived from the keyring's payload key, the salt and the payload's id: so
a frame's number can serve as its nonce. What a frame is authenticated with says where it belongs (payload,
number, whether it is the last): a change, a cut, another order or another payload's frame is found.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import BinaryIO, cast
from uuid import UUID

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portaal.berichtenverkeer.storage.base import DamagedPayloadError
from portaal.keyring import KEY_BYTES, Keyring

FRAME = 1 << 20  # bytes of compressed text per frame
_PIECE = 1 << 16  # bytes of plain text handed out at a time
_SMALL = 1 << 16  # bytes of plain text that are compressed at once
_TAG = 16
_SALT = 32
_MAGIC = b"PZP1"
_PURPOSE = "payload"
_LEVEL = 3
_of_thread = threading.local()


class Sealer:
    """Seals one payload: ``seal`` and, at the end, ``finish`` give the bytes to keep."""

    def __init__(self, keyring: Keyring, payload_id: UUID) -> None:
        key_id, master = keyring.derive(_PURPOSE)
        salt = os.urandom(_SALT)
        self._frames = _FrameCipher(master, salt, payload_id)
        self._stream: zstandard.ZstdCompressionObj | None = None
        self._plain = bytearray()
        name = key_id.encode()
        self._head = _MAGIC + bytes([len(name)]) + name + salt
        self._waiting = bytearray()

    def seal(self, piece: bytes) -> bytes:
        """What is ready to be kept; nothing yet of a payload that may turn out to be small."""
        if self._stream is None:
            self._plain += piece
            if len(self._plain) <= _SMALL:
                return b""
            piece, self._stream = bytes(self._plain), zstandard.ZstdCompressor(level=_LEVEL).compressobj()
            self._plain.clear()
        return self._frame(self._stream.compress(piece))

    def finish(self) -> bytes:
        sealed = self._frame(self._stream.flush() if self._stream else _compressed_at_once(bytes(self._plain)))
        return sealed + self._frames.encrypt(bytes(self._waiting), last=True)

    def _frame(self, compressed: bytes) -> bytes:
        sealed, self._head = bytearray(self._head), b""
        self._waiting += compressed
        while len(self._waiting) > FRAME:  # at least one more byte follows, so this frame is not the last
            sealed += self._frames.encrypt(bytes(self._waiting[:FRAME]), last=False)
            del self._waiting[:FRAME]
        return bytes(sealed)


def _compressed_at_once(plain: bytes) -> bytes:
    """A compressor costs more than compressing a small payload, so each thread keeps one for these."""
    if not hasattr(_of_thread, "compressor"):
        _of_thread.compressor = zstandard.ZstdCompressor(level=_LEVEL)
    compressed: bytes = _of_thread.compressor.compress(plain)
    return compressed


def unseal(file: BinaryIO, keyring: Keyring, payload_id: UUID) -> Iterator[bytes]:
    """The plain text of a sealed payload, in pieces.

    :raises DamagedPayloadError: it is not what was sealed under this id.
    :raises KeyringError: the key it was sealed with is not in the keyring.
    """
    magic, length = file.read(len(_MAGIC)), file.read(1)
    if magic != _MAGIC or not length:
        raise DamagedPayloadError(f"payload {payload_id} does not start as one")
    name, salt = file.read(length[0]), file.read(_SALT)
    try:
        key_id = name.decode()
    except UnicodeDecodeError as error:
        raise DamagedPayloadError(f"payload {payload_id} names no key") from error
    _, master = keyring.derive(_PURPOSE, key_id)
    frames = _FrameReader(file, _FrameCipher(master, salt, payload_id))
    try:
        with zstandard.ZstdDecompressor().stream_reader(cast("BinaryIO", frames)) as plain:
            while piece := plain.read(_PIECE):
                yield piece
    except (InvalidTag, zstandard.ZstdError) as error:
        raise DamagedPayloadError(f"payload {payload_id} is not what was written") from error


class _FrameCipher:
    """Encrypts or decrypts the frames of one payload, in order."""

    def __init__(self, master: bytes, salt: bytes, payload_id: UUID) -> None:
        info = b"portaal:payload:" + payload_id.bytes
        self._cipher = AESGCM(HKDF(SHA256(), KEY_BYTES, salt, info).derive(master))
        self._place = payload_id.bytes
        self._number = 0

    def encrypt(self, frame: bytes, *, last: bool) -> bytes:
        nonce, place = self._next(last)
        return self._cipher.encrypt(nonce, frame, place)

    def decrypt(self, frame: bytes, *, last: bool) -> bytes:
        nonce, place = self._next(last)
        return self._cipher.decrypt(nonce, frame, place)

    def _next(self, last: bool) -> tuple[bytes, bytes]:
        number = self._number.to_bytes(12, "big")
        self._number += 1
        return number, _MAGIC + self._place + number + bytes([last])


class _FrameReader:
    """What zstandard reads from: decrypted frames, ending only after the one that says it is the last."""

    def __init__(self, file: BinaryIO, cipher: _FrameCipher) -> None:
        self._file = file
        self._cipher = cipher
        self._ahead: bytes | None = file.read(FRAME + _TAG)
        self._ready = b""

    def read(self, size: int = -1) -> bytes:
        if not self._ready and self._ahead is not None:
            frame, following = self._ahead, self._file.read(FRAME + _TAG)
            self._ready = self._cipher.decrypt(frame, last=not following)
            self._ahead = following or None
        piece = self._ready if size < 0 else self._ready[:size]
        self._ready = self._ready[len(piece) :]
        return piece
