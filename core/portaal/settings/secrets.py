"""Secrets among the settings, at rest: sealed, and bound to their gemeente, product and setting."""

from __future__ import annotations

from dataclasses import dataclass

from portaal.keyring import Keyring
from portaal.sealing import Seal, UnreadableError

PURPOSE = "settings"

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

    def __str__(self) -> str:
        return f"{self.gemeentecode}|{self.product}|{self.setting}"


class Sealer:
    """Seals and opens secrets."""

    def __init__(self, keyring: Keyring) -> None:
        self._seal = Seal(keyring, PURPOSE)
        self.current_key_id = keyring.current

    def seal(self, plain: str, place: Place) -> Sealed:
        """Encrypt under the current key."""
        return {"key": self.current_key_id, "data": self._seal.seal(plain, str(place))}

    def open(self, sealed: Sealed, place: Place) -> str:
        """The secret itself.

        :raises SecretUnreadableError: the key is not there, or the secret does not belong to this place.
        """
        try:
            return self._seal.open(sealed["key"], sealed["data"], str(place))
        except (UnreadableError, KeyError, TypeError) as error:
            raise SecretUnreadableError(f"the secret {place.setting!r} does not open") from error

    def is_current(self, sealed: Sealed) -> bool:
        """Whether it was sealed under the current key."""
        return isinstance(sealed, dict) and sealed.get("key") == self.current_key_id
