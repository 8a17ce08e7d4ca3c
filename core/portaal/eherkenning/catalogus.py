"""Our part of eHerkenning's service catalogue: what the service is, at which level, and for whom."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from portaal.eherkenning.metadata import key_descriptor
from portaal.eherkenning.parties import Makelaar, ServiceProvider
from portaal.eherkenning.signature import sign
from portaal.eherkenning.xml import DS, MD, SAML, q, timestamp

CATALOGUE = "urn:etoegang:1.13:service-catalog"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
CONCERNED = ("urn:etoegang:1.9:EntityConcernedID:KvKnr", "urn:etoegang:1.9:EntityConcernedID:RSIN")
BRANCH = "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"
LONGEST_NAME, LONGEST_DESCRIPTION = 64, 1024


class CatalogueError(Exception):
    """There is something that a catalogue cannot hold. The text says what."""


@dataclass(frozen=True)
class Edition:
    """What the catalogue says and the metadata does not.

    :param definition_uuid: of the service; that of this instance of it is in the settings.
    :param public_url: where people read about the service and go to it.
    :param privacy_url: the privacy statement.
    :param version: counts up with each catalogue that is handed in.
    """

    definition_uuid: str
    public_url: str
    privacy_url: str
    version: int
    production: bool


def service_catalogue(provider: ServiceProvider, makelaar: Makelaar, edition: Edition, now: datetime) -> bytes:
    """The signed catalogue for this makelaar.

    :raises CatalogueError: a name is too long, or an identifier has no OIN in it.
    """
    environment = "P" if edition.production else "T"
    root = etree.Element(
        _esc("ServiceCatalogue"),
        {
            "ID": f"_{secrets.token_hex(16)}",
            _esc("IssueInstant"): timestamp(now),
            _esc("Version"): f"urn:etoegang:1.13:service-catalogue:{environment}:{edition.version}",
        },
        nsmap={"esc": CATALOGUE, "saml": SAML, "md": MD, "ds": DS},
    )
    party = _public(root, "ServiceProvider")
    _add(party, "ServiceProviderID", _oin(provider.entity_id))
    _translated(party, "OrganizationDisplayName", _short(provider.provider_name, LONGEST_NAME))
    _definition(party, provider, makelaar, edition)
    _instance(party, provider, makelaar, edition)
    pair = provider.signing_pair(now)
    signed = sign(root, pair.key, pair.certificate, with_certificate=True)
    return etree.tostring(signed, xml_declaration=True, encoding="UTF-8")


def _definition(party: etree._Element, provider: ServiceProvider, makelaar: Makelaar, edition: Edition) -> None:
    definition = _public(party, "ServiceDefinition")
    _add(definition, "ServiceUUID", edition.definition_uuid)
    _translated(definition, "ServiceName", _short(provider.service_name, LONGEST_NAME))
    description = f"{provider.provider_name}: {provider.service_name}"
    _translated(definition, "ServiceDescription", _short(description, LONGEST_DESCRIPTION))
    _translated(definition, "ServiceDescriptionURL", edition.public_url)
    etree.SubElement(definition, q("saml:AuthnContextClassRef")).text = provider.minimum.urn
    _add(definition, "HerkenningsmakelaarId", _oin(makelaar.entity_id))
    for kind in CONCERNED:
        _add(definition, "EntityConcernedTypesAllowed", kind).set("setNumber", "1")
    _add(definition, "ServiceRestrictionsAllowed", BRANCH)


def _instance(party: etree._Element, provider: ServiceProvider, makelaar: Makelaar, edition: Edition) -> None:
    instance = _public(party, "ServiceInstance")
    _add(instance, "ServiceID", provider.service_id)
    _add(instance, "ServiceUUID", provider.service_uuid)
    _add(instance, "InstanceOfService", edition.definition_uuid)
    _translated(instance, "ServiceURL", edition.public_url)
    _translated(instance, "PrivacyPolicyURL", edition.privacy_url)
    _add(instance, "HerkenningsmakelaarId", _oin(makelaar.entity_id))
    _add(instance, "SSOSupport", "false")  # every login is a fresh one
    key_descriptor(_add(instance, "ServiceCertificate"), "encryption", provider.announced)


def _esc(name: str) -> str:
    return f"{{{CATALOGUE}}}{name}"


def _public(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, _esc(name), {_esc("IsPublic"): "true"})


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, _esc(name))
    element.text = text
    return element


def _translated(parent: etree._Element, name: str, text: str) -> None:
    _add(parent, name, text).set(LANGUAGE, "nl")


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise CatalogueError(f"{text!r} is longer than the {most} characters that a catalogue takes")
    return text


def _oin(identifier: str) -> str:
    """The OIN in ``urn:etoegang:DV:<OIN>:entities:<index>``."""
    parts = identifier.split(":")
    if len(parts) < 4 or not (len(parts[3]) == 20 and parts[3].isdecimal()):
        raise CatalogueError(f"there is no OIN of 20 digits in {identifier}")
    return parts[3]
