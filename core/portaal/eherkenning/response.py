"""Verifying an answer: from a signed message to a login record, or a refusal (rules 3 to 14 of section 3.4).

The order matters: form, then signatures, then what the signed parts say, then what is encrypted in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lxml import etree

from portaal.eherkenning.encryption import decrypt
from portaal.eherkenning.levels import AssuranceLevel, level_of
from portaal.eherkenning.parties import Makelaar, ServiceProvider
from portaal.eherkenning.record import LoginRecord
from portaal.eherkenning.refusal import LoginRefusedError, RefusalReason
from portaal.eherkenning.signature import verify
from portaal.eherkenning.xml import children, only_child, q, text_of

STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
RESPONSE_CHILDREN = {"saml:Issuer", "ds:Signature", "samlp:Status", "samlp:Extensions", "saml:Assertion",
                     "saml:EncryptedAssertion"}
SERVICE_ID = "urn:etoegang:core:ServiceID"
SERVICE_UUID = "urn:etoegang:core:ServiceUUID"
LEGAL_SUBJECT = "urn:etoegang:core:LegalSubjectID"
ACTING_SUBJECT = "urn:etoegang:core:ActingSubjectID"
BRANCH = "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"
INTERMEDIARY = "urn:etoegang:1.9:IntermediateEntityID:KvKnr"
# The version number inside these names has changed before: it is not part of what we look for.
KVK_SUFFIX, RSIN_SUFFIX, PSEUDONYM_SUFFIX = (
    ":EntityConcernedID:KvKnr", ":EntityConcernedID:RSIN", ":EntityConcernedID:Pseudo",
)


@dataclass(frozen=True)
class Expected:
    """What an answer is held against."""

    provider: ServiceProvider
    makelaar: Makelaar
    request_id: str
    now: datetime

    @property
    def skew(self) -> timedelta:
        return timedelta(seconds=self.provider.skew)


def verify_artifact_response(element: etree._Element, question_id: str, expected: Expected) -> LoginRecord:
    """The login in the answer to our ArtifactResolve.

    :raises LoginRefusedError: with the first rule that is broken.
    """
    if element.tag != q("samlp:ArtifactResponse"):
        _refuse(RefusalReason.MALFORMED, "this is no ArtifactResponse")
    signed = verify(element, expected.makelaar.certificates)
    _check_issuer(signed, expected)
    if signed.get("InResponseTo") != question_id:
        _refuse(RefusalReason.WRONG_REQUEST, "the ArtifactResponse answers another question")
    _check_instant(signed, expected)
    if _status(signed) != [f"{STATUS}Success"]:
        _refuse(RefusalReason.FAILED_AT_MAKELAAR, "the artifact was not accepted")
    # What is signed inside is verified where it was received: canonicalising may drop prefixes it leans on.
    return verify_response(only_child(element, "samlp:Response"), expected, inside_signed=True)


def verify_response(element: etree._Element, expected: Expected, *, inside_signed: bool = False) -> LoginRecord:
    """The login in a Response, posted or taken from a verified ArtifactResponse.

    :param inside_signed: the Response stands in a message whose signature was verified, so its own may be left out.
    :raises LoginRefusedError: with the first rule that is broken.
    """
    if element.tag != q("samlp:Response"):
        _refuse(RefusalReason.MALFORMED, "this is no Response")
    if children(element, "ds:Signature") or not inside_signed:
        verify(element, expected.makelaar.certificates)
    unknown = {child.tag for child in element} - {q(name) for name in RESPONSE_CHILDREN}
    if unknown:
        _refuse(RefusalReason.MALFORMED, "the Response has a part that does not belong there")
    _check_issuer(element, expected)
    if element.get("Destination") != expected.provider.acs_url:
        _refuse(RefusalReason.WRONG_PARTY, "the Response is meant for another address")
    if element.get("InResponseTo") != expected.request_id:
        _refuse(RefusalReason.WRONG_REQUEST, "the Response answers another request")
    _check_instant(element, expected)
    _check_status(element)
    return _verify_assertion(_assertion(element, expected), expected)


def _assertion(response: etree._Element, expected: Expected) -> etree._Element:
    """Exactly one, plain or encrypted, as a direct child; those inside Advice are never looked at (rule 5)."""
    plain = children(response, "saml:Assertion")
    encrypted = children(response, "saml:EncryptedAssertion")
    if len(plain) + len(encrypted) != 1:
        _refuse(RefusalReason.MALFORMED, "there is not exactly one assertion")
    if plain:
        return plain[0]
    keys = [pair.key for pair in expected.provider.keys]
    return decrypt(encrypted[0], keys, expected.provider.entity_id)


def _verify_assertion(received: etree._Element, expected: Expected) -> LoginRecord:
    assertion = verify(received, expected.makelaar.certificates)
    if assertion.tag != q("saml:Assertion"):
        _refuse(RefusalReason.MALFORMED, "this is no Assertion")
    _check_issuer(assertion, expected)
    expires_at = min(_check_subject(assertion, expected), _check_conditions(assertion, expected))
    level = _check_level(assertion, expected)
    attributes = _attributes(assertion)
    _check_service(attributes, expected)
    identities = _identities(attributes, expected)
    return LoginRecord(
        issuer=expected.makelaar.entity_id,
        kvk_nummer=identities.kvk_nummer,
        rsin=identities.rsin,
        pseudonym=identities.pseudonym,
        level=level,
        branch=_single_text(attributes, BRANCH),
        intermediary_kvk=identities.intermediary,
        assertion_id=assertion.get("ID", ""),
        expires_at=expires_at + expected.skew,
    )


def _check_issuer(element: etree._Element, expected: Expected) -> None:
    if text_of(only_child(element, "saml:Issuer")) != expected.makelaar.entity_id:
        _refuse(RefusalReason.WRONG_PARTY, f"{etree.QName(element).localname} has another issuer")


def _check_instant(element: etree._Element, expected: Expected) -> None:
    """A message from the future, or one that travelled longer than a login may wait."""
    issued = _moment(element.get("IssueInstant"))
    if issued > expected.now + expected.skew or issued < expected.now - timedelta(minutes=5) - expected.skew:
        _refuse(RefusalReason.WRONG_TIME, f"{etree.QName(element).localname} was not issued just now")


def _status(element: etree._Element) -> list[str]:
    code = only_child(only_child(element, "samlp:Status"), "samlp:StatusCode")
    codes = [code.get("Value", "")]
    codes += [nested.get("Value", "") for nested in children(code, "samlp:StatusCode")]
    return codes


def _check_status(response: etree._Element) -> None:
    codes = _status(response)
    if codes == [f"{STATUS}Success"]:
        return
    if f"{STATUS}AuthnFailed" in codes[1:]:
        _refuse(RefusalReason.CANCELLED, "the person cancelled")
    _refuse(RefusalReason.FAILED_AT_MAKELAAR, "the makelaar reports a failure")


def _check_subject(assertion: etree._Element, expected: Expected) -> datetime:
    confirmation = only_child(only_child(assertion, "saml:Subject"), "saml:SubjectConfirmation")
    if confirmation.get("Method") != BEARER:
        _refuse(RefusalReason.MALFORMED, "the subject is not confirmed as bearer")
    data = only_child(confirmation, "saml:SubjectConfirmationData")
    if data.get("Recipient") != expected.provider.acs_url:
        _refuse(RefusalReason.WRONG_PARTY, "the subject is confirmed for another address")
    if data.get("InResponseTo") != expected.request_id:
        _refuse(RefusalReason.WRONG_REQUEST, "the subject is confirmed for another request")
    if data.get("NotBefore") is not None and _moment(data.get("NotBefore")) > expected.now + expected.skew:
        _refuse(RefusalReason.WRONG_TIME, "the confirmation is not valid yet")
    return _not_expired(data.get("NotOnOrAfter"), expected)


def _check_conditions(assertion: etree._Element, expected: Expected) -> datetime:
    conditions = only_child(assertion, "saml:Conditions")
    if conditions.get("NotBefore") is not None and _moment(conditions.get("NotBefore")) > expected.now + expected.skew:
        _refuse(RefusalReason.WRONG_TIME, "the assertion is not valid yet")
    restrictions = children(conditions, "saml:AudienceRestriction")
    audiences = [[text_of(one) for one in children(each, "saml:Audience")] for each in restrictions]
    if not audiences or not all(expected.provider.entity_id in listed for listed in audiences):
        _refuse(RefusalReason.WRONG_PARTY, "the assertion is meant for somebody else")
    return _not_expired(conditions.get("NotOnOrAfter"), expected)


def _not_expired(value: str | None, expected: Expected) -> datetime:
    moment = _moment(value)
    if moment <= expected.now - expected.skew:
        _refuse(RefusalReason.WRONG_TIME, "the assertion is no longer valid")
    return moment


def _check_level(assertion: etree._Element, expected: Expected) -> AssuranceLevel:
    context = only_child(only_child(assertion, "saml:AuthnStatement"), "saml:AuthnContext")
    level = level_of(text_of(only_child(context, "saml:AuthnContextClassRef")))
    if level is None or not level.suffices_for(expected.provider.minimum):
        raise LoginRefusedError(RefusalReason.LEVEL_TOO_LOW, "the level of this login is too low or unknown")
    return level


def _attributes(assertion: etree._Element) -> dict[str, list[etree._Element]]:
    """The values per attribute name; a name that comes twice is refused (rule 14)."""
    found: dict[str, list[etree._Element]] = {}
    for attribute in children(only_child(assertion, "saml:AttributeStatement"), "saml:Attribute"):
        name = attribute.get("Name", "")
        if name in found:
            _refuse(RefusalReason.MALFORMED, "an attribute occurs twice")
        found[name] = children(attribute, "saml:AttributeValue")
    return found


def _single_text(attributes: dict[str, list[etree._Element]], name: str) -> str | None:
    values = attributes.get(name, [])
    if len(values) > 1:
        _refuse(RefusalReason.MALFORMED, "an attribute has several values")
    return text_of(values[0]) if values else None


def _check_service(attributes: dict[str, list[etree._Element]], expected: Expected) -> None:
    if _single_text(attributes, SERVICE_ID) != expected.provider.service_id:
        _refuse(RefusalReason.WRONG_SERVICE, "the login is for another service")
    if _single_text(attributes, SERVICE_UUID) != expected.provider.service_uuid:
        _refuse(RefusalReason.WRONG_SERVICE, "the login is for another edition of the service")


@dataclass(frozen=True)
class _Identities:
    kvk_nummer: str | None
    rsin: str | None
    pseudonym: str
    intermediary: str | None


def _identities(attributes: dict[str, list[etree._Element]], expected: Expected) -> _Identities:
    """Who is represented and who acts, only from encrypted identities (rule 14)."""
    legal = list(_encrypted_ids(attributes.get(LEGAL_SUBJECT, []), expected))
    acting = list(_encrypted_ids(attributes.get(ACTING_SUBJECT, []), expected))
    intermediaries = list(_encrypted_ids(attributes.get(INTERMEDIARY, []), expected))
    kvk, rsin = _one(legal, KVK_SUFFIX), _one(legal, RSIN_SUFFIX)
    pseudonym = _one(acting, PSEUDONYM_SUFFIX)
    if not (kvk or rsin) or not pseudonym:
        raise LoginRefusedError(RefusalReason.WRONG_IDENTITY, "the organisation or the person is missing")
    if kvk and not (len(kvk) == 8 and kvk.isascii() and kvk.isdigit()):
        _refuse(RefusalReason.WRONG_IDENTITY, "the KvK number is not one")
    if rsin and not (len(rsin) == 9 and rsin.isascii() and rsin.isdigit()):
        _refuse(RefusalReason.WRONG_IDENTITY, "the RSIN is not one")
    intermediary = intermediaries[0][1] if intermediaries else None
    return _Identities(kvk, rsin, pseudonym.lower(), intermediary)


def _encrypted_ids(values: list[etree._Element], expected: Expected) -> Iterator[tuple[str, str]]:
    """(kind, value) of each EncryptedID in these attribute values."""
    keys = [pair.key for pair in expected.provider.keys]
    for value in values:
        if (value.text or "").strip():
            _refuse(RefusalReason.WRONG_IDENTITY, "an identity is not encrypted")
        for holder in children(value, "saml:EncryptedID"):
            name_id = decrypt(holder, keys, expected.provider.entity_id)
            if name_id.tag != q("saml:NameID"):
                _refuse(RefusalReason.WRONG_IDENTITY, "an encrypted identity is no NameID")
            yield name_id.get("NameQualifier", ""), text_of(name_id)


def _one(identities: list[tuple[str, str]], suffix: str) -> str | None:
    found = [value for kind, value in identities if kind.startswith("urn:etoegang:") and kind.endswith(suffix)]
    if len(found) > 1:
        _refuse(RefusalReason.WRONG_IDENTITY, "an identity occurs twice")
    return found[0] if found else None


def _moment(value: str | None) -> datetime:
    """A UTC time as SAML writes it, with or without fractions of a second."""
    try:
        if value is None or not value.endswith("Z"):
            raise ValueError
        return datetime.fromisoformat(value[:-1]).replace(tzinfo=UTC)
    except ValueError as error:
        raise LoginRefusedError(RefusalReason.MALFORMED, "a time is missing or not in UTC") from error


def _refuse(reason: RefusalReason, detail: str) -> None:
    raise LoginRefusedError(reason, detail)
