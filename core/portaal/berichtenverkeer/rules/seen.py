"""Remembering what was seen in a message of any size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable

MANY = 50_000
BUCKET_BITS = 12
REST_BITS = 48
BUCKET_MASK, REST_MASK = (1 << BUCKET_BITS) - 1, (1 << REST_BITS) - 1


class Seen:
    """A set of keys, of which it keeps the hashes; those of many keys take about ten bytes each.

    The hash of a text has a secret of the process in it, so nobody can choose keys that are taken for each other;
    by chance that happens in one of many millions of the largest messages.
    """

    def __init__(self) -> None:
        self._few: set[int] = set()
        self._many: defaultdict[int, bytearray] = defaultdict(bytearray)

    def __contains__(self, key: Hashable) -> bool:
        number = hash(key)
        return number in self._few or (bool(self._many) and _rest(number) in self._many[number & BUCKET_MASK])

    def add(self, key: Hashable) -> bool:
        """Remember a key; whether it was new."""
        number = hash(key)
        if self._many:
            return self._put_away(number)
        if number in self._few:
            return False
        self._few.add(number)
        if len(self._few) == MANY:
            while self._few:
                self._put_away(self._few.pop())
        return True

    def lacks(self, keys: Iterable[Hashable]) -> bool:
        """Whether none of these keys is there."""
        return not any(key in self for key in keys) if self._many else self._few.isdisjoint(map(hash, keys))

    def update(self, keys: Collection[Hashable]) -> None:
        """Remember all these keys."""
        if not self._many and len(self._few) + len(keys) < MANY:
            self._few.update(map(hash, keys))
        else:
            for key in keys:
                self.add(key)

    def _put_away(self, number: int) -> bool:
        bucket, rest = self._many[number & BUCKET_MASK], _rest(number)
        if rest in bucket:
            return False
        bucket += rest
        return True


def _rest(number: int) -> bytes:
    return (number >> BUCKET_BITS & REST_MASK).to_bytes(REST_BITS // 8, "little")
