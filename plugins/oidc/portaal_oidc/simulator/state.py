"""What the simulated broker knows: its keys, its client, and the codes that it gave out."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from joserfc.jwk import KeySet, RSAKey

from portaal_oidc.simulator.people import Person

PREFIX = "urn:etoegang:core:assurance-class:"
NORMAL = "normal"


@dataclass(frozen=True)
class Question:
    """A request of the portal, as it came in."""

    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str


@dataclass(frozen=True)
class Grant:
    """What stands behind a code."""

    question: Question
    person: Person
    kvk_nummer: str
    answer: str = NORMAL


def new_key() -> RSAKey:
    """A key with its thumbprint as id."""
    key = RSAKey.generate_key(2048, private=True)
    key.ensure_kid()
    return key


@dataclass
class Simulator:
    """One broker with one client.

    :param redirect_uri: the one address that browsers are sent back to.
    :param secret: what the client shows to be who it is; or ``client_keys``.
    :param more: claims that every ID token has besides.
    :param faults: how the addresses themselves go wrong: ``discovery``, ``jwks`` or ``token``, each with a word.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    people: dict[str, Person]
    secret: str = ""
    client_keys: KeySet | None = None
    faults: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    signing_key: RSAKey = field(default_factory=new_key)
    other_key: RSAKey = field(default_factory=new_key)
    grants: dict[str, Grant] = field(default_factory=dict)
    used_assertions: set[str] = field(default_factory=set)

    def give_code(self, grant: Grant) -> str:
        code = secrets.token_urlsafe(32)
        self.grants[code] = grant
        return code

    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
            "authorization_response_iss_parameter_supported": True,
            "portaal_simulator": True,
        }
