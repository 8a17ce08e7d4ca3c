"""Changed ID tokens, many of them: none says anything else than what the broker signed."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from portaal.api import LoginRefusedError
from portaal_oidc.brokers import Claims, Entry
from portaal_oidc.id_token import Expected, UnknownKeyError, verify
from portaal_oidc.simulator.state import PREFIX, new_key

TOKENS = 30_000
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \x00é"
ENTRY = Entry.model_validate(
    {
        "name": "Broker",
        "issuer": "https://broker.example",
        "client_id": "portaal",
        "client_secret": "x",
        "levels": {f"{PREFIX}loa3": "loa3"},
        "claims": Claims(kvk="kvk"),
    }
)
EXPECTED = Expected(ENTRY, "nonce", None, NOW, NOW)
CLAIMS: dict[str, Any] = {
    "iss": ENTRY.issuer,
    "sub": "anna",
    "aud": "portaal",
    "iat": SECONDS,
    "exp": SECONDS + 120,
    "auth_time": SECONDS,
    "nonce": "nonce",
    "acr": f"{PREFIX}loa3",
    "kvk": "99000363",
}


def changed(token: str, other: str, chance: random.Random) -> str:
    """The token with a few changes: characters, whole parts, or a piece of another token that was signed as well."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(token))
        length = chance.choice((1, 1, 1, 4, 40))
        match chance.randrange(6):
            case 0:
                token = token[:at] + chance.choice(CHARACTERS) + token[at + 1 :]
            case 1:
                token = token[:at] + token[at + length :]
            case 2:
                token = token[:at] + token[at : at + length] + token[at:]
            case 3:
                token = token[:at] + other[at : at + length] + token[at + length :]
            case 4:
                parts, others = token.split("."), other.split(".")
                part = chance.randrange(min(len(parts), len(others)))
                parts[part] = others[part]
                token = ".".join(parts)
            case 5:
                parts = token.split(".")
                chance.shuffle(parts)
                token = ".".join(parts)
        if not token:
            return "."
    return token


def test_no_changed_token_says_something_else() -> None:
    chance = random.Random(20261121)  # noqa: S311 - the same tokens every time
    key, foreign = new_key(), new_key()
    header = {"alg": "RS256", "kid": key.kid}
    token = jwt.encode(header, CLAIMS, key)
    others = [
        jwt.encode(header, CLAIMS | {"kvk": "99000384", "acr": f"{PREFIX}loa4", "nonce": "another"}, key),
        jwt.encode(header, CLAIMS | {"kvk": "99000384"}, foreign),
    ]
    keys = KeySet.import_key_set({"keys": [key.as_dict(private=False)]})
    assert verify(token, keys, EXPECTED)["kvk"] == "99000363"
    really = {changed(token, chance.choice(others), chance) for _ in range(TOKENS)} - {token}
    assert len(really) > TOKENS / 2
    accepted = 0
    for another in really:
        try:
            claims = verify(another, keys, EXPECTED)
        except (LoginRefusedError, UnknownKeyError):
            continue
        assert claims == CLAIMS  # base64 can write the same bytes in more than one way
        accepted += 1
    assert accepted < TOKENS / 100
