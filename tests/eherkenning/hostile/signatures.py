"""Signatures that do not count: of somebody else, of another shape, or none (rules 2 and 3)."""

from __future__ import annotations

import base64
import copy

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from portaal.eherkenning.attributes import SERVICE_ID
from portaal.eherkenning.signature import INCLUSIVE_NAMESPACES
from portaal.eherkenning.xml import DS, SAML, q
from portaal.login.refusal import RefusalReason as R
from tests.eherkenning.forge import (
    NORMAL,
    VICTIM,
    attacker,
    attribute,
    encrypted,
    every,
    identities,
    name_id,
    styled,
    text,
    value_of,
)
from tests.eherkenning.hostile.case import BY_ARTIFACT, BY_POST, Case, case
from tests.eherkenning.hostile.content import KVK, OTHER, PSEUDO
from tests.eherkenning.signer import (
    C14N,
    EC,
    ENVELOPED,
    HMAC_SHA256,
    MORE,
    PSS_SHA256,
    RSA_SHA1,
    SHA1_DIGEST,
    SHA3_DIGEST,
    SHA224_DIGEST,
    sign,
    signature_of,
)

XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
BASE64 = DS + "base64"


def _on_signature(change):  # type: ignore[no-untyped-def]
    return lambda element: change(signature_of(element))


def _info(signature: etree._Element) -> etree._Element:
    return signature[0]


def _reference(signature: etree._Element) -> etree._Element:
    return _info(signature)[2]


def _garbled(signature: etree._Element) -> None:
    value = signature.find(q("ds:SignatureValue"))
    raw = bytearray(base64.b64decode(value.text))
    raw[10] ^= 1
    value.text = base64.b64encode(raw).decode()


def _digest(signature: etree._Element) -> None:
    _reference(signature)[2].text = base64.b64encode(b"x" * 32).decode()


