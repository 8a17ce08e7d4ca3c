"""Verifying an answer: from a signed message to a login record, or a refusal (docs/eherkenning/regels.md).

The order matters: form, then signatures, then what the signed parts say, then what is encrypted in them. A signature is
verified in the document as it was received, because canonicalising may drop prefixes that a signature further inside
leans on; what counts is read from the verified copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from portaal.eherkenning.attributes import read_attributes
from portaal.eherkenning.encryption import decrypt
from portaal.eherkenning.parties import Makelaar, ServiceProvider
from portaal.eherkenning.signature import verify
from portaal.eherkenning.xml import children, moment, only_child, q, text_of
from portaal.login.levels import AssuranceLevel, level_of
from portaal.login.record import LoginRecord
from portaal.login.refusal import LoginRefusedError, RefusalReason

STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
# The second level of a status that is no success.
FAILURES = {
    "AuthnFailed": (RefusalReason.CANCELLED, "the person cancelled"),
    "NoAuthnContext": (RefusalReason.LEVEL_TOO_LOW, "the makelaar cannot give the level"),
    "RequestDenied": (RefusalReason.REQUEST_DENIED, "the makelaar denies the request"),
    "RequestUnsupported": (RefusalReason.REQUEST_UNSUPPORTED, "the makelaar does not support the request"),
    "UnknownPrincipal": (RefusalReason.UNKNOWN_PRINCIPAL, "the makelaar does not know the person"),
}
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
ARTIFACT_RESPONSE_PARTS = frozenset({"saml:Issuer", "samlp:Extensions", "samlp:Status", "samlp:Response"})
RESPONSE_PARTS = frozenset(
    {
        "saml:Issuer",
        "samlp:Extensions",
        "samlp:Status",
        "saml:Assertion",
        "saml:EncryptedAssertion",
    }
)
CONDITIONS = frozenset({"saml:AudienceRestriction", "saml:OneTimeUse", "saml:ProxyRestriction"})
MAX_AGE = timedelta(minutes=5)
MAX_ID = 200


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


def verify_artifact_response(received: etree._Element, question_id: str, expected: Expected) -> LoginRecord:
    """The login in the answer to our ArtifactResolve.

    :raises LoginRefusedError: with the first rule that is broken.
    """
    _check_tag(received, "samlp:ArtifactResponse")
    signed = verify(received, expected.makelaar.certificates)
    _check_parts(signed, ARTIFACT_RESPONSE_PARTS)
    _check_origin(signed, expected)
    if signed.get("InResponseTo") != question_id:
        _refuse(RefusalReason.WRONG_REQUEST, "the ArtifactResponse answers another question")
    if _status(signed) != [f"{STATUS}Success"]:
        _refuse(RefusalReason.FAILED_AT_MAKELAAR, "the artifact was not accepted")
    if not children(signed, "samlp:Response"):
        _refuse(RefusalReason.REPLAYED, "there is nothing behind the artifact (any more)")
    response = only_child(received, "samlp:Response")
    if children(response, "ds:Signature"):
        return verify_response(response, expected)
    return _login_in(response, only_child(signed, "samlp:Response"), expected)


def verify_response(received: etree._Element, expected: Expected) -> LoginRecord:
    """The login in a Response that must be signed itself.

    :raises LoginRefusedError: with the first rule that is broken.
    """
    _check_tag(received, "samlp:Response")
    return _login_in(received, verify(received, expected.makelaar.certificates), expected)


def _login_in(received: etree._Element, signed: etree._Element, expected: Expected) -> LoginRecord:
    _check_parts(signed, RESPONSE_PARTS)
    _check_origin(signed, expected)
    if signed.get("Destination") != expected.provider.acs_url:
        _refuse(RefusalReason.WRONG_PARTY, "the Response is meant for another address")
    if signed.get("InResponseTo") != expected.request_id:
        _refuse(RefusalReason.WRONG_REQUEST, "the Response answers another request")
    _check_status(signed)
    return _record(_assertion(received, signed, expected), expected)


def _assertion(received: etree._Element, signed: etree._Element, expected: Expected) -> etree._Element:
    """The verified one: plain or encrypted, a direct child; those inside Advice are never looked at (rule 5)."""
    plain, encrypted = children(signed, "saml:Assertion"), children(signed, "saml:EncryptedAssertion")
    if len(plain) + len(encrypted) != 1:
        _refuse(RefusalReason.MALFORMED, "there is not exactly one assertion")
    if plain:
        assertion = only_child(received, "saml:Assertion")
    else:
        assertion = decrypt(encrypted[0], expected.provider)
        _check_tag(assertion, "saml:Assertion")
    return verify(assertion, expected.makelaar.certificates)


def _record(assertion: etree._Element, expected: Expected) -> LoginRecord:
    issued_at = _check_origin(assertion, expected)
    identifier = assertion.get("ID", "")
    if len(identifier) > MAX_ID:
        _refuse(RefusalReason.MALFORMED, "the assertion has too long an id")
    valid_until = min(_check_subject(assertion, expected), _check_conditions(assertion, expected))
    level = _check_level(assertion, expected)
    attributes = read_attributes(only_child(assertion, "saml:AttributeStatement"), expected.provider)
    return LoginRecord(
        issuer=expected.makelaar.entity_id,
        kvk_nummer=attributes.kvk_nummer,
        rsin=attributes.rsin,
        pseudonym=attributes.pseudonym,
        level=level,
        branch=attributes.branch,
        intermediary_kvk=attributes.intermediary_kvk,
        assertion_id=identifier,
        expires_at=min(valid_until, issued_at + MAX_AGE) + expected.skew,
    )


def _check_tag(element: etree._Element, name: str) -> None:
    if element.tag != q(name):
        _refuse(RefusalReason.MALFORMED, f"this is no {name}")


def _check_parts(signed: etree._Element, known: frozenset[str]) -> None:
    if {child.tag for child in signed} - {q(name) for name in known}:
        _refuse(RefusalReason.MALFORMED, f"{etree.QName(signed).localname} has a part that does not belong there")


def _check_origin(signed: etree._Element, expected: Expected) -> datetime:
    """Of SAML 2.0, from our makelaar, and made just now: at each of the three levels (rules 6 and 7).

    :returns: when it was issued.
    """
    name = etree.QName(signed).localname
    if signed.get("Version") != "2.0":
        _refuse(RefusalReason.MALFORMED, f"{name} is not of SAML 2.0")
    if text_of(only_child(signed, "saml:Issuer")) != expected.makelaar.entity_id:
        _refuse(RefusalReason.WRONG_PARTY, f"{name} has another issuer")
    issued_at = moment(signed.get("IssueInstant"))
    if not expected.now - MAX_AGE - expected.skew <= issued_at <= expected.now + expected.skew:
        _refuse(RefusalReason.WRONG_TIME, f"{name} was not issued just now")
    return issued_at


def _status(signed: etree._Element) -> list[str]:
    """The code and, nested in it, the codes of the second level."""
    code = only_child(only_child(signed, "samlp:Status"), "samlp:StatusCode")
    return [node.get("Value", "") for node in (code, *children(code, "samlp:StatusCode"))]


def _check_status(signed: etree._Element) -> None:
    codes = _status(signed)
    if codes == [f"{STATUS}Success"]:
        return
    for code in codes[1:]:
        if code.startswith(STATUS) and code.removeprefix(STATUS) in FAILURES:
            _refuse(*FAILURES[code.removeprefix(STATUS)])
    _refuse(RefusalReason.FAILED_AT_MAKELAAR, "the makelaar reports a failure")


def _check_subject(assertion: etree._Element, expected: Expected) -> datetime:
    """:returns: until when the subject is confirmed."""
    confirmation = only_child(only_child(assertion, "saml:Subject"), "saml:SubjectConfirmation")
    if confirmation.get("Method") != BEARER:
        _refuse(RefusalReason.MALFORMED, "the subject is not confirmed as bearer")
    data = only_child(confirmation, "saml:SubjectConfirmationData")
    if data.get("Recipient") != expected.provider.acs_url:
        _refuse(RefusalReason.WRONG_PARTY, "the subject is confirmed for another address")
    if data.get("InResponseTo") != expected.request_id:
        _refuse(RefusalReason.WRONG_REQUEST, "the subject is confirmed for another request")
    return _valid_until(data, expected)


def _check_conditions(assertion: etree._Element, expected: Expected) -> datetime:
    """:returns: until when the assertion holds."""
    conditions = only_child(assertion, "saml:Conditions")
    if {child.tag for child in conditions} - {q(name) for name in CONDITIONS}:
        _refuse(RefusalReason.MALFORMED, "the assertion has a condition that we do not know")
    audiences = [
        [text_of(audience) for audience in children(restriction, "saml:Audience")]
        for restriction in children(conditions, "saml:AudienceRestriction")
    ]
    if not audiences or not all(expected.provider.entity_id in listed for listed in audiences):
        _refuse(RefusalReason.WRONG_PARTY, "the assertion is meant for somebody else")
    return _valid_until(conditions, expected)


def _valid_until(period: etree._Element, expected: Expected) -> datetime:
    """The end of a period that must have begun and must not have ended."""
    if period.get("NotBefore") is not None and moment(period.get("NotBefore")) > expected.now + expected.skew:
        _refuse(RefusalReason.WRONG_TIME, f"{etree.QName(period).localname} is not valid yet")
    end = moment(period.get("NotOnOrAfter"))
    if end <= expected.now - expected.skew:
        _refuse(RefusalReason.WRONG_TIME, f"{etree.QName(period).localname} is no longer valid")
    return end


def _check_level(assertion: etree._Element, expected: Expected) -> AssuranceLevel:
    context = only_child(only_child(assertion, "saml:AuthnStatement"), "saml:AuthnContext")
    level = level_of(text_of(only_child(context, "saml:AuthnContextClassRef")))
    if level is None or not level.suffices_for(expected.provider.minimum):
        raise LoginRefusedError(RefusalReason.LEVEL_TOO_LOW, "the level of this login is too low or unknown")
    return level


def _refuse(reason: RefusalReason, detail: str) -> None:
    raise LoginRefusedError(reason, detail)
