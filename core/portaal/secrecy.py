"""How a product keeps what only it may read: sealed values, and citizens known by a keyed hash.

The keys come from outside the database and are those of the product: what one sealed, another cannot open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portaal.audit.subjects import Subject, Subjects
from portaal.keyring import Keyring
from portaal.sealing import Seal

if TYPE_CHECKING:
    from pyramid.request import Request


class Secrecy:
    """Seals and opens values of one product, and hashes BSNs as the audit trail does."""

    def __init__(self, keyring: Keyring, product: str) -> None:
        self._seal = Seal(keyring, f"product:{product}")
        self._subjects = Subjects(keyring)

    def seal(self, value: str, place: str) -> str:
        """Encrypt a short text (AES-256-GCM).

        :param place: where it will be kept, e.g. ``"lijst/<id>/7"``; moved elsewhere it does not open.
        """
        return f"{self._seal.key_id}:{self._seal.seal(value, place)}"

    def open(self, sealed: str, place: str) -> str:
        """The text again.

        :raises UnreadableError: it does not open here.
        """
        key_id, _, data = sealed.rpartition(":")
        return self._seal.open(key_id, data, place)

    def subject(self, bsn: str) -> Subject:
        """The citizen with this BSN, for the audit trail."""
        return self._subjects.of(bsn)

    def hashes(self, bsn: str) -> list[str]:
        """The keyed hashes by which this citizen may be known, one for each key there is."""
        return self._subjects.everywhere(bsn)


def secrecy(request: Request) -> Secrecy:
    """The secrecy of the product whose page this is."""
    return Secrecy(request.registry["portaal.keyring"], request.context.product)
