"""The ID token, as it should be and as a portal must refuse it."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

from joserfc import jwt

from portaal.api import now as clock
from portaal_oidc.simulator.state import PREFIX, Grant, Simulator

CLAIM = "urn:etoegang:1.9:EntityConcernedID:KvKnr"
LONG = 600
Claims = dict[str, Any]

CLAIMS: dict[str, Callable[[Claims], Claims]] = {
    "wrong_nonce": lambda claims: claims | {"nonce": "another"},
    "no_nonce": lambda claims: _without(claims, "nonce"),
    "wrong_audience": lambda claims: claims | {"aud": "another"},
    "two_audiences": lambda claims: claims | {"aud": [claims["aud"], "another"]},
    "no_audience": lambda claims: _without(claims, "aud"),
    "wrong_azp": lambda claims: claims | {"azp": "another"},
    "wrong_issuer": lambda claims: claims | {"iss": "https://elders.example"},
    "issuer_in_a_list": lambda claims: claims | {"iss": [claims["iss"]]},
    "expired": lambda claims: claims | {"exp": claims["iat"] - LONG},
    "no_end": lambda claims: _without(claims, "exp"),
    "endless": lambda claims: claims | {"exp": 1e308},
    "old": lambda claims: claims | {"iat": claims["iat"] - LONG},
    "from_the_future": lambda claims: claims | {"iat": claims["iat"] + LONG},
    "not_yet": lambda claims: claims | {"nbf": claims["iat"] + LONG},
    "no_auth_time": lambda claims: _without(claims, "auth_time"),
    "earlier_login": lambda claims: claims | {"auth_time": claims["auth_time"] - LONG},
    "no_level": lambda claims: _without(claims, "acr"),
    "unknown_level": lambda claims: claims | {"acr": f"{PREFIX}loa9"},
    "level_in_a_list": lambda claims: claims | {"acr": [claims["acr"]]},
    "low_level": lambda claims: claims | {"acr": f"{PREFIX}loa2plus"},
    "no_organisation": lambda claims: _without(claims, CLAIM),
    "odd_organisation": lambda claims: claims | {CLAIM: "123"},
    "organisation_as_number": lambda claims: claims | {CLAIM: int(claims[CLAIM])},
    "no_person": lambda claims: _without(claims, "sub"),
    "wrong_at_hash": lambda claims: claims | {"at_hash": "AAAA"},
}
SIGNATURES = (
    "alg_none",
    "hs256_with_the_public_key",
    "unknown_key",
    "foreign_key",
    "no_signature",
    "altered",
    "no_token",
    "odd_token",
    "encrypted",
)
RETURNS = (
    "wrong_iss_parameter",
    "no_iss_parameter",
    "mixed_up_state",
    "no_code",
    "two_codes",
    "invented_code",
    "access_denied",
    "server_error",
    "unmet_authentication_requirements",
)
ALL = (*CLAIMS, *SIGNATURES, *RETURNS)


def id_token(simulator: Simulator, grant: Grant, access_token: str) -> Any:
    """What stands behind a code: a token for the portal, or the deviating one that was chosen."""
    now = int(clock().timestamp())
    claims: Claims = {
        "iss": simulator.issuer,
        "sub": grant.person.pseudonym,
        "aud": simulator.client_id,
        "iat": now,
        "exp": now + 120,
        "auth_time": now,
        "nonce": grant.question.nonce,
        "acr": PREFIX + grant.person.level,
        CLAIM: grant.kvk_nummer,
        **simulator.more,
    }
    if grant.answer in CLAIMS:
        claims = CLAIMS[grant.answer](claims)
    return _signed(simulator, grant.answer, claims)


def _signed(simulator: Simulator, answer: str, claims: Claims) -> Any:
    key, header = simulator.signing_key, {"alg": "RS256", "kid": simulator.signing_key.kid}
    good = jwt.encode(header, claims, key)
    match answer:
        case "alg_none":
            return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{good.split('.')[1]}."
        case "hs256_with_the_public_key":
            signed = f"{_part(header | {'alg': 'HS256'})}.{good.split('.')[1]}"
            mac = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
            return f"{signed}.{_base64(mac)}"
        case "unknown_key":
            return jwt.encode(header | {"kid": "unknown"}, claims, simulator.other_key)
        case "foreign_key":
            return jwt.encode(header, claims, simulator.other_key)
        case "no_signature":
            return good.rpartition(".")[0] + "."
        case "altered":
            head, _, signature = good.split(".")
            return f"{head}.{_part(claims | {'acr': PREFIX + 'loa4'})}.{signature}"
        case "no_token":
            return None
        case "odd_token":
            return ["no", "text"]
        case "encrypted":
            return "a.b.c.d.e"
    return good


def _part(content: dict[str, Any]) -> str:
    return _base64(json.dumps(content).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _without(claims: Claims, name: str) -> Claims:
    return {key: value for key, value in claims.items() if key != name}