def _attackers_certificate(signature: etree._Element) -> None:
    certificate = base64.b64encode(attacker().certificate.public_bytes(Encoding.DER)).decode()
    signature.append(
        etree.fromstring(
            f'<ds:KeyInfo xmlns:ds="{DS}"><ds:X509Data><ds:X509Certificate>{certificate}'
            "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        )
    )


def _attackers_key(signature: etree._Element) -> None:
    numbers = attacker().key.public_key().public_numbers()
    modulus, exponent = (
        base64.b64encode(n.to_bytes((n.bit_length() + 7) // 8)).decode() for n in (numbers.n, numbers.e)
    )
    signature.append(
        etree.fromstring(
            f'<ds:KeyInfo xmlns:ds="{DS}"><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{modulus}</ds:Modulus>'
            f"<ds:Exponent>{exponent}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo>"
        )
    )


def _more(parent: str, xml: str):  # type: ignore[no-untyped-def]
    """More inside a part of the signature, before it is sealed."""

    def touch(signature: etree._Element) -> None:
        found = signature if parent == "." else signature.find(".//" + q(parent))
        found.append(etree.fromstring(xml))

    return touch


def _another_digest_value(signature: etree._Element) -> None:
    """As in CVE-2025-29775: a second DigestValue that a reader could take."""
    digest = _reference(signature)[2]
    digest.addprevious(copy.deepcopy(digest))


def _double_signed_info(signature: etree._Element) -> None:
    """As in CVE-2025-29774: a second SignedInfo that a reader could take."""
    second = copy.deepcopy(_info(signature))
    _reference(second.getparent() if second.getparent() is not None else _wrapped(second))[2].text = "AAAA"
    signature.insert(0, second)


def _wrapped(info: etree._Element) -> etree._Element:
    holder = etree.Element(q("ds:Signature"))
    holder.append(info)
    return holder


# How a signature can be wrong, made by the makelaar's own key where that can be: each at each level.
STYLES = {
    "RSA with SHA-1": styled(method=RSA_SHA1),
    "an SHA-1 digest": styled(digest=SHA1_DIGEST),
    "an SHA-224 digest": styled(digest=SHA224_DIGEST),
    "an SHA-3 digest": styled(digest=SHA3_DIGEST),
    "HMAC with the certificate as its key": styled(method=HMAC_SHA256),
    "RSA-PSS": styled(method=PSS_SHA256),
    "inclusive canonicalisation": styled(canonicalisation=C14N, prefixes=""),
    "canonicalisation with comments": styled(canonicalisation=EC + "WithComments"),
    "no transforms": styled(transforms=()),
    "the enveloped transform only": styled(transforms=(ENVELOPED,)),
    "canonicalisation only": styled(transforms=(EC,)),
    "the transforms the other way round": styled(transforms=(EC, ENVELOPED)),
    "the enveloped transform twice": styled(transforms=(ENVELOPED, ENVELOPED, EC)),
    "an unknown transform": styled(transforms=(ENVELOPED, EC, "urn:unknown")),
    "an XPath transform": styled(transforms=(ENVELOPED, XPATH, EC)),
    "an XSLT transform": styled(transforms=(ENVELOPED, XSLT, EC)),
    "a base64 transform": styled(transforms=(ENVELOPED, BASE64, EC)),
    "a reference to the whole document": styled(uri=""),
    "a reference to another id": styled(uri="#_other"),
    "a reference to somewhere else": styled(uri="https://evil.example/"),
    "an XPointer": styled(uri="#xpointer(/)"),
    "two references": styled(touch=lambda s: _info(s).append(copy.deepcopy(_reference(s)))),
    "no reference": styled(touch=lambda s: _info(s).remove(_reference(s))),
    "two SignedInfo": styled(touch=_double_signed_info),
    "two DigestValue": styled(touch=_another_digest_value),
    "a false digest": styled(touch=_digest),
    "an empty digest": styled(touch=lambda s: setattr(_reference(s)[2], "text", None)),
    "an object in the signature": styled(touch=_more(".", f'<d:Object xmlns:d="{DS}"/>')),
    "something foreign in the signature": styled(touch=_more(".", '<x xmlns="urn:x"/>')),
    "something foreign in SignedInfo": styled(touch=_more("ds:SignedInfo", '<x xmlns="urn:x"/>')),
    "something foreign in a transform": styled(touch=_more("ds:Transform", '<x xmlns="urn:x"/>')),
    "something foreign in the second transform": styled(
        touch=lambda signature: _reference(signature)[0][1].append(etree.fromstring('<x xmlns="urn:x"/>'))
    ),
    "a length for the signature": styled(
        touch=_more("ds:SignatureMethod", f'<d:HMACOutputLength xmlns:d="{DS}">0</d:HMACOutputLength>')
    ),
    "an object in the canonicalisation": styled(touch=_more("ds:CanonicalizationMethod", '<x xmlns="urn:x"/>')),
}

AFTERWARDS = {
    "a garbled signature": _on_signature(_garbled),
    "an empty signature": _on_signature(lambda s: setattr(s.find(q("ds:SignatureValue")), "text", None)),
    "no SignatureValue": _on_signature(lambda s: s.remove(s.find(q("ds:SignatureValue")))),
    "no SignedInfo": _on_signature(lambda s: s.remove(_info(s))),
    "an empty Signature": _on_signature(lambda s: [s.remove(part) for part in list(s)] and None),
    "the signature twice": _on_signature(lambda s: s.addnext(copy.deepcopy(s))),
    "a KeyInfo in no name space": _on_signature(lambda s: s.append(etree.Element("KeyInfo"))),
    "an object put in afterwards": _on_signature(lambda s: s.append(etree.fromstring(f'<d:Object xmlns:d="{DS}"/>'))),
    "an elliptic curve as the method": _on_signature(lambda s: _info(s)[1].set("Algorithm", MORE + "ecdsa-sha256")),
    "a method from the future": _on_signature(
        lambda s: _info(s)[1].set("Algorithm", "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519")
    ),
    "no method": _on_signature(lambda s: _info(s)[1].attrib.clear()),
    "a signature that is no ASCII": _on_signature(
        lambda s: setattr(s.find(q("ds:SignatureValue")), "text", "é" + s.find(q("ds:SignatureValue")).text)
    ),
    "a reference with two signs": _on_signature(
        lambda s: _reference(s).set("URI", "#" + (_reference(s).get("URI") or ""))
    ),
    "a reference in percents": _on_signature(
        lambda s: _reference(s).set("URI", (_reference(s).get("URI") or "").replace("_", "%5F"))
    ),
    "another list of prefixes": _on_signature(
        lambda s: [each.set("PrefixList", "#default é") for each in s.iter(INCLUSIVE_NAMESPACES)] and None
    ),
    "text after the signature": _on_signature(lambda s: setattr(s, "tail", "99000384")),
    "text in SignedInfo": _on_signature(lambda s: setattr(_info(s), "text", "99000384")),
}


def _at_each_level() -> tuple[Case, ...]:
    cases = []
    for name, style in STYLES.items():
        cases.append(case(f"{name}, on the Assertion", R.SIGNATURE, assertion_style=style))
        cases.append(case(f"{name}, on the Response", R.SIGNATURE, response_style=style))
        cases.append(case(f"{name}, on the ArtifactResponse", R.SIGNATURE, BY_ARTIFACT, artifact_style=style))
    for name, edit in AFTERWARDS.items():
        cases.append(case(f"{name}, on the Assertion", R.SIGNATURE, signed_assertion=edit))
        cases.append(case(f"{name}, on the Response", R.SIGNATURE, signed_response=edit))
        cases.append(case(f"{name}, on the ArtifactResponse", R.SIGNATURE, BY_ARTIFACT, signed_artifact_response=edit))
    return tuple(cases)


KEYS = (
    case("an unsigned Assertion", R.SIGNATURE, assertion_by=None),
    case("an unsigned Response by POST", R.SIGNATURE, BY_POST, response_by=None),
    case("an unsigned ArtifactResponse", R.SIGNATURE, BY_ARTIFACT, artifact_by=None),
    case("nothing signed", R.SIGNATURE, assertion_by=None, response_by=None, artifact_by=None),
    case(
        "an unsigned Assertion in an unsigned Response", R.SIGNATURE, BY_ARTIFACT, assertion_by=None, response_by=None
    ),
    case("the attacker's Assertion", R.SIGNATURE, assertion_by=attacker),
    case("the attacker's Response", R.SIGNATURE, response_by=attacker),
    case("the attacker's ArtifactResponse", R.SIGNATURE, BY_ARTIFACT, artifact_by=attacker),
    case("all of it the attacker's", R.SIGNATURE, assertion_by=attacker, response_by=attacker, artifact_by=attacker),
    case(
        "the attacker's Assertion with their certificate",
        R.SIGNATURE,
        assertion_by=attacker,
        assertion_style=styled(touch=_attackers_certificate),
    ),
    case(
        "the attacker's Response with their certificate",
        R.SIGNATURE,
        response_by=attacker,
        response_style=styled(touch=_attackers_certificate),
    ),
    case(
        "the attacker's Assertion with their bare key",
        R.SIGNATURE,
        assertion_by=attacker,
        assertion_style=styled(touch=_attackers_key),
    ),
    case("the key of the middelenuitgever", R.SIGNATURE, assertion_by=lambda: _parties().middelenuitgever),
    case(
        "the answer of another makelaar, well signed by that",
        R.SIGNATURE,
        assertion=text("saml:Issuer", OTHER),
        assertion_by=attacker,
        response=text("saml:Issuer", OTHER),
        response_by=attacker,
        artifact_response=text("saml:Issuer", OTHER),
        artifact_by=attacker,
    ),
)


def _parties():  # type: ignore[no-untyped-def]
    from portaal.testing.eherkenning import parties

    return parties()


ALTERED = (
    case(
        "another organisation, put in afterwards",
        R.SIGNATURE,
        BY_ARTIFACT,
        response_by=None,
        signed_assertion=identities("urn:etoegang:core:LegalSubjectID", encrypted(name_id(KVK, VICTIM.kvk_nummer))),
    ),
    case(
        "another person, put in afterwards",
        R.SIGNATURE,
        signed_assertion=identities("urn:etoegang:core:ActingSubjectID", encrypted(name_id(PSEUDO, VICTIM.pseudonym))),
    ),
    case(
        "a higher level, put in afterwards",
        R.SIGNATURE,
        signed_assertion=text(
            "saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef", "urn:etoegang:core:assurance-class:loa4"
        ),
    ),
    case("another service, put in afterwards", R.SIGNATURE, signed_assertion=value_of(SERVICE_ID, "x")),
    case("another NameID, put in afterwards", R.SIGNATURE, signed_assertion=text("saml:Subject/saml:NameID", "x")),
    case(
        "another time, put in afterwards",
        R.SIGNATURE,
        signed_assertion=attribute("saml:Conditions", "NotOnOrAfter", "2099-01-01T00:00:00Z"),
    ),
    case("another destination, put in afterwards", R.SIGNATURE, signed_response=attribute(".", "Destination", "x")),
    case(
        "another status, put in afterwards",
        R.SIGNATURE,
        signed_response=attribute(
            "samlp:Status/samlp:StatusCode", "Value", "urn:oasis:names:tc:SAML:2.0:status:Responder"
        ),
    ),
    case("another id of the Assertion", R.SIGNATURE, signed_assertion=attribute(".", "ID", "_changed")),
    case("no id of the Assertion", R.SIGNATURE, signed_assertion=attribute(".", "ID", None)),
    case("another id of the Response", R.SIGNATURE, signed_response=attribute(".", "ID", "_changed")),
    case(
        "an answer to another question, put in afterwards",
        R.SIGNATURE,
        BY_ARTIFACT,
        signed_artifact_response=attribute(".", "InResponseTo", "_" + "b" * 40 + "c"),
    ),
)


def _id_elsewhere(spelling: str):  # type: ignore[no-untyped-def]
    """The id of the signed Assertion once more on an element of the Response, under another spelling."""

    def edit(response: etree._Element) -> None:
        identifier = response.find(q("saml:Assertion")).get("ID")
        response.find(q("samlp:Status")).set(spelling, identifier)

    return edit


DOUBLE_IDS = tuple(
    case(f"the id of the Assertion elsewhere as {name}", R.MALFORMED, response=_id_elsewhere(spelling))
    for name, spelling in (
        ("ID", "ID"),
        ("Id", "Id"),
        ("id", "id"),
        ("xml:id", "{http://www.w3.org/XML/1998/namespace}id"),
        ("wsu:Id", "{urn:wsu}Id"),
        ("iD", "iD"),
    )
)

RETARGETED = (
    case("signed twice", R.SIGNATURE, assertion=lambda assertion: sign(assertion, attacker(), NORMAL)),
    case(
        "the Response's signature on the Assertion's id",
        R.SIGNATURE,
        signed_response=every(
            lambda response: (
                signature_of(response)
                .find(".//" + q("ds:Reference"))
                .set("URI", "#" + response.find(q("saml:Assertion")).get("ID"))
            )
        ),
    ),
    case(
        "a signature that is not a direct child",
        R.SIGNATURE,
        signed_assertion=lambda assertion: assertion.find(q("saml:Subject")).append(signature_of(assertion)),
    ),
    case(
        "a signature in another name space",
        R.SIGNATURE,
        signed_assertion=lambda assertion: setattr(signature_of(assertion), "tag", f"{{{SAML}}}Signature"),
    ),
)

CASES = (*KEYS, *_at_each_level(), *ALTERED, *DOUBLE_IDS, *RETARGETED)
