"""The two parties of a login: ourselves as service provider, and the makelaars we know."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from portaal.eherkenning.levels import AssuranceLevel


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
    :param keys: the current pair first; older or coming ones after it still decrypt.
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
    next_certificate: x509.Certificate | None = None
    minimum: AssuranceLevel = AssuranceLevel.LOA3
    skew: int = 60


@dataclass(frozen=True)
class Makelaar:
    """A makelaar, as its metadata describes it.

    :param sso_urls: where a request may be sent, by binding.
    :param artifact_url: where an artifact is exchanged for its answer; never taken from a message.
    :param certificates: the only keys whose signatures count.
    :param content_type: of the artifact exchange; makelaars differ.
    """

    entity_id: str
    display_name: str
    sso_urls: dict[str, str]
    artifact_url: str
    certificates: tuple[x509.Certificate, ...]
    content_type: str = "text/xml"
