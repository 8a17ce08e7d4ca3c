"""Verifying an ID token: the signature first, then what it says (OpenID Connect Core, section 3.1.3.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, InvalidKeyIdError, JoseError, MissingClaimError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from portaal.api import LoginRefusedError, RefusalReason
from portaal_oidc.brokers import Entry

SKEW = timedelta(seconds=60)
LARGEST_TOKEN = 64 * 1024
TIMES = frozenset({"exp", "iat", "nbf", "auth_time"})
REASONS = {"nonce": RefusalReason.WRONG_REQUEST} | dict.fromkeys(TIMES, RefusalReason.WRONG_TIME)


class UnknownKeyError(Exception):
    """The token names a key that the broker did not have when we looked."""


@dataclass(frozen=True)
class Expected:
    """What a token is held against.

    :param asked_at: when the browser was sent: nobody who logged in before that counts.
    """

    entry: Entry
    nonce: str
    access_token: str | None
    asked_at: datetime
    now: datetime


def verify(token: str, keys: KeySet, expected: Expected) -> dict[str, Any]:
    """The claims of a token that is for us, about this request, and of this moment.

    :raises UnknownKeyError: the broker's keys must be looked up again.
    :raises LoginRefusedError: with the first rule that is broken.
    """
    header, claims = _signed(token, keys, expected.entry)
    _check_standard(header, claims, expected)
    _check_fresh(claims, expected)
    return claims


def _signed(token: str, keys: KeySet, entry: Entry) -> tuple[dict[str, Any], dict[str, Any]]:
    """Signed with a key of the broker, in a way that the operator allows: never ``none``, never with a secret."""
    if len(token) > LARGEST_TOKEN:
        raise LoginRefusedError(RefusalReason.MALFORMED, "the token is too large")
    registry = JWSRegistry(algorithms=list(entry.algorithms), strict_check_header=False)
    try:
        found = jwt.decode(token, keys, registry=registry)
    except InvalidKeyIdError as error:
        raise UnknownKeyError from error
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise LoginRefusedError(RefusalReason.SIGNATURE, "the token is not signed as it should be") from error
    return found.header, found.claims


def _check_standard(header: dict[str, Any], claims: dict[str, Any], expected: Expected) -> None:
    entry = expected.entry
    parameters = {"client_id": entry.client_id, "nonce": expected.nonce, "access_token": expected.access_token}
    options = {
        "iss": {"essential": True, "value": entry.issuer},
        "aud": {"essential": True, "value": entry.client_id},
        "nonce": {"essential": True},
    }
    try:
        CodeIDToken(claims, header, options, parameters).validate(
            now=int(expected.now.timestamp()), leeway=int(SKEW.total_seconds())
        )
    except ExpiredTokenError as error:
        raise LoginRefusedError(RefusalReason.WRONG_TIME, "the token is no longer valid") from error
    except (InvalidClaimError, MissingClaimError) as error:
        claim = str(error.claim)
        known = claim if claim in {"iss", "sub", "aud", "azp", "nonce", "at_hash", "amr", *TIMES} else "a claim"
        reason = REASONS.get(claim, RefusalReason.WRONG_PARTY)
        raise LoginRefusedError(reason, f"{known} of the token is missing or not as it should be") from error


def _check_fresh(claims: dict[str, Any], expected: Expected) -> None:
    """Somebody logged in for us, now: an earlier login of this browser at the broker does not count (ASVS 7.6.1)."""
    at = claims.get("auth_time")
    if at is None and not expected.entry.auth_time:
        return
    if isinstance(at, bool) or not isinstance(at, int | float) or moment(at) < expected.asked_at - SKEW:
        raise LoginRefusedError(RefusalReason.WRONG_TIME, "auth_time of the token is missing or from before")


def moment(seconds: float) -> datetime:
    """A NumericDate as a moment.

    :raises LoginRefusedError: WRONG_TIME; there is no such moment.
    """
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise LoginRefusedError(RefusalReason.WRONG_TIME, "a time of the token is no moment") from error
