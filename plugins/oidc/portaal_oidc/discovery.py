"""What a broker says of itself: its addresses and its keys (OpenID Connect Discovery), kept for an hour.

An ID token that names a key which is not there makes us look again, at most once a minute: brokers renew their keys. A
broker that does not answer is left alone for some seconds, so that nobody can make the portal wait for it all the time.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, ValidationError

from portaal.api import LoginRefusedError, RefusalReason, now, outbound
from portaal_oidc.brokers import Broker, BrokersError, check_allowed

log = logging.getLogger(__name__)

WELL_KNOWN = "/.well-known/openid-configuration"
SECONDS = 4.0
KEPT = timedelta(hours=1)
AT_MOST_EVERY = timedelta(minutes=1)
AFTER_FAILURE = timedelta(seconds=5)
CHARACTERS_OF_2048_BITS = 342  # in base64url


class Metadata(BaseModel):
    """What we use of the discovery document."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    response_types_supported: list[str] = ["code"]
    code_challenge_methods_supported: list[str] = ["S256"]
    id_token_signing_alg_values_supported: list[str] = []
    authorization_response_iss_parameter_supported: bool = False
    portaal_simulator: bool = False


@dataclass(frozen=True)
class Known:
    """A broker's metadata and keys at one moment."""

    metadata: Metadata
    keys: KeySet
    at: datetime


class Discovery:
    """Knows one broker."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._known: Known | None = None
        self._left_alone_until: datetime | None = None

    def known(self) -> Known:
        """What the broker says of itself.

        :raises LoginRefusedError: UNREACHABLE, or WRONG_PARTY when it says what we cannot use.
        """
        known = self._known
        if known is None or now() - known.at > KEPT:
            self._known = known = self._look()
        return known

    def known_again(self) -> Known:
        """The same, looked up anew unless that was done just now: a key was not there.

        :raises LoginRefusedError: as :meth:`known`.
        """
        known = self._known
        if known is None or now() - known.at > AT_MOST_EVERY:
            self._known = known = self._look()
        return known

    def _look(self) -> Known:
        if self._left_alone_until is not None and now() < self._left_alone_until:
            raise LoginRefusedError(RefusalReason.UNREACHABLE, "the broker did not answer just now")
        try:
            known = self._read()
        except LoginRefusedError:
            self._left_alone_until = now() + AFTER_FAILURE
            raise
        self._left_alone_until = None
        return known

    def _read(self) -> Known:
        issuer = self._broker.entry.issuer
        document = fetch(self._broker, issuer.rstrip("/") + WELL_KNOWN)
        try:
            metadata = Metadata.model_validate(document)
            check_metadata(metadata, self._broker)
        except (ValidationError, BrokersError) as error:
            log.warning("%s", unusable(self._broker, error))
            raise LoginRefusedError(RefusalReason.WRONG_PARTY, "the broker's own description cannot be used") from error
        keys: Any = fetch(self._broker, metadata.jwks_uri)
        try:
            usable = [key for key in keys["keys"] if is_usable(key)]
            return Known(metadata, KeySet.import_key_set({"keys": usable}), now())
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise LoginRefusedError(RefusalReason.WRONG_PARTY, "the broker's keys cannot be read") from error


def unusable(broker: Broker, error: ValidationError | BrokersError) -> str:
    """What is wrong with a broker's description, for the operator."""
    if isinstance(error, BrokersError):
        return str(error)
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{broker.entry.name}: its description has no usable {'.'.join(map(str, first['loc']))}: {first['msg']}"


def is_usable(key: Any) -> bool:
    """Public keys that sign, and are large enough."""
    if not isinstance(key, dict) or key.get("use", "sig") != "sig":
        return False
    return key.get("kty") == "EC" or (key.get("kty") == "RSA" and len(key.get("n", "")) >= CHARACTERS_OF_2048_BITS)


def check_metadata(metadata: Metadata, broker: Broker) -> None:
    """Hold what a broker says against what the operator says.

    :raises BrokersError: naming what does not fit.
    """
    entry = broker.entry
    if metadata.issuer != entry.issuer:
        raise BrokersError(f"{entry.name}: it calls itself {metadata.issuer}, the file says {entry.issuer}")
    urls = [metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri]
    for url in urls:
        if not urlsplit(url).hostname or urlsplit(url).fragment:
            raise BrokersError(f"{entry.name}: {url!r} is no address")
    check_allowed(urls, entry.name, development=not broker.needs_tls)
    if broker.needs_tls and metadata.portaal_simulator:
        raise BrokersError(f"{entry.name} is a simulated broker: it cannot let people in here")
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(metadata.authorization_endpoint))
    if origin not in broker.origins:
        raise BrokersError(f"{entry.name}: people log in at {origin}; name that in origins")
    if "code" not in metadata.response_types_supported:
        raise BrokersError(f"{entry.name} does not support the authorization code flow")
    if "S256" not in metadata.code_challenge_methods_supported:
        raise BrokersError(f"{entry.name} does not support PKCE with S256")
    offered = metadata.id_token_signing_alg_values_supported
    if offered and not set(offered) & set(entry.algorithms):
        raise BrokersError(
            f"{entry.name} signs with {', '.join(offered)}; the file allows {', '.join(entry.algorithms)}"
        )


def fetch(broker: Broker, url: str) -> Any:
    """A JSON document of the broker.

    :raises LoginRefusedError: UNREACHABLE when there is none, MALFORMED when it is no JSON.
    """
    return read_json(ask(broker, "GET", url))


def ask(
    broker: Broker, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> outbound.Reply:
    """One question to the broker.

    :raises LoginRefusedError: UNREACHABLE when there is no answer, or the broker has trouble.
    """
    address = urlsplit(url)
    endpoint = outbound.Endpoint(f"{address.scheme}://{address.netloc}", authority=broker.authority, timeout=SECONDS)
    target = (address.path or "/") + (f"?{address.query}" if address.query else "")
    try:
        reply = outbound.call(endpoint, method, target, body=body, headers=headers, framed=False)
    except outbound.OutboundError as error:
        raise LoginRefusedError(RefusalReason.UNREACHABLE, f"the broker does not answer ({error.failure})") from error
    if reply.status >= 500 or (method == "GET" and reply.status != 200):
        raise LoginRefusedError(RefusalReason.UNREACHABLE, f"the broker answers with status {reply.status}")
    return reply


def read_json(reply: outbound.Reply) -> Any:
    """What an answer says.

    :raises LoginRefusedError: MALFORMED.
    """
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise LoginRefusedError(RefusalReason.MALFORMED, "the broker answers with something else than JSON") from error
