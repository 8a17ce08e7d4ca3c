"""The answers of a makelaar in the shape of eHerkenning: signed three times, identities encrypted, Advice included."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from lxml import etree

from portaal.eherkenning.parties import KeyPair
from portaal.eherkenning.signature import sign
from portaal.eherkenning.xml import SAML, SAMLP, q, timestamp
from portaal.login.levels import AssuranceLevel
from portaal.simulators.makelaar.encryption import encrypt

STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
UNSPECIFIED = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"
VALID = timedelta(minutes=2)
BEFORE = timedelta(seconds=5)
PREFIXES = ("xs", "xsi")
NAMESPACES = {
    "saml": SAML,
    "samlp": SAMLP,
    "xs": "http://www.w3.org/2001/XMLSchema",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}


@dataclass(frozen=True)
class Parties:
    """The makelaar and who stands behind it."""

    entity_id: str
    makelaar: KeyPair
    middelenuitgever: KeyPair
    machtigingenregister: KeyPair


@dataclass(frozen=True)
class Asker:
    """The service provider that asked, from its metadata and request."""

    entity_id: str
    acs_url: str
    service_id: str
    service_uuid: str
    certificate: x509.Certificate
    request_id: str


@dataclass(frozen=True)
class Person:
    """Who logged in, for which organisation, at which level."""

    pseudonym: str
    kvk_nummer: str
    level: AssuranceLevel


def login_response(parties: Parties, asker: Asker, person: Person, now: datetime) -> etree._Element:
    """A signed Response with a signed Assertion."""
    unsigned = response(parties, asker, now, ["Success"])
    unsigned.append(sign_assertion(parties, assertion(parties, asker, person, now)))
    return sign(unsigned, parties.makelaar.key, parties.makelaar.certificate, inclusive_prefixes=PREFIXES)


def cancel_response(parties: Parties, asker: Asker, now: datetime) -> etree._Element:
    """The person pressed cancel: Responder with AuthnFailed."""
    return failure_response(parties, asker, now, "AuthnFailed")


def failure_response(parties: Parties, asker: Asker, now: datetime, code: str = "RequestUnsupported") -> etree._Element:
    """Something went wrong at the makelaar."""
    unsigned = response(parties, asker, now, ["Responder", code])
    return sign(unsigned, parties.makelaar.key, parties.makelaar.certificate)


def artifact_response(
    parties: Parties, answer: etree._Element | None, question_id: str, now: datetime
) -> etree._Element:
    """The signed ArtifactResponse around a Response, or around nothing when there is none (any more)."""
    root = around(parties, answer, question_id, now)
    return sign(root, parties.makelaar.key, parties.makelaar.certificate, inclusive_prefixes=PREFIXES)


def around(parties: Parties, answer: etree._Element | None, question_id: str, now: datetime) -> etree._Element:
    """The unsigned ArtifactResponse around a Response."""
    root = _message("samlp:ArtifactResponse", parties.entity_id, now)
    root.set("InResponseTo", question_id)
    _status(root, ["Success"])
    if answer is not None:
        root.append(answer)
    return root


def new_artifact(entity_id: str) -> str:
    """A type 4 artifact of this makelaar: index, SHA-1 of its entity id, and a random handle."""
    source = hashlib.sha1(entity_id.encode(), usedforsecurity=False).digest()
    return base64.b64encode(b"\x00\x04\x00\x00" + source + secrets.token_bytes(20)).decode()


def assertion(parties: Parties, asker: Asker, person: Person, now: datetime) -> etree._Element:
    """The unsigned assertion that an answer carries."""
    root = _message("saml:Assertion", parties.entity_id, now)
    _subject(root, asker, now)
    conditions = etree.SubElement(
        root, q("saml:Conditions"), NotBefore=timestamp(now - BEFORE), NotOnOrAfter=timestamp(now + VALID)
    )
    etree.SubElement(
        etree.SubElement(conditions, q("saml:AudienceRestriction")), q("saml:Audience")
    ).text = asker.entity_id
    root.append(_advice(parties, asker, now))
    statement = etree.SubElement(root, q("saml:AuthnStatement"), AuthnInstant=timestamp(now))
    context = etree.SubElement(statement, q("saml:AuthnContext"))
    etree.SubElement(context, q("saml:AuthnContextClassRef")).text = person.level.urn
    etree.SubElement(context, q("saml:AuthenticatingAuthority")).text = f"{parties.entity_id}:ad"
    attributes = etree.SubElement(root, q("saml:AttributeStatement"))
    plain_attribute(attributes, "urn:etoegang:core:ServiceID", asker.service_id)
    plain_attribute(attributes, "urn:etoegang:core:ServiceUUID", asker.service_uuid)
    encrypted_attribute(
        attributes,
        "urn:etoegang:core:LegalSubjectID",
        asker,
        [("urn:etoegang:1.9:EntityConcernedID:KvKnr", person.kvk_nummer)],
    )
    encrypted_attribute(
        attributes,
        "urn:etoegang:core:ActingSubjectID",
        asker,
        [("urn:etoegang:1.13:EntityConcernedID:Pseudo", person.pseudonym.upper())],
    )
    return root


def sign_assertion(parties: Parties, unsigned: etree._Element) -> etree._Element:
    return sign(unsigned, parties.makelaar.key, parties.makelaar.certificate, inclusive_prefixes=PREFIXES)


def response(parties: Parties, asker: Asker, now: datetime, codes: Sequence[str]) -> etree._Element:
    """An unsigned Response with this status and no assertion."""
    root = _message("samlp:Response", parties.entity_id, now)
    root.set("Destination", asker.acs_url)
    root.set("InResponseTo", asker.request_id)
    _status(root, codes)
    return root


def _message(name: str, issuer: str, now: datetime) -> etree._Element:
    root = etree.Element(
        q(name), nsmap=NAMESPACES, ID=f"_{secrets.token_hex(20)}", Version="2.0", IssueInstant=timestamp(now)
    )
    etree.SubElement(root, q("saml:Issuer")).text = issuer
    return root


def _status(root: etree._Element, codes: Sequence[str]) -> None:
    parent = etree.SubElement(root, q("samlp:Status"))
    for code in codes:
        parent = etree.SubElement(parent, q("samlp:StatusCode"), Value=STATUS + code)


def _subject(root: etree._Element, asker: Asker, now: datetime) -> None:
    subject = etree.SubElement(root, q("saml:Subject"))
    name_id = etree.SubElement(subject, q("saml:NameID"), Format=TRANSIENT, NameQualifier="urn:etoegang:AD")
    name_id.text = secrets.token_hex(16)
    confirmation = etree.SubElement(subject, q("saml:SubjectConfirmation"), Method=BEARER)
    etree.SubElement(
        confirmation,
        q("saml:SubjectConfirmationData"),
        InResponseTo=asker.request_id,
        Recipient=asker.acs_url,
        NotOnOrAfter=timestamp(now + VALID),
    )


def _advice(parties: Parties, asker: Asker, now: datetime) -> etree._Element:
    """The evidence of the parties behind the makelaar, signed with their own keys; a service provider ignores it."""
    advice = etree.Element(q("saml:Advice"), nsmap=NAMESPACES)
    for role, pair in (("ad", parties.middelenuitgever), ("mr", parties.machtigingenregister)):
        evidence = _message("saml:Assertion", f"{parties.entity_id}:{role}", now)
        _subject(evidence, asker, now)
        advice.append(sign(evidence, pair.key, pair.certificate, inclusive_prefixes=PREFIXES))
    return advice


def plain_attribute(statement: etree._Element, name: str, text: str) -> etree._Element:
    """Add an attribute with a text."""
    attribute = etree.SubElement(statement, q("saml:Attribute"), Name=name, NameFormat=UNSPECIFIED)
    value = etree.SubElement(attribute, q("saml:AttributeValue"))
    value.set("{http://www.w3.org/2001/XMLSchema-instance}type", "xs:string")
    value.text = text
    return attribute


def encrypted_attribute(
    statement: etree._Element, name: str, asker: Asker, identities: Sequence[tuple[str, str]]
) -> None:
    """Add an attribute whose values are identities, (kind, identity), encrypted for who asked."""
    attribute = etree.SubElement(statement, q("saml:Attribute"), Name=name, NameFormat=UNSPECIFIED)
    for qualifier, identity in identities:
        name_id = etree.Element(q("saml:NameID"), nsmap={"saml": SAML}, Format=PERSISTENT, NameQualifier=qualifier)
        name_id.text = identity
        value = etree.SubElement(attribute, q("saml:AttributeValue"))
        holder = etree.SubElement(value, q("saml:EncryptedID"))
        holder.extend(encrypt(etree.tostring(name_id), asker.certificate, asker.entity_id))
