"""The authorization code flow with PKCE: sending somebody to a broker, and what is made of the answer."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from joserfc.jwk import ECKey, RSAKey

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
from portaal_oidc.brokers import Broker, Entry
from portaal_oidc.discovery import Discovery, Known, ask, read_json
from portaal_oidc.id_token import SKEW, Expected, UnknownKeyError, moment, verify

LONGEST_CODE = 4000
ASSERTION_SECONDS = 60
MAX_AGE = timedelta(minutes=5)  # of a token: it is fetched at once
ERRORS = {
    "access_denied": (RefusalReason.CANCELLED, "the person cancelled"),
    "unmet_authentication_requirements": (RefusalReason.LEVEL_TOO_LOW, "the broker cannot give this level"),
}
OTHER_ERROR = (RefusalReason.FAILED_AT_MAKELAAR, "the broker reports a failure")


def login_provider(brokers: list[Broker]) -> LoginProvider:
    """All brokers as one login provider."""
    clients = {broker.entry.issuer: Client(broker) for broker in brokers}
    return LoginProvider(
        choices=tuple(LoginChoice(broker.entry.issuer, broker.entry.name) for broker in brokers),
        origins=tuple(sorted({origin for broker in brokers for origin in broker.origins})),
        begin=lambda start: clients[start.issuer].begin(start),
        finish=lambda back: clients[back.issuer].finish(back),
    )


class Client:
    """Ourselves, as one broker knows us."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._entry = broker.entry
        self._discovery = Discovery(broker)
        self._key = client_key(broker)

    def begin(self, start: LoginStart) -> LoginRequest:
        """A request for a fresh login.

        :raises LoginRefusedError: the broker cannot be reached, or does not fit its description.
        """
        metadata = self._discovery.known().metadata
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        url = prepare_grant_uri(
            metadata.authorization_endpoint,
            client_id=self._entry.client_id,
            response_type="code",
            redirect_uri=start.return_url,
            scope=" ".join(self._entry.scopes),
            state=start.state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            prompt="login",
            max_age="0" if self._entry.auth_time else None,
            acr_values=" ".join(self._entry.acr_values) or None,
            ui_locales=start.locale,
        )
        return LoginRequest(
            url, remember={"nonce": nonce, "verifier": verifier, "asked_at": now().isoformat(timespec="seconds")}
        )

    def finish(self, back: LoginReturn) -> LoginRecord:
        """The login that the broker vouches for.

        :raises LoginRefusedError: with the first rule that is broken.
        """
        known = self._discovery.known()
        code = self._code(back, known)
        answer = self._exchange(code, back, known)
        token, access_token = answer.get("id_token"), answer.get("access_token")
        if not isinstance(token, str):
            raise LoginRefusedError(RefusalReason.MALFORMED, "the broker's answer has no ID token")
        expected = Expected(
            self._entry,
            back.remembered["nonce"],
            access_token if isinstance(access_token, str) else None,
            datetime.fromisoformat(back.remembered["asked_at"]),
            now(),
        )
        try:
            claims = verify(token, known.keys, expected)
        except UnknownKeyError:
            claims = self._verify_again(token, expected)
        return _record(self._entry, claims, hashlib.sha256(token.encode()).hexdigest())

    def _verify_again(self, token: str, expected: Expected) -> dict[str, Any]:
        try:
            return verify(token, self._discovery.known_again().keys, expected)
        except UnknownKeyError as error:
            raise LoginRefusedError(RefusalReason.SIGNATURE, "the broker has no such key") from error

    def _code(self, back: LoginReturn, known: Known) -> str:
        """The code in the answer, which must be of the broker that was asked (RFC 9207)."""
        issuer = back.parameters.get("iss")
        missing = issuer is None and known.metadata.authorization_response_iss_parameter_supported
        if missing or (issuer is not None and issuer != self._entry.issuer):
            raise LoginRefusedError(RefusalReason.WRONG_PARTY, "the answer is not of the broker that was asked")
        if "error" in back.parameters:
            raise LoginRefusedError(*ERRORS.get(back.parameters["error"], OTHER_ERROR))
        code = back.parameters.get("code", "")
        if not 0 < len(code) <= LONGEST_CODE:
            raise LoginRefusedError(RefusalReason.MALFORMED, "the answer has no code")
        return code

    def _exchange(self, code: str, back: LoginReturn, known: Known) -> dict[str, Any]:
        """What the broker gives for the code, to us alone."""
        url = known.metadata.token_endpoint
        body = prepare_token_request(
            "authorization_code",
            code=code,
            redirect_uri=back.return_url,
            code_verifier=back.remembered["verifier"],
            **self._assertion(url),
        )
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        if self._broker.secret is not None:
            named = ClientAuth(quote_plus(self._entry.client_id), quote_plus(self._broker.secret))  # RFC 6749, 2.3.1
            _, headers, body = named.prepare("POST", url, headers, body)
        reply = ask(self._broker, "POST", url, body.encode(), headers)
        if reply.status != 200:
            raise LoginRefusedError(RefusalReason.FAILED_AT_MAKELAAR, "the broker does not accept the code")
        answer = read_json(reply)
        if not isinstance(answer, dict):
            raise LoginRefusedError(RefusalReason.MALFORMED, "the broker's answer is no object")
        return answer

    def _assertion(self, url: str) -> dict[str, str]:
        """``private_key_jwt`` (RFC 7523): who we are, said for a minute and to this broker only."""
        if self._key is None:
            return {}
        assertion = private_key_jwt_sign(
            self._key,
            self._entry.client_id,
            url,
            alg="RS256" if isinstance(self._key, RSAKey) else "ES256",
            header={"kid": self._key.kid},
            issued_at=int(now().timestamp()),
            expires_in=ASSERTION_SECONDS,
        )
        return {
            "client_id": self._entry.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }


