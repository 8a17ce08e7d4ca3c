"""The text of a verification code: how it is made, written, read back and hashed.

13 characters of Crockford's base 32 carry 65 bits; the alphabet has no letters that look like digits. This is an
activation code (ASVS 6.4.1), given once by a person who knows the holder, so it lives for days; the ten minutes of
ASVS 6.5.5 are for codes that log somebody in.
"""

from __future__ import annotations

import secrets
import uuid
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from portaal.onboarding.models import CodeKind

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 13
GROUPS = (4, 8)
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\N{NON-BREAKING HYPHEN}": None})

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def new_code() -> str:
    """A random code, without separators."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def written(code: str) -> str:
    """How a code is shown, in groups: ``K7QX-2M9D-4TZ8R``."""
    first, second = GROUPS
    return f"{code[:first]}-{code[first:second]}-{code[second:]}"


def read(typed: str) -> str | None:
    """The code somebody typed, in any spelling; None for what cannot be a code at all."""
    code = typed.upper().translate(_READ_AS)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def hashed(code: str, account_id: uuid.UUID, gemeentecode: str, kind: CodeKind) -> str:
    """The argon2id hash to keep. It holds for this account, gemeente and kind only."""
    return _hasher.hash(_bound(code, account_id, gemeentecode, kind))


def matches(code_hash: str, code: str, account_id: uuid.UUID, gemeentecode: str, kind: CodeKind) -> bool:
    """Whether a code is the one that was hashed."""
    try:
        return _hasher.verify(code_hash, _bound(code, account_id, gemeentecode, kind))
    except VerifyMismatchError:
        return False


def spend_a_check(code: str) -> None:
    """Take as long as a real check, where there is no code to compare with (ASVS 6.3.8)."""
    matches(_decoy_hash(), code, uuid.UUID(int=0), "", CodeKind.GEBRUIKER)


@cache
def _decoy_hash() -> str:
    return _hasher.hash(secrets.token_hex(16))


def _bound(code: str, account_id: uuid.UUID, gemeentecode: str, kind: CodeKind) -> str:
    return f"{account_id}|{gemeentecode}|{kind}|{code}"
