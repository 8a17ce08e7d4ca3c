"""The simulated makelaar's metadata."""

from __future__ import annotations

import base64
import secrets

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from portaal.eherkenning.metadata import HTTP_POST, HTTP_REDIRECT, SOAP_BINDING
from portaal.eherkenning.parties import KeyPair
from portaal.eherkenning.signature import key_name, sign
from portaal.eherkenning.xml import DS, MD, SAMLP, q


def makelaar_metadata(entity_id: str, base_url: str, pair: KeyPair) -> bytes:
    """A signed EntityDescriptor with single sign-on by POST and Redirect, and artifact resolution over SOAP."""
    root = etree.Element(
        q("md:EntityDescriptor"), nsmap={"md": MD, "ds": DS}, entityID=entity_id, ID=f"_{secrets.token_hex(16)}"
    )
    role = etree.SubElement(
        root, q("md:IDPSSODescriptor"), WantAuthnRequestsSigned="true", protocolSupportEnumeration=SAMLP
    )
    info = etree.SubElement(etree.SubElement(role, q("md:KeyDescriptor"), use="signing"), q("ds:KeyInfo"))
    etree.SubElement(info, q("ds:KeyName")).text = key_name(pair.certificate)
    certificate = etree.SubElement(etree.SubElement(info, q("ds:X509Data")), q("ds:X509Certificate"))
    certificate.text = base64.b64encode(pair.certificate.public_bytes(Encoding.DER)).decode()
    etree.SubElement(
        role, q("md:ArtifactResolutionService"), Binding=SOAP_BINDING, index="0", Location=f"{base_url}/artifact"
    )
    for binding in (HTTP_POST, HTTP_REDIRECT):
        etree.SubElement(role, q("md:SingleSignOnService"), Binding=binding, Location=f"{base_url}/sso")
    signed = sign(root, pair.key, pair.certificate, with_certificate=True)
    return etree.tostring(signed, xml_declaration=True, encoding="UTF-8")