def client_key(broker: Broker) -> RSAKey | ECKey | None:
    """Our key for this broker, known by its thumbprint (RFC 7638)."""
    if broker.key is None:
        return None
    key: RSAKey | ECKey
    key = RSAKey.import_key(broker.key) if isinstance(broker.key, RSAPrivateKey) else ECKey.import_key(broker.key)
    key.ensure_kid()
    return key


def _record(entry: Entry, claims: dict[str, Any], token_hash: str) -> LoginRecord:
    pseudonym = _text(claims, entry.claims.pseudonym)
    if pseudonym is None:
        raise LoginRefusedError(RefusalReason.WRONG_IDENTITY, "the person is missing")
    return LoginRecord(
        issuer=entry.issuer,
        kvk_nummer=_text(claims, entry.claims.kvk),
        rsin=_text(claims, entry.claims.rsin),
        pseudonym=pseudonym,
        level=_level(entry, claims),
        branch=_text(claims, entry.claims.branch),
        intermediary_kvk=_text(claims, entry.claims.intermediary),
        assertion_id=token_hash,
        expires_at=min(moment(claims["exp"]), moment(claims["iat"]) + MAX_AGE) + SKEW,
    )


def _level(entry: Entry, claims: dict[str, Any]) -> AssuranceLevel:
    """What the operator says that the broker's word means. No word, or an unknown one, is no level."""
    word = claims.get(entry.claims.level)
    level = entry.levels.get(word) if isinstance(word, str) else None
    if level is None:
        raise LoginRefusedError(RefusalReason.LEVEL_TOO_LOW, "the level of this login is missing or unknown")
    return level


def _text(claims: dict[str, Any], name: str | None) -> str | None:
    """A claim that is a text; None when it is not there. Anything else could be read in more than one way."""
    value = claims.get(name) if name else None
    if value is not None and not isinstance(value, str):
        raise LoginRefusedError(RefusalReason.WRONG_IDENTITY, "an identity is no text")
    return value
