"""Citizens in the audit trail: a keyed hash of the BSN, so that "who looked at this person" can be answered.

Without the key nobody can try out all BSNs (there are fewer than a thousand million). The key comes from outside the
database.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from portaal.keyring import Keyring

PURPOSE = "bsn"


@dataclass(frozen=True)
class Subject:
    """A citizen: the keyed hash, and which key made it."""

    digest: str
    key_id: str


class Subjects:
    """Turns a BSN into its keyed hash, under the current key or every key there is."""

    def __init__(self, keyring: Keyring) -> None:
        self._current = keyring.current
        self._keys = {key_id: keyring.derive(PURPOSE, key_id)[1] for key_id in keyring.ids}

    def of(self, bsn: str) -> Subject:
        """The citizen with this BSN (nine digits), for a new line."""
        return self._under(self._current, bsn)

    def everywhere(self, bsn: str) -> list[str]:
        """The hashes by which older and newer lines may know this citizen, one for each key."""
        return [self._under(key_id, bsn).digest for key_id in self._keys]

    def _under(self, key_id: str, bsn: str) -> Subject:
        return Subject(hmac.new(self._keys[key_id], bsn.encode(), hashlib.sha256).hexdigest(), key_id)
