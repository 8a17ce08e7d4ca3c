"""The brokers, as the operator keeps them: one TOML file, with keys and secrets in files beside it.

::

    [[broker]]
    name = "Voorbeeldbroker"                      # what people choose
    issuer = "https://broker.example"             # exactly as the broker writes it
    client_id = "portaal"
    client_key = "portaal-oidc.pem"               # signs for us (private_key_jwt); or:
    # client_secret = "portaal-oidc.secret"       # the file with the secret (client_secret_basic)
    scopes = ["openid"]
    acr_values = []                               # what to ask for, in the broker's words
    algorithms = ["RS256"]                        # that the broker signs with
    origins = []                                  # where people log in, when that is not at the issuer's address
    auth_time = true                              # the broker says when somebody logged in: it must be now
    # ca_file = "broker-ca.pem"                   # when the broker's certificate is not of a public authority

    [broker.levels]                               # the broker's words for levels; what is not here is refused
    "urn:etoegang:core:assurance-class:loa3" = "loa3"
    "urn:etoegang:core:assurance-class:loa4" = "loa4"

    [broker.claims]                               # of the ID token; leave out what the broker does not have
    level = "acr"
    pseudonym = "sub"
    kvk = "urn:etoegang:1.9:EntityConcernedID:KvKnr"
    rsin = "urn:etoegang:1.9:EntityConcernedID:RSIN"
    branch = "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"
    intermediary = "urn:etoegang:1.9:IntermediateEntityID:KvKnr"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from portaal.api import AssuranceLevel

Text = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MINIMUM_BITS = 2048


class BrokersError(Exception):
    """The file, or what it names, cannot be used. The text says what and where."""


class Claims(BaseModel):
    """Which claim of the ID token says what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    level: Text = "acr"
    pseudonym: Text = "sub"
    kvk: Text | None = None
    rsin: Text | None = None
    branch: Text | None = None
    intermediary: Text | None = None

    @model_validator(mode="after")
    def _whose(self) -> Claims:
        if self.kvk is None and self.rsin is None:
            raise ValueError("kvk or rsin must name a claim, or nobody's organisation would be known")
        return self


class Entry(BaseModel):
    """One broker in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    issuer: Text
    client_id: Text
    client_key: Text | None = None
    client_secret: Text | None = None
    scopes: list[Text] = ["openid"]
    acr_values: list[Text] = []
    algorithms: list[Algorithm] = Field(["RS256"], min_length=1)
    origins: list[Text] = []
    auth_time: bool = True
    ca_file: Text | None = None
    levels: dict[Text, AssuranceLevel] = Field(min_length=1)
    claims: Claims

    @model_validator(mode="after")
    def _complete(self) -> Entry:
        if (self.client_key is None) == (self.client_secret is None):
            raise ValueError("give either client_key or client_secret")
        if "openid" not in self.scopes:
            raise ValueError("scopes must have openid")
        for url in (self.issuer, *self.origins):
            address = urlsplit(url)
            if address.scheme not in ("https", "http") or not address.hostname or address.query or address.fragment:
                raise ValueError(f"{url} is no address such as https://broker.example")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    broker: list[Entry] = []


@dataclass(frozen=True)
class Broker:
    """A broker that can be asked.

    :param secret: what we show to be who we are, or None when a key signs for us.
    :param key: our private key, or None when there is a secret.
    :param authority: PEM of what their TLS certificate is issued under; empty for the machine's own.
    :param needs_tls: everywhere but in development.
    """

    entry: Entry
    secret: str | None = field(default=None, repr=False)
    key: RSAPrivateKey | EllipticCurvePrivateKey | None = field(default=None, repr=False)
    authority: str = ""
    needs_tls: bool = True

    @property
    def origins(self) -> tuple[str, ...]:
        """Where browsers may be sent."""
        addresses = [urlsplit(url) for url in self.entry.origins or [self.entry.issuer]]
        return tuple(f"{address.scheme}://{address.netloc}" for address in addresses)


def read_brokers(path: Path, environment: str) -> list[Broker]:
    """The brokers of the file.

    :raises BrokersError: the file, a key or a secret cannot be used, or a broker is not allowed in this environment.
    """
    entries = _entries(path)
    twice = {entry.issuer for entry in entries if sum(other.issuer == entry.issuer for other in entries) > 1}
    if twice:
        raise BrokersError(f"{path}: {', '.join(sorted(twice))} is there twice")
    return [_broker(entry, path, environment) for entry in entries]


def _entries(path: Path) -> list[Entry]:
    try:
        return _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).broker
    except (OSError, UnicodeDecodeError) as error:
        raise BrokersError(f"{path} cannot be read") from error
    except tomllib.TOMLDecodeError as error:
        raise BrokersError(f"{path} is no TOML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BrokersError(f"{path}: {place}: {first['msg']}") from error


def _broker(entry: Entry, path: Path, environment: str) -> Broker:
    development = environment == "development"
    check_allowed([entry.issuer, *entry.origins], entry.name, development=development)
    return Broker(
        entry,
        secret=_secret(entry, path) if entry.client_secret else None,
        key=_key(entry, path) if entry.client_key else None,
        authority=_text(entry.name, path.parent / entry.ca_file) if entry.ca_file else "",
        needs_tls=not development,
    )


def check_allowed(urls: list[str], name: str, *, development: bool) -> None:
    """Outside development: TLS everywhere, and nobody on this machine, where simulated brokers live.

    :raises BrokersError: an address is not allowed.
    """
    for url in urls:
        address = urlsplit(url)
        here = address.hostname in LOOPBACK
        if development and here:
            continue
        if address.scheme != "https":
            raise BrokersError(f"{name}: {url} does not begin with https://")
        if here:
            raise BrokersError(f"{name}: {url} is on this machine; that is for development only")


def _secret(entry: Entry, path: Path) -> str:
    secret = _text(entry.name, path.parent / str(entry.client_secret)).strip()
    if len(secret) < 16:
        raise BrokersError(f"{entry.name}: the client secret is empty or shorter than 16 characters")
    return secret


def _key(entry: Entry, path: Path) -> RSAPrivateKey | EllipticCurvePrivateKey:
    file = path.parent / str(entry.client_key)
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise BrokersError(f"{entry.name}: {file} is no readable private key without a password") from error
    if isinstance(key, RSAPrivateKey) and key.key_size >= MINIMUM_BITS:
        return key
    if isinstance(key, EllipticCurvePrivateKey) and key.curve.name == "secp256r1":
        return key
    raise BrokersError(f"{entry.name}: {file} must be an RSA key of at least {MINIMUM_BITS} bits, or one on P-256")


def _text(name: str, file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise BrokersError(f"{name}: {file} cannot be read") from error
