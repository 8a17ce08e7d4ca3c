"""Asking a makelaar to let somebody log in (section 1.1 of the interface notes)."""

from __future__ import annotations

import base64
import secrets
import zlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from portaal.eherkenning.metadata import ARTIFACT_INDEX, HTTP_POST, HTTP_REDIRECT, POST_INDEX
from portaal.eherkenning.parties import Makelaar, ServiceProvider
from portaal.eherkenning.signature import sign
from portaal.eherkenning.xml import SAML, SAMLP, q, timestamp

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@dataclass(frozen=True)
class AuthnRequest:
    """A request on its way.

    :param id: to be answered exactly once.
    :param fields: of the form to post, or None when the browser is sent to ``url`` at once.
    """

    id: str
    url: str
    fields: dict[str, str] | None


def new_request(provider: ServiceProvider, makelaar: Makelaar, relay_state: str, now: datetime) -> AuthnRequest:
    """A signed request by POST where the makelaar takes that, else by redirect.

    It always asks for a fresh login (ForceAuthn) of at least our level.

    :param relay_state: an opaque token that comes back with the answer; at most 80 bytes.
    """
    binding = HTTP_POST if HTTP_POST in makelaar.sso_urls else HTTP_REDIRECT
    destination = makelaar.sso_urls[binding]
    identifier = f"_{secrets.token_hex(20)}"
    element = _element(provider, makelaar, identifier, destination, now)
    if binding == HTTP_POST:
        pair = provider.signing_pair(now)
        signed = etree.tostring(sign(element, pair.key, pair.certificate))
        fields = {"SAMLRequest": base64.b64encode(signed).decode(), "RelayState": relay_state}
        return AuthnRequest(identifier, destination, fields)
    key = provider.signing_pair(now).key
    return AuthnRequest(identifier, _redirect_url(element, destination, relay_state, key), None)


def _element(
    provider: ServiceProvider, makelaar: Makelaar, identifier: str, destination: str, now: datetime
) -> etree._Element:
    root = etree.Element(
        q("samlp:AuthnRequest"),
        nsmap={"samlp": SAMLP, "saml": SAML},
        ID=identifier,
        Version="2.0",
        IssueInstant=timestamp(now),
        Destination=destination,
        ForceAuthn="true",
        AssertionConsumerServiceIndex=POST_INDEX if makelaar.answers_by_post else ARTIFACT_INDEX,
        AttributeConsumingServiceIndex=str(provider.service_index),
        ProviderName=provider.provider_name,
    )
    etree.SubElement(root, q("saml:Issuer")).text = provider.entity_id
    context = etree.SubElement(root, q("samlp:RequestedAuthnContext"), Comparison="minimum")
    etree.SubElement(context, q("saml:AuthnContextClassRef")).text = provider.minimum.urn
    return root


def _redirect_url(element: etree._Element, destination: str, relay_state: str, key: RSAPrivateKey) -> str:
    """The signature of this binding covers the query, not the XML."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = compressor.compress(etree.tostring(element)) + compressor.flush()
    query = urlencode(
        {
            "SAMLRequest": base64.b64encode(deflated).decode(),
            "RelayState": relay_state,
            "SigAlg": RSA_SHA256,
        }
    )
    signature = key.sign(query.encode(), PKCS1v15(), SHA256())
    separator = "&" if "?" in destination else "?"
    return f"{destination}{separator}{query}&{urlencode({'Signature': base64.b64encode(signature).decode()})}"
