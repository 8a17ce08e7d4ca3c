"""What a makelaar is asked: the portal's metadata, its AuthnRequest and its ArtifactResolve, each verified."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from portaal.eherkenning.metadata import HTTP_POST
from portaal.eherkenning.signature import verify
from portaal.eherkenning.xml import SOAP, children, only_child, parse, q, text_of
from portaal.login.levels import AssuranceLevel, level_of
from portaal.login.refusal import LoginRefusedError

MAX_INFLATED = 256 * 1024


class BadQuestionError(Exception):
    """A question that a makelaar would not answer. The text says why."""


@dataclass(frozen=True)
class Portal:
    """The service provider, from its metadata.

    :param answer_urls: where answers go, by index: (binding, address).
    """

    entity_id: str
    answer_urls: dict[str, tuple[str, str]]
    service_id: str
    service_index: str
    service_name: str
    certificate: x509.Certificate

    @property
    def host(self) -> str:
        return urlsplit(self._any_url).hostname or ""

    @property
    def origin(self) -> str:
        return "{0.scheme}://{0.netloc}".format(urlsplit(self._any_url))

    @property
    def _any_url(self) -> str:
        return next(iter(self.answer_urls.values()))[1]


@dataclass(frozen=True)
class Question:
    """A verified AuthnRequest."""

    request_id: str
    provider_name: str
    level: AssuranceLevel
    acs_url: str
    answer_by_post: bool
    relay_state: str


def read_portal(metadata: bytes) -> Portal:
    """The portal's metadata, whose signature must hold with the certificate inside it.

    :raises BadQuestionError: it cannot be used.
    """
    try:
        root = parse(metadata)
        role = only_child(root, "md:SPSSODescriptor")
        info = only_child(children(role, "md:KeyDescriptor")[0], "ds:KeyInfo")
        encoded = text_of(only_child(only_child(info, "ds:X509Data"), "ds:X509Certificate"))
        certificate = x509.load_der_x509_certificate(base64.b64decode(encoded))
        verify(root, [certificate])
        service = only_child(role, "md:AttributeConsumingService")
        return Portal(
            entity_id=root.get("entityID", ""),
            answer_urls={
                node.get("index", ""): (node.get("Binding", ""), node.get("Location", ""))
                for node in children(role, "md:AssertionConsumerService")
            },
            service_id=only_child(service, "md:RequestedAttribute").get("Name", ""),
            service_index=service.get("index", ""),
            service_name=children(service, "md:ServiceName")[0].text or "",
            certificate=certificate,
        )
    except (LoginRefusedError, IndexError, ValueError) as error:
        raise BadQuestionError(f"the portal's metadata cannot be used: {error}") from error


def read_request(fields: Mapping[str, str], query: str, portal: Portal, destination: str) -> Question:
    """A request by POST (``query`` empty) or by redirect.

    :raises BadQuestionError: it is not the portal's, not signed by it, or not for here.
    """
    try:
        if query:
            element = _redirected(fields, query, portal)
        else:
            element = verify(parse(base64.b64decode(fields.get("SAMLRequest", ""))), [portal.certificate])
    except (LoginRefusedError, ValueError, zlib.error, InvalidSignature) as error:
        raise BadQuestionError(f"the request cannot be trusted: {error}") from error
    if element.tag != q("samlp:AuthnRequest"):
        raise BadQuestionError("this is no AuthnRequest")
    if text_of(only_child(element, "saml:Issuer")) != portal.entity_id:
        raise BadQuestionError("the request comes from somebody else")
    if element.get("Destination") != destination:
        raise BadQuestionError("the request is meant for another address")
    if element.get("AttributeConsumingServiceIndex") != portal.service_index:
        raise BadQuestionError("the request is for an unknown service")
    if element.get("AssertionConsumerServiceIndex") not in portal.answer_urls:
        raise BadQuestionError("the answer is to go to an unknown address")
    binding, acs_url = portal.answer_urls[element.get("AssertionConsumerServiceIndex", "")]
    return Question(
        request_id=element.get("ID", ""),
        provider_name=element.get("ProviderName", ""),
        level=_asked_level(element),
        acs_url=acs_url,
        answer_by_post=binding == HTTP_POST,
        relay_state=fields.get("RelayState", ""),
    )


def _asked_level(element: etree._Element) -> AssuranceLevel:
    """What the request asks for; by agreement level 3 when it asks for nothing."""
    for context in children(element, "samlp:RequestedAuthnContext"):
        level = level_of(text_of(only_child(context, "saml:AuthnContextClassRef")))
        if level is None:
            raise BadQuestionError("the request asks for an unknown level")
        return level
    return AssuranceLevel.LOA3


def _redirected(fields: Mapping[str, str], query: str, portal: Portal) -> etree._Element:
    signed, _, signature = query.rpartition("&Signature=")
    public_key = portal.certificate.public_key()
    if not isinstance(public_key, RSAPublicKey):
        raise BadQuestionError("the portal's key is no RSA key")
    public_key.verify(base64.b64decode(unquote_to_bytes(signature)), signed.encode(), PKCS1v15(), SHA256())
    inflated = zlib.decompressobj(-15).decompress(base64.b64decode(fields["SAMLRequest"]), MAX_INFLATED)
    return parse(inflated)


def read_resolve(body: bytes, portal: Portal, destination: str) -> tuple[str, str]:
    """(id of the question, artifact) of an ArtifactResolve signed by the portal.

    :raises BadQuestionError: it is not.
    """
    try:
        element = only_child(only_child(parse(body), "soap:Body"), "samlp:ArtifactResolve")
        verified = verify(element, [portal.certificate])
        if text_of(only_child(verified, "saml:Issuer")) != portal.entity_id:
            raise BadQuestionError("the question comes from somebody else")
        if verified.get("Destination") not in (None, destination):
            raise BadQuestionError("the question is meant for another address")
        return verified.get("ID", ""), text_of(only_child(verified, "samlp:Artifact"))
    except LoginRefusedError as error:
        raise BadQuestionError(f"the question cannot be trusted: {error}") from error


def soap(element: etree._Element) -> bytes:
    """An element in a SOAP envelope."""
    envelope = etree.Element(q("soap:Envelope"), nsmap={"soap": SOAP})
    etree.SubElement(envelope, q("soap:Body")).append(element)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")
