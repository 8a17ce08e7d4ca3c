"""The two parties of a login: ourselves as service provider, and the makelaars we know."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509.oid import NameOID

from portaal.login.levels import MINIMUM, AssuranceLevel

MINIMUM_BITS = 2048
# The organisation in the certificates of simulated parties.
SIMULATED = "Simulatie: tekent voor niemand"


@dataclass(frozen=True)
class KeyPair:
    """A private key with its certificate."""

    key: RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate


@dataclass(frozen=True)
class ServiceProvider:
    """Ourselves.

    :param entity_id: ``urn:etoegang:DV:<20-digit OIN>:entities:<index>``.
    :param acs_url: where answers come in, exactly as in our metadata.
    :param service_index: the AttributeConsumingServiceIndex, the service's index in ``service_id``.
    :param service_id: ``urn:etoegang:DV:<OIN>:services:<index>``.
    :param keys: the current pair and, while keys are changed, the next one; both decrypt.
    :param next_from: from when the next pair signs, as agreed with the makelaar.
    :param client_certificate: what makelaars see that ask for one when an artifact is exchanged.
    :param minimum: the lowest level that gets in (R-38).
    :param skew: seconds that clocks may differ, at most 120.
    """

    entity_id: str
    acs_url: str
    service_index: int
    service_id: str
    service_uuid: str
    service_name: str
    provider_name: str
    keys: tuple[KeyPair, ...]
    next_from: datetime | None = None
    client_certificate: x509.Certificate | None = None
    minimum: AssuranceLevel = MINIMUM
    skew: int = 60

    @property
    def announced(self) -> x509.Certificate:
        """The certificate in our metadata: the next one as soon as there is one, as makelaars want it."""
        return self.keys[-1].certificate

    def signing_pair(self, now: datetime) -> KeyPair:
        """The pair that signs at this moment."""
        return self.keys[-1] if self.next_from is not None and now >= self.next_from else self.keys[0]


@dataclass(frozen=True)
class Makelaar:
    """A makelaar, as its metadata describes it.

    :param sso_urls: where a request may be sent, by binding.
    :param artifact_urls: where an artifact is exchanged for its answer, by the index that an artifact names.
    :param certificates: the only keys whose signatures count.
    :param content_type: of the artifact exchange; makelaars differ.
    :param answers_by_post: it sends its answers through the browser instead of an artifact.
    """

    entity_id: str
    display_name: str
    sso_urls: dict[str, str]
    artifact_urls: dict[int, str]
    certificates: tuple[x509.Certificate, ...]
    content_type: str = "text/xml"
    answers_by_post: bool = False

    @property
    def urls(self) -> tuple[str, ...]:
        """Every address of it that is used."""
        return (*self.sso_urls.values(), *self.artifact_urls.values())

    @property
    def is_simulated(self) -> bool:
        """Whether it signs with a simulator's certificate."""
        return any(
            attribute.value == SIMULATED
            for certificate in self.certificates
            for attribute in certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        )
