"""Metadata: ours, with nothing in it that the interface does not list, and that of a makelaar."""

from __future__ import annotations

import base64
import re
import secrets
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from portaal.eherkenning.parties import MINIMUM_BITS, Makelaar, ServiceProvider
from portaal.eherkenning.signature import key_name, sign, verify
from portaal.eherkenning.xml import DS, MD, SAMLP, children, parse, q
from portaal.login.providers import LONGEST_ISSUER, ORIGIN
from portaal.login.refusal import LoginRefusedError

HTTP_ARTIFACT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
HTTP_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
HTTP_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
SOAP_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"
LANGUAGES = ("nl", "en")
MAX_INDEX = 0xFFFF
# As a browser and a request of our own take it, whatever else urlsplit makes of a text.
WEB_ADDRESS = re.compile(ORIGIN.pattern + r"([/?][!-~]*)?", re.IGNORECASE)
ARTIFACT_INDEX, POST_INDEX = "1", "2"


class MetadataError(Exception):
    """Metadata of a makelaar that cannot be used. The text says what is wrong with it."""


def our_metadata(provider: ServiceProvider, now: datetime, *, answers_by_post: bool = False) -> bytes:
    """Our signed EntityDescriptor. The interface forbids every element that it does not list.

    :param answers_by_post: also name where answers may be posted, for makelaars that do so.
    """
    root = etree.Element(
        q("md:EntityDescriptor"),
        nsmap={"md": MD, "ds": DS},
        entityID=provider.entity_id,
        ID=f"_{secrets.token_hex(16)}",
    )
    role = etree.SubElement(
        root,
        q("md:SPSSODescriptor"),
        AuthnRequestsSigned="true",
        WantAssertionsSigned="true",
        protocolSupportEnumeration=SAMLP,
    )
    for use in ("signing", "encryption"):
        key_descriptor(role, use, provider.announced)
    etree.SubElement(
        role,
        q("md:AssertionConsumerService"),
        Binding=HTTP_ARTIFACT,
        Location=provider.acs_url,
        index=ARTIFACT_INDEX,
        isDefault="true",
    )
    if answers_by_post:
        etree.SubElement(
            role, q("md:AssertionConsumerService"), Binding=HTTP_POST, Location=provider.acs_url, index=POST_INDEX
        )
    service = etree.SubElement(role, q("md:AttributeConsumingService"), index=str(provider.service_index))
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    for locale in LANGUAGES:
        name = etree.SubElement(service, q("md:ServiceName"), {language: locale})
        name.text = provider.service_name
    for locale in LANGUAGES:
        description = etree.SubElement(service, q("md:ServiceDescription"), {language: locale})
        description.text = f"{provider.provider_name}: {provider.service_name}"
    etree.SubElement(service, q("md:RequestedAttribute"), Name=provider.service_id)
    pair = provider.signing_pair(now)
    return etree.tostring(
        sign(root, pair.key, pair.certificate, with_certificate=True), xml_declaration=True, encoding="UTF-8"
    )


def key_descriptor(role: etree._Element, use: str, certificate: x509.Certificate) -> None:
    """Add the name and certificate of a key."""
    info = etree.SubElement(etree.SubElement(role, q("md:KeyDescriptor"), use=use), q("ds:KeyInfo"))
    etree.SubElement(info, q("ds:KeyName")).text = key_name(certificate)
    data = etree.SubElement(etree.SubElement(info, q("ds:X509Data")), q("ds:X509Certificate"))
    data.text = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def read_makelaar(
    metadata: bytes,
    display_name: str,
    content_type: str = "text/xml",
    *,
    answers_by_post: bool = False,
    pinned: x509.Certificate | None = None,
) -> Makelaar:
    """A makelaar from its metadata.

    :param pinned: the certificate that must have signed it; None for a file that came by another trusted way.
    :raises MetadataError: it is no metadata of an identity provider, lacks what we need, or is signed by another.
    """
    try:
        root = parse(metadata)
        if pinned is not None:
            root = verify(root, [pinned])
    except LoginRefusedError as error:
        raise MetadataError(f"this is no usable metadata: {error.detail}") from error
    roles = children(root, "md:IDPSSODescriptor") if root.tag == q("md:EntityDescriptor") else []
    if len(roles) != 1 or not root.get("entityID"):
        raise MetadataError("this is no metadata of one identity provider")
    if len(root.get("entityID", "")) > LONGEST_ISSUER:
        raise MetadataError(f"its entity id is longer than {LONGEST_ISSUER} characters")
    role = roles[0]
    artifact_urls = {
        _index(node): _location(node)
        for node in children(role, "md:ArtifactResolutionService")
        if node.get("Binding") == SOAP_BINDING
    }
    sso_urls = {
        node.get("Binding", ""): _location(node)
        for node in children(role, "md:SingleSignOnService")
        if node.get("Binding") in (HTTP_POST, HTTP_REDIRECT)
    }
    if not artifact_urls and not answers_by_post:
        raise MetadataError("it names no artifact resolution service over SOAP")
    if not sso_urls:
        raise MetadataError("it names no single sign-on service for POST or Redirect")
    return Makelaar(
        root.get("entityID", ""),
        display_name,
        sso_urls,
        artifact_urls,
        _signing_certificates(role),
        content_type,
        answers_by_post,
    )


def is_web_address(text: str, *schemes: str) -> bool:
    """Whether this is an address of one of these schemes: ASCII only, and with nobody's name or password in it."""
    try:
        address = urlsplit(text)
        usable = address.scheme in schemes and address.port != 0 and not address.fragment
    except ValueError:
        return False
    return usable and WEB_ADDRESS.fullmatch(text) is not None


def _location(node: etree._Element) -> str:
    location = node.get("Location", "")
    if not is_web_address(location, "https", "http"):
        raise MetadataError("an address in it is no web address")
    return location


def _index(node: etree._Element) -> int:
    index = node.get("index", "")
    if not (index.isascii() and index.isdecimal() and int(index) <= MAX_INDEX):
        raise MetadataError("an artifact resolution service in it has no index")
    return int(index)


def _signing_certificates(role: etree._Element) -> tuple[x509.Certificate, ...]:
    found = []
    for descriptor in children(role, "md:KeyDescriptor"):
        if descriptor.get("use") in (None, "signing"):
            for info in children(descriptor, "ds:KeyInfo"):
                for data in children(info, "ds:X509Data"):
                    found += [_certificate(node.text or "") for node in children(data, "ds:X509Certificate")]
    if not found:
        raise MetadataError("it holds no signing certificate")
    return tuple(dict.fromkeys(found))  # some list a certificate for each of its uses


def _certificate(text: str) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode("".join(text.split())))
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MetadataError("a signing certificate in it cannot be read") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < MINIMUM_BITS:
        raise MetadataError(f"a signing certificate in it has no RSA key of at least {MINIMUM_BITS} bits")
    return certificate
