"""How a product keeps what only it may read: sealed values, and citizens known by a keyed hash.

The keys come from outside the database and are those of the product: what one sealed, another cannot open.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portaal.audit.subjects import Subject, Subjects
from portaal.keyring import Keyring

if TYPE_CHECKING:
    from pyramid.request import Request

NONCE_BYTES = 12


class UnreadableError(Exception):
    """A sealed value does not open: its key is gone, or it was changed or moved."""


class Secrecy:
    """Seals and opens values of one product, and hashes BSNs as the audit trail does."""

    def __init__(self, keyring: Keyring, product: str) -> None:
        self._current = keyring.current
        self._ciphers = {key_id: AESGCM(keyring.derive(f"product:{product}", key_id)[1]) for key_id in keyring.ids}
        self._subjects = Subjects(keyring)

    def seal(self, value: str, place: str) -> str:
        """Encrypt a short text (AES-256-GCM).

        :param place: where it will be kept, e.g. ``"lijst/<id>/7"``; moved elsewhere it does not open.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        data = self._ciphers[self._current].encrypt(nonce, value.encode(), place.encode())
        return f"{self._current}:{b64encode(nonce + data).decode('ascii')}"

    def open(self, sealed: str, place: str) -> str:
        """The text again.

        :raises UnreadableError: it does not open here.
        """
        key_id, _, data = sealed.rpartition(":")
        try:
            content = b64decode(data, validate=True)
            return self._ciphers[key_id].decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], place.encode()).decode()
        except (InvalidTag, KeyError, ValueError) as error:
            raise UnreadableError("a sealed value does not open") from error

    def subject(self, bsn: str) -> Subject:
        """The citizen with this BSN, for the audit trail."""
        return self._subjects.of(bsn)

    def hashes(self, bsn: str) -> list[str]:
        """The keyed hashes by which this citizen may be known, one for each key there is."""
        return self._subjects.everywhere(bsn)


def secrecy(request: Request) -> Secrecy:
    """The secrecy of the product whose page this is."""
    return Secrecy(request.registry["portaal.keyring"], request.context.product)
