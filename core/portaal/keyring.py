"""The portal's master keys: kept outside the database, used only through derived keys.

A key file is JSON: ``{"current": "2026-1", "keys": {"2026-1": "<64 hex digits>"}}``. What is encrypted names the
key id it used, so an old key stays readable after a new one became current.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


class KeyringError(Exception):
    """The key file is missing or unusable, or a key id is unknown. The text says what to do."""


class Keyring:
    """Master keys by id, of which one is current."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        if current not in keys:
            raise KeyringError(f"the current key id {current!r} is not among the keys")
        for key_id, key in keys.items():
            if len(key) != KEY_BYTES:
                raise KeyringError(f"key {key_id!r} has {len(key)} bytes; {KEY_BYTES} are needed")
        self._keys = dict(keys)
        self.current = current

    @classmethod
    def from_file(cls, path: Path) -> Keyring:
        """Read a key file.

        :raises KeyringError: the file is absent, is not readable JSON or holds an unusable key.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            keys = {key_id: bytes.fromhex(value) for key_id, value in content["keys"].items()}
            return cls(keys, content["current"])
        except KeyringError as error:
            raise KeyringError(f"the key file {path}: {error}") from error
        except FileNotFoundError as error:
            raise KeyringError(f"no key file at {path}: make one with 'portaal sleutels nieuw {path}'") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise KeyringError(f"the key file {path} is not a valid key file") from error

    @property
    def ids(self) -> tuple[str, ...]:
        """Every key id: what was made under an older key can still be read and found."""
        return tuple(self._keys)

    def derive(self, purpose: str, key_id: str | None = None) -> tuple[str, bytes]:
        """A key for one purpose, e.g. ``"payload"``.

        :param key_id: the id that stands with the encrypted data; without it, the current key.
        :returns: the key id used and 32 bytes (HKDF-SHA-256 of the master key).
        :raises KeyringError: no key with that id.
        """
        chosen = key_id or self.current
        if chosen not in self._keys:
            raise KeyringError(f"no key with id {chosen!r}: restore the key file that held it")
        derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"portaal:" + purpose.encode())
        return chosen, derivation.derive(self._keys[chosen])


def create_key_file(path: Path, key_id: str) -> None:
    """Write a new key file with one random key, readable by its owner only.

    :raises FileExistsError: there is a key file already; it is never overwritten.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_new(path, {"current": key_id, "keys": {key_id: secrets.token_hex(KEY_BYTES)}})


def add_key(path: Path, key_id: str) -> None:
    """Add a random key to a key file and make it the current one; the older keys stay. Owner and mode stay as well.

    :raises KeyringError: the key file is missing or unusable, or has a key with this id.
    :raises OSError: the file cannot be written; it is as it was then.
    """
    if key_id in Keyring.from_file(path).ids:
        raise KeyringError(f"the key file {path} has a key {key_id!r} already: choose another id")
    content = json.loads(path.read_text(encoding="utf-8"))
    keys = content["keys"] | {key_id: secrets.token_hex(KEY_BYTES)}
    written = path.with_name(f"{path.name}.new")
    try:
        _write_new(written, {"current": key_id, "keys": keys})
        was = path.stat()
        os.chown(written, was.st_uid, was.st_gid)
        written.chmod(stat.S_IMODE(was.st_mode))
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)


def _write_new(path: Path, content: object) -> None:
    """Write a file that was not there, readable by its owner only, and all of it on the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(json.dumps(content, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
