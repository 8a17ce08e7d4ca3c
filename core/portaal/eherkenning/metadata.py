"""Metadata: ours, with nothing in it that the interface does not list, and that of a makelaar."""

from __future__ import annotations

import base64
import secrets

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from portaal.eherkenning.parties import Makelaar, ServiceProvider
from portaal.eherkenning.refusal import LoginRefusedError
from portaal.eherkenning.signature import key_name, sign
from portaal.eherkenning.xml import DS, MD, SAMLP, children, parse, q

HTTP_ARTIFACT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
HTTP_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
HTTP_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
SOAP_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"
SERVICE_NAMES = ("nl", "en")


class MetadataError(Exception):
    """Metadata of a makelaar that cannot be used. The text says what is wrong with it."""


def our_metadata(provider: ServiceProvider) -> bytes:
    """Our signed EntityDescriptor (section 1.5 of the interface notes).

    Once a next certificate is announced, that one stands in it and not the current one.
    """
    certificate = provider.next_certificate or provider.keys[0].certificate
    root = etree.Element(q("md:EntityDescriptor"), nsmap={"md": MD, "ds": DS}, entityID=provider.entity_id,
                         ID=f"_{secrets.token_hex(16)}")
    role = etree.SubElement(root, q("md:SPSSODescriptor"), AuthnRequestsSigned="true", WantAssertionsSigned="true",
                            protocolSupportEnumeration=SAMLP)
    for use in ("signing", "encryption"):
        _key_descriptor(role, use, certificate)
    etree.SubElement(role, q("md:AssertionConsumerService"), Binding=HTTP_ARTIFACT, Location=provider.acs_url,
                     index="1", isDefault="true")
    service = etree.SubElement(role, q("md:AttributeConsumingService"), index=str(provider.service_index))
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    for locale in SERVICE_NAMES:
        name = etree.SubElement(service, q("md:ServiceName"), {language: locale})
        name.text = provider.service_name
    for locale in SERVICE_NAMES:
        description = etree.SubElement(service, q("md:ServiceDescription"), {language: locale})
        description.text = f"{provider.provider_name}: {provider.service_name}"
    etree.SubElement(service, q("md:RequestedAttribute"), Name=provider.service_id)
    pair = provider.keys[0]
    return etree.tostring(sign(root, pair.key, pair.certificate, with_certificate=True), xml_declaration=True,
                          encoding="UTF-8")


def _key_descriptor(role: etree._Element, use: str, certificate: x509.Certificate) -> None:
    info = etree.SubElement(etree.SubElement(role, q("md:KeyDescriptor"), use=use), q("ds:KeyInfo"))
    etree.SubElement(info, q("ds:KeyName")).text = key_name(certificate)
    data = etree.SubElement(etree.SubElement(info, q("ds:X509Data")), q("ds:X509Certificate"))
    data.text = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def read_makelaar(metadata: bytes, display_name: str, content_type: str = "text/xml") -> Makelaar:
    """A makelaar from its metadata, which the operator got from it by a trusted way.

    :raises MetadataError: it is no metadata of an identity provider, or lacks what we need.
    """
    try:
        root = parse(metadata)
    except LoginRefusedError as error:
        raise MetadataError(f"this is no usable metadata: {error.detail}") from error
    roles = children(root, "md:IDPSSODescriptor") if root.tag == q("md:EntityDescriptor") else []
    if len(roles) != 1 or not root.get("entityID"):
        raise MetadataError("this is no metadata of one identity provider")
    role = roles[0]
    artifact_urls = [
        node.get("Location", "") for node in children(role, "md:ArtifactResolutionService")
        if node.get("Binding") == SOAP_BINDING
    ]
    sso_urls = {
        node.get("Binding", ""): node.get("Location", "") for node in children(role, "md:SingleSignOnService")
    }
    if not artifact_urls:
        raise MetadataError("it names no artifact resolution service over SOAP")
    if not {HTTP_POST, HTTP_REDIRECT} & sso_urls.keys():
        raise MetadataError("it names no single sign-on service for POST or Redirect")
    return Makelaar(root.get("entityID", ""), display_name, sso_urls, artifact_urls[0], _signing_certificates(role),
                    content_type)


def _signing_certificates(role: etree._Element) -> tuple[x509.Certificate, ...]:
    found = []
    for descriptor in children(role, "md:KeyDescriptor"):
        if descriptor.get("use") in (None, "signing"):
            for info in children(descriptor, "ds:KeyInfo"):
                for data in children(info, "ds:X509Data"):
                    found += [_certificate(node.text or "") for node in children(data, "ds:X509Certificate")]
    if not found:
        raise MetadataError("it holds no signing certificate")
    return tuple(found)


def _certificate(text: str) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(base64.b64decode("".join(text.split())))
    except ValueError as error:
        raise MetadataError("a signing certificate in it cannot be read") from error
