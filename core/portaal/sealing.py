"""Short texts at rest: AES-256-GCM, bound to their place, under a key from outside the database (ASVS 11.3.2, 13.3.1).

The place is the associated data: what is moved to another row, by mistake or on purpose, does not open.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portaal.keyring import Keyring

NONCE_BYTES = 12


class UnreadableError(Exception):
    """A sealed value does not open: its key is gone, or it was changed or moved."""


class Seal:
    """Seals and opens for one purpose. Whoever keeps what it made keeps the id of the key with it."""

    def __init__(self, keyring: Keyring, purpose: str) -> None:
        self.key_id = keyring.current
        self._ciphers = {key_id: AESGCM(keyring.derive(purpose, key_id)[1]) for key_id in keyring.ids}

    def seal(self, plain: str, place: str) -> str:
        """Encrypt under the current key, with a new random nonce: base64 of the nonce and the ciphertext."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        data = self._ciphers[self.key_id].encrypt(nonce, plain.encode(), place.encode())
        return b64encode(nonce + data).decode("ascii")

    def open(self, key_id: str, data: str, place: str) -> str:
        """The text again.

        :raises UnreadableError: it does not open here.
        """
        try:
            content = b64decode(data, validate=True)
            return self._ciphers[key_id].decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], place.encode()).decode()
        except (InvalidTag, KeyError, TypeError, ValueError) as error:
            raise UnreadableError("a sealed value does not open") from error
