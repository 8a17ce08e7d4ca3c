"""Secrets at rest: AES-256-GCM, bound to their place, under a key from outside the database (ASVS 11.3.2, 13.3.1).

The gemeente, the product and the setting are the associated data: a sealed secret that is moved to another row, by
mistake or on purpose, does not open.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from functools import partial

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portaal.keyring import Keyring, KeyringError

PURPOSE = "settings"
NONCE_BYTES = 12

#: What the database holds of a secret: the id of the key, and base64 of nonce and ciphertext.
Sealed = dict[str, str]


class SecretUnreadableError(Exception):
    """A sealed secret does not open: its key is not in the key file, or it was changed or moved."""


@dataclass(frozen=True)
class Place:
    """Where a secret belongs."""

    gemeentecode: str
    product: str
    setting: str

    @property
    def associated_data(self) -> bytes:
        return "|".join((self.gemeentecode, self.product, self.setting)).encode()


class Sealer:
    """Seals and opens secrets; derives each key once."""

    def __init__(self, keyring: Keyring) -> None:
        self._derive = partial(keyring.derive, PURPOSE)
        self._ciphers: dict[str, AESGCM] = {}
        self.current_key_id, key = self._derive()
        self._ciphers[self.current_key_id] = AESGCM(key)

    def seal(self, plain: str, place: Place) -> Sealed:
        """Encrypt under the current key, with a new random nonce."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        data = self._ciphers[self.current_key_id].encrypt(nonce, plain.encode(), place.associated_data)
        return {"key": self.current_key_id, "data": b64encode(nonce + data).decode("ascii")}

    def open(self, sealed: Sealed, place: Place) -> str:
        """The secret itself.

        :raises SecretUnreadableError: the key is not there, or the secret does not belong to this place.
        """
        try:
            content = b64decode(sealed["data"], validate=True)
            cipher = self._cipher(sealed["key"])
            return cipher.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], place.associated_data).decode()
        except (InvalidTag, KeyringError, KeyError, TypeError, ValueError) as error:
            raise SecretUnreadableError(f"the secret {place.setting!r} does not open") from error

    def is_current(self, sealed: Sealed) -> bool:
        """Whether it was sealed under the current key."""
        return isinstance(sealed, dict) and sealed.get("key") == self.current_key_id

    def _cipher(self, key_id: str) -> AESGCM:
        if key_id not in self._ciphers:
            self._ciphers[key_id] = AESGCM(self._derive(key_id)[1])
        return self._ciphers[key_id]
