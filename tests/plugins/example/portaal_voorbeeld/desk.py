"""Another way to log in: a desk that vouches for people, with a key that the desk and the portal both know."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from portaal.api import (
    AssuranceLevel,
    LoginChoice,
    LoginProvider,
    LoginRecord,
    LoginRefusedError,
    LoginRequest,
    LoginReturn,
    LoginStart,
    RefusalReason,
    now,
)

CLAIMS = ("question", "kvk", "person", "level")


class Desk:
    """The desk at ``voorbeeld.desk``, whose key is ``voorbeeld.desk_key``."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.url = settings["desk"]
        self._key = settings["desk_key"].encode()

    def login_provider(self) -> LoginProvider:
        return LoginProvider((LoginChoice(self.url, "Balie"),), (self.url,), self.begin, self.finish)

    def begin(self, start: LoginStart) -> LoginRequest:
        question = secrets.token_hex(16)
        query = urlencode({"state": start.state, "back": start.return_url, "question": question})
        return LoginRequest(f"{self.url}/?{query}", remember={"question": question})

    def finish(self, back: LoginReturn) -> LoginRecord:
        claims = {name: back.parameters.get(name, "") for name in CLAIMS}
        if not hmac.compare_digest(self.sign(claims), back.parameters.get("signature", "")):
            raise LoginRefusedError(RefusalReason.SIGNATURE, "the desk did not sign this")
        if claims["question"] != back.remembered["question"]:
            raise LoginRefusedError(RefusalReason.WRONG_REQUEST, "the desk answers another question")
        return LoginRecord(
            issuer=back.issuer,
            kvk_nummer=claims["kvk"],
            rsin=None,
            pseudonym=claims["person"],
            level=AssuranceLevel(claims["level"]),
            branch=None,
            intermediary_kvk=None,
            assertion_id=claims["question"],
            expires_at=now() + timedelta(minutes=5),
        )

    def sign(self, claims: Mapping[str, str]) -> str:
        return hmac.digest(self._key, urlencode(claims).encode(), "sha256").hex()
