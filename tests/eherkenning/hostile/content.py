"""Well signed, but saying what must not be believed (rules 5 to 9 and 14)."""

from __future__ import annotations

import copy
from datetime import timedelta

from lxml import etree

from portaal.eherkenning.attributes import ACTING_SUBJECT, LEGAL_SUBJECT, SERVICE_ID, SERVICE_UUID
from portaal.eherkenning.xml import SAML, SAMLP, q, timestamp
from portaal.login.levels import PREFIX
from portaal.login.refusal import RefusalReason as R
from tests.eherkenning.forge import (
    ACS,
    NOW,
    REQUEST_ID,
    Edit,
    added,
    at,
    attribute,
    doubled,
    encrypted,
    every,
    identities,
    name_id,
    provider,
    removed,
    saml_attribute,
    text,
    value_of,
)
from tests.eherkenning.hostile.case import BY_ARTIFACT, case

CONFIRMED = "saml:Subject/saml:SubjectConfirmation"
DATA = f"{CONFIRMED}/saml:SubjectConfirmationData"
AUDIENCE = "saml:Conditions/saml:AudienceRestriction/saml:Audience"
LEVEL = "saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef"
STATUS = "samlp:Status/samlp:StatusCode"
STATEMENT = "saml:AttributeStatement"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
FAILED = "urn:oasis:names:tc:SAML:2.0:status:Responder"
KVK = "urn:etoegang:1.9:EntityConcernedID:KvKnr"
RSIN = "urn:etoegang:1.9:EntityConcernedID:RSIN"
PSEUDO = "urn:etoegang:1.13:EntityConcernedID:Pseudo"
BRANCH = "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"
RESTRICTION = "urn:etoegang:1.9:ServiceRestriction:"
INTERMEDIARY = "urn:etoegang:1.9:IntermediateEntityID:KvKnr"
INTERMEDIARIES = "urn:etoegang:core:IntermediateSubjectID"
OTHER = "urn:etoegang:HM:00000003000000000000:entities:1"
LONG_AGO, LATER = timestamp(NOW - timedelta(minutes=10)), timestamp(NOW + timedelta(minutes=10))
YEAR_0 = "0000-12-31T23:00:00Z"
INCLUDE = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'


def attribute_xml(name: str, *values: str) -> str:
    texts = "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
    return f'<saml:Attribute xmlns:saml="{SAML}" Name="{name}">{texts}</saml:Attribute>'


def about(*kinds_and_values: tuple[str, str], name: str = LEGAL_SUBJECT):  # type: ignore[no-untyped-def]
    """These identities, encrypted as they should be."""
    return identities(name, *(encrypted(name_id(kind, value)) for kind, value in kinds_and_values))


def chain(*attributes: tuple[str, list[tuple[str, str]]]) -> Edit:
    """Attributes with who stands between the person and the organisation: (name, [(kind, identity), ...])."""

    def edit(assertion: etree._Element) -> None:
        (statement,) = assertion.findall(q("saml:AttributeStatement"))
        for name, kinds_and_values in attributes:
            found = etree.SubElement(statement, q("saml:Attribute"), Name=name)
            for kind, value in kinds_and_values:
                etree.SubElement(found, q("saml:AttributeValue")).append(encrypted(name_id(kind, value)))

    return edit


def encrypted_attribute(xml: str) -> Edit:
    """This attribute, encrypted, at the end of the statement."""
    holder = encrypted(etree.fromstring(xml), "saml:EncryptedAttribute")
    return at("saml:AttributeStatement", lambda statement: statement.append(copy.deepcopy(holder)))


PARTIES = (
    case("another issuer of the Assertion", R.WRONG_PARTY, assertion=text("saml:Issuer", OTHER)),
    case("another issuer of the Response", R.WRONG_PARTY, response=text("saml:Issuer", OTHER)),
    case(
        "another issuer of the ArtifactResponse",
        R.WRONG_PARTY,
        BY_ARTIFACT,
        artifact_response=text("saml:Issuer", OTHER),
    ),
    case("an issuer with a space after it", R.WRONG_PARTY, assertion=text("saml:Issuer", provider().entity_id + " ")),
    case(
        "a destination in another name space only",
        R.WRONG_PARTY,
        response=every(attribute(".", "Destination", None), attribute(".", f"{{{SAMLP}}}Destination", ACS)),
    ),
    case(
        "another destination beside ours in another name space",
        R.WRONG_PARTY,
        response=every(
            attribute(".", "Destination", "https://evil.example/"), attribute(".", f"{{{SAMLP}}}Destination", ACS)
        ),
    ),
    case("no issuer of the Assertion", R.MALFORMED, assertion=removed("saml:Issuer")),
    case("no issuer of the Response", R.MALFORMED, response=removed("saml:Issuer")),
    case("two issuers of the Response", R.MALFORMED, response=doubled("saml:Issuer")),
    case("two issuers of the Assertion", R.MALFORMED, assertion=doubled("saml:Issuer")),
    case("another audience", R.WRONG_PARTY, assertion=text(AUDIENCE, OTHER)),
    case("an audience that ours begins", R.WRONG_PARTY, assertion=text(AUDIENCE, provider().entity_id + "0")),
    case("no audience", R.WRONG_PARTY, assertion=removed("saml:Conditions/saml:AudienceRestriction")),
    case("an empty audience restriction", R.WRONG_PARTY, assertion=removed(AUDIENCE)),
    case(
        "a second audience restriction without us",
        R.WRONG_PARTY,
        assertion=added(
            "saml:Conditions",
            f'<s:AudienceRestriction xmlns:s="{SAML}"><s:Audience>{OTHER}</s:Audience></s:AudienceRestriction>',
        ),
    ),
    case("no conditions", R.MALFORMED, assertion=removed("saml:Conditions")),
    case("two sets of conditions", R.MALFORMED, assertion=doubled("saml:Conditions")),
    case(
        "a condition that we do not know",
        R.MALFORMED,
        assertion=added("saml:Conditions", f'<s:Condition xmlns:s="{SAML}"/>'),
    ),
    case("another destination", R.WRONG_PARTY, response=attribute(".", "Destination", "https://evil.example/acs")),
    case("a destination that ours begins", R.WRONG_PARTY, response=attribute(".", "Destination", ACS + "/../evil")),
    case("a destination that begins ours", R.WRONG_PARTY, response=attribute(".", "Destination", ACS[:-3])),
    case("no destination", R.WRONG_PARTY, response=attribute(".", "Destination", None)),
    case("another recipient", R.WRONG_PARTY, assertion=attribute(DATA, "Recipient", "https://evil.example/acs")),
    case("a recipient that ours begins", R.WRONG_PARTY, assertion=attribute(DATA, "Recipient", ACS + "x")),
    case("no recipient", R.WRONG_PARTY, assertion=attribute(DATA, "Recipient", None)),
)

REQUESTS = (
    case("the Response answers another request", R.WRONG_REQUEST, response=attribute(".", "InResponseTo", "_other")),
    case("the Response answers no request", R.WRONG_REQUEST, response=attribute(".", "InResponseTo", None)),
    case(
        "the subject is confirmed for another request",
        R.WRONG_REQUEST,
        assertion=attribute(DATA, "InResponseTo", "_other"),
    ),
    case("the subject is confirmed for no request", R.WRONG_REQUEST, assertion=attribute(DATA, "InResponseTo", None)),
    case(
        "a request in another name space only",
        R.WRONG_REQUEST,
        response=every(attribute(".", "InResponseTo", None), attribute(".", f"{{{SAMLP}}}InResponseTo", REQUEST_ID)),
    ),
    case("a request with a tab after it", R.WRONG_REQUEST, response=attribute(".", "InResponseTo", f"{REQUEST_ID}\t")),
    case(
        "the ArtifactResponse answers another question",
        R.WRONG_REQUEST,
        BY_ARTIFACT,
        artifact_response=attribute(".", "InResponseTo", "_other"),
    ),
    case(
        "the ArtifactResponse answers no question",
        R.WRONG_REQUEST,
        BY_ARTIFACT,
        artifact_response=attribute(".", "InResponseTo", None),
    ),
)

TIMES = (
    case("conditions that ended", R.WRONG_TIME, assertion=attribute("saml:Conditions", "NotOnOrAfter", LONG_AGO)),
    case("conditions that begin later", R.WRONG_TIME, assertion=attribute("saml:Conditions", "NotBefore", LATER)),
    case("conditions without an end", R.MALFORMED, assertion=attribute("saml:Conditions", "NotOnOrAfter", None)),
    case("a confirmation that ended", R.WRONG_TIME, assertion=attribute(DATA, "NotOnOrAfter", LONG_AGO)),
    case("a confirmation that begins later", R.WRONG_TIME, assertion=attribute(DATA, "NotBefore", LATER)),
    case("a confirmation without an end", R.MALFORMED, assertion=attribute(DATA, "NotOnOrAfter", None)),
    case("an Assertion of long ago", R.WRONG_TIME, assertion=attribute(".", "IssueInstant", LONG_AGO)),
    case("an Assertion from the future", R.WRONG_TIME, assertion=attribute(".", "IssueInstant", LATER)),
    case("a Response of long ago", R.WRONG_TIME, response=attribute(".", "IssueInstant", LONG_AGO)),
    case("a Response from the future", R.WRONG_TIME, response=attribute(".", "IssueInstant", LATER)),
    case(
        "an ArtifactResponse of long ago",
        R.WRONG_TIME,
        BY_ARTIFACT,
        artifact_response=attribute(".", "IssueInstant", LONG_AGO),
    ),
    case("a Response without a time", R.MALFORMED, response=attribute(".", "IssueInstant", None)),
    case(
        "an end in another time zone",
        R.MALFORMED,
        assertion=attribute("saml:Conditions", "NotOnOrAfter", timestamp(NOW - timedelta(minutes=5))[:-1] + "-01:00"),
    ),
    case(
        "an end in two time zones",
        R.MALFORMED,
        assertion=attribute("saml:Conditions", "NotOnOrAfter", timestamp(NOW + timedelta(minutes=2))[:-1] + "+05:00Z"),
    ),
    case(
        "an end without a time zone",
        R.MALFORMED,
        assertion=attribute("saml:Conditions", "NotOnOrAfter", timestamp(NOW + timedelta(minutes=2))[:-1]),
    ),
    case("a day as an end", R.MALFORMED, assertion=attribute("saml:Conditions", "NotOnOrAfter", "2099-01-01Z")),
    *(
        case(f"{name} as an end", R.MALFORMED, assertion=attribute("saml:Conditions", "NotOnOrAfter", moment))
        for name, moment in {
            "a leap second": "2099-12-31T23:59:60Z",
            "an hour too many": "2099-12-31T24:00:00Z",
            "a moment in other digits": "٢٠٩٩-12-31T23:00:00Z",
            "a year of two hundred thousand digits": f"{'2' * 200_000}-01-01T00:00:00Z",
        }.items()
    ),
    case("a beginning in the year 0", R.MALFORMED, assertion=attribute("saml:Conditions", "NotBefore", YEAR_0)),
    case(
        "a time that does not exist",
        R.MALFORMED,
        assertion=attribute("saml:Conditions", "NotOnOrAfter", "2099-13-01T00:00:00Z"),
    ),
)


def _failed(code: str) -> Edit:
    """A failure of this kind, with the assertion still there."""
    second = f'<p:StatusCode xmlns:p="{SAMLP}" Value="urn:oasis:names:tc:SAML:2.0:status:{code}"/>'
    return every(attribute(STATUS, "Value", FAILED), added(STATUS, second))


STATUSES = (
    case("a failure with an assertion", R.FAILED_AT_MAKELAAR, response=attribute(STATUS, "Value", FAILED)),
    case("a cancellation with an assertion", R.CANCELLED, response=_failed("AuthnFailed")),
    case("a level that cannot be had", R.LEVEL_TOO_LOW, response=_failed("NoAuthnContext")),
    case("a denied request", R.REQUEST_DENIED, response=_failed("RequestDenied")),
    case("an unsupported request", R.REQUEST_UNSUPPORTED, response=_failed("RequestUnsupported")),
    case("an unknown person", R.UNKNOWN_PRINCIPAL, response=_failed("UnknownPrincipal")),
    case("a failure of an unknown kind", R.FAILED_AT_MAKELAAR, response=_failed("PartialLogout")),
    case(
        "success with a second code",
        R.FAILED_AT_MAKELAAR,
        response=added(
            STATUS, f'<p:StatusCode xmlns:p="{SAMLP}" Value="urn:oasis:names:tc:SAML:2.0:status:PartialLogout"/>'
        ),
    ),
    case("an unknown status", R.FAILED_AT_MAKELAAR, response=attribute(STATUS, "Value", SUCCESS + "ful")),
    case(
        "a success inside a failure",
        R.FAILED_AT_MAKELAAR,
        response=every(
            attribute(STATUS, "Value", FAILED),
            added(STATUS, f'<p:StatusCode xmlns:p="{SAMLP}" Value="{SUCCESS}"/>'),
        ),
    ),
    case("no status", R.MALFORMED, response=removed("samlp:Status")),
    case("two statuses", R.MALFORMED, response=doubled("samlp:Status")),
    case("two codes beside each other", R.MALFORMED, response=doubled(STATUS)),
    case(
        "an artifact that was not accepted",
        R.FAILED_AT_MAKELAAR,
        BY_ARTIFACT,
        artifact_response=attribute(STATUS, "Value", FAILED),
    ),
    case(
        "an ArtifactResponse without a Response", R.REPLAYED, BY_ARTIFACT, artifact_response=removed("samlp:Response")
    ),
    case("two Responses in an ArtifactResponse", R.MALFORMED, BY_ARTIFACT, artifact_response=doubled("samlp:Response")),
    case("no assertion", R.MALFORMED, response=removed("saml:Assertion")),
    case("an unknown part of the Response", R.MALFORMED, response=added(".", '<x xmlns="urn:x"/>')),
    case(
        "an unknown part of the ArtifactResponse",
        R.MALFORMED,
        BY_ARTIFACT,
        artifact_response=added(".", '<x xmlns="urn:x"/>'),
    ),
    case("an Assertion of SAML 1.1", R.MALFORMED, assertion=attribute(".", "Version", "1.1")),
    case("a Response of SAML 3", R.MALFORMED, response=attribute(".", "Version", "3.0")),
    case("a Response of SAML 2.0 and a space", R.MALFORMED, response=attribute(".", "Version", "2.0 ")),
)

SUBJECTS = (
    case(
        "a sender that vouches",
        R.MALFORMED,
        assertion=attribute(CONFIRMED, "Method", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"),
    ),
    case(
        "a holder of a key",
        R.MALFORMED,
        assertion=attribute(CONFIRMED, "Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
    ),
    case("no method", R.MALFORMED, assertion=attribute(CONFIRMED, "Method", None)),
    case("no confirmation", R.MALFORMED, assertion=removed(CONFIRMED)),
    case("two confirmations", R.MALFORMED, assertion=doubled(CONFIRMED)),
    case(
        "a second confirmation, by a sender that vouches",
        R.MALFORMED,
        assertion=added(
            "saml:Subject",
            f'<s:SubjectConfirmation xmlns:s="{SAML}" Method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"/>',
        ),
    ),
    case("no confirmation data", R.MALFORMED, assertion=removed(DATA)),
    case("no subject", R.MALFORMED, assertion=removed("saml:Subject")),
    case("two subjects", R.MALFORMED, assertion=doubled("saml:Subject")),
)

LEVELS = (
    *(
        case(f"level {level}", R.LEVEL_TOO_LOW, assertion=text(LEVEL, PREFIX + level))
        for level in ("loa1", "loa2", "loa2plus", "loa3x", "loa5", "LOA3", " loa3", "loa3\n", "loa")
    ),
    case("a level in another name space", R.LEVEL_TOO_LOW, assertion=text(LEVEL, "urn:other:assurance-class:loa3")),
    case("an empty level", R.MALFORMED, assertion=text(LEVEL, None)),
    case("no level", R.MALFORMED, assertion=removed(LEVEL)),
    case("two levels", R.MALFORMED, assertion=doubled(LEVEL)),
    case(
        "a level as the name of a declaration",
        R.MALFORMED,
        assertion=at(LEVEL, lambda found: setattr(found, "tag", q("saml:AuthnContextDeclRef"))),
    ),
    case(
        "a level in the evidence only",
        R.MALFORMED,
        assertion=lambda assertion: assertion.find(q("saml:Advice")).append(assertion.find(q("saml:AuthnStatement"))),
    ),
    case("two statements of authentication", R.MALFORMED, assertion=doubled("saml:AuthnStatement")),
    case("no statement of authentication", R.MALFORMED, assertion=removed("saml:AuthnStatement")),
)

SERVICES = (
    case("another service", R.WRONG_SERVICE, assertion=value_of(SERVICE_ID, provider().service_id + "1")),
    case("another edition of the service", R.WRONG_SERVICE, assertion=value_of(SERVICE_UUID, "0" * 36)),
    case("an empty service", R.MALFORMED, assertion=value_of(SERVICE_ID, None)),
    case(
        "a file to include as the service",
        R.MALFORMED,
        assertion=every(
            value_of(SERVICE_ID, None),
            saml_attribute(SERVICE_ID, lambda found: found[0].append(etree.fromstring(INCLUDE))),
        ),
    ),
    case("no service", R.WRONG_SERVICE, assertion=saml_attribute(SERVICE_ID, lambda a: a.getparent().remove(a))),
    case("no edition", R.WRONG_SERVICE, assertion=saml_attribute(SERVICE_UUID, lambda a: a.getparent().remove(a))),
    case(
        "two services", R.WRONG_SERVICE, assertion=saml_attribute(SERVICE_ID, lambda a: a.extend([a[0], _value(OTHER)]))
    ),
    case(
        "the service twice",
        R.MALFORMED,
        assertion=added("saml:AttributeStatement", attribute_xml(SERVICE_ID, provider().service_id)),
    ),
    case("two attribute statements", R.MALFORMED, assertion=doubled("saml:AttributeStatement")),
    case("no attribute statement", R.MALFORMED, assertion=removed("saml:AttributeStatement")),
)


def _value(content: str):  # type: ignore[no-untyped-def]
    from lxml import etree

    return etree.fromstring(f'<saml:AttributeValue xmlns:saml="{SAML}">{content}</saml:AttributeValue>')


IDENTITIES = (
    case("the KvK number in plain text", R.WRONG_IDENTITY, assertion=value_of(LEGAL_SUBJECT, "99000384")),
    case(
        "a NameID that is not encrypted",
        R.WRONG_IDENTITY,
        assertion=identities(LEGAL_SUBJECT, name_id(KVK, "99000384")),
    ),
    case(
        "a plain NameID beside an encrypted one",
        R.WRONG_IDENTITY,
        assertion=saml_attribute(LEGAL_SUBJECT, lambda a: a[0].append(name_id(KVK, "99000384"))),
    ),
    case(
        "the older plain attribute instead",
        R.WRONG_IDENTITY,
        assertion=every(
            saml_attribute(LEGAL_SUBJECT, lambda a: a.getparent().remove(a)),
            added("saml:AttributeStatement", attribute_xml(KVK, "99000384")),
        ),
    ),
    case(
        "no organisation", R.WRONG_IDENTITY, assertion=saml_attribute(LEGAL_SUBJECT, lambda a: a.getparent().remove(a))
    ),
    case("no person", R.WRONG_IDENTITY, assertion=saml_attribute(ACTING_SUBJECT, lambda a: a.getparent().remove(a))),
    case("an attribute for the person without a value", R.WRONG_IDENTITY, assertion=identities(ACTING_SUBJECT)),
    case(
        "the attribute for the organisation twice",
        R.MALFORMED,
        assertion=added("saml:AttributeStatement", attribute_xml(LEGAL_SUBJECT, "x")),
    ),
    case("two KvK numbers", R.WRONG_IDENTITY, assertion=about((KVK, "99000363"), (KVK, "99000384"))),
    case(
        "two KvK numbers in one value",
        R.WRONG_IDENTITY,
        assertion=saml_attribute(LEGAL_SUBJECT, lambda found: found[0].append(encrypted(name_id(KVK, "99000384")))),
    ),
    case("a kind of identity with a space after it", R.WRONG_IDENTITY, assertion=about((f"{KVK} ", "99000384"))),
    case("a kind of identity in other letters", R.WRONG_IDENTITY, assertion=about((KVK.lower(), "99000384"))),
    case(
        "the organisation under a friendly name only",
        R.WRONG_IDENTITY,
        assertion=every(
            saml_attribute(LEGAL_SUBJECT, lambda found: found.set("FriendlyName", LEGAL_SUBJECT)),
            saml_attribute(LEGAL_SUBJECT, lambda found: found.set("Name", "urn:x")),
        ),
    ),
    case(
        "two KvK numbers of two versions",
        R.WRONG_IDENTITY,
        assertion=about((KVK, "99000363"), (KVK.replace("1.9", "1.13"), "99000384")),
    ),
    case("two persons", R.WRONG_IDENTITY, assertion=about((PSEUDO, "a" * 64), (PSEUDO, "b" * 64), name=ACTING_SUBJECT)),
    case("a KvK number of seven digits", R.WRONG_IDENTITY, assertion=about((KVK, "9900036"))),
    case("a KvK number with a space", R.WRONG_IDENTITY, assertion=about((KVK, " 99000363"))),
    case("a KvK number in other digits", R.WRONG_IDENTITY, assertion=about((KVK, "９９０００３６３"))),
    case("an RSIN of eight digits", R.WRONG_IDENTITY, assertion=about((RSIN, "12345678"))),
    case("a pseudonym of one character", R.WRONG_IDENTITY, assertion=about((PSEUDO, "x"), name=ACTING_SUBJECT)),
    case("a pseudonym of 300 characters", R.WRONG_IDENTITY, assertion=about((PSEUDO, "x" * 300), name=ACTING_SUBJECT)),
    case(
        "a pseudonym with a line break",
        R.WRONG_IDENTITY,
        assertion=about((PSEUDO, "x" * 64 + "\n"), name=ACTING_SUBJECT),
    ),
    case(
        "an identity of another kind only",
        R.WRONG_IDENTITY,
        assertion=about(("urn:etoegang:1.9:EntityConcernedID:BSN", "1")),
    ),
    case(
        "an identity with a kind of somebody else's",
        R.WRONG_IDENTITY,
        assertion=about(("urn:evil:EntityConcernedID:KvKnr", "99000363")),
    ),
    case("a KvK number as the person", R.WRONG_IDENTITY, assertion=about((KVK, "99000363"), name=ACTING_SUBJECT)),
    case(
        "a branch that is no number",
        R.WRONG_IDENTITY,
        assertion=added("saml:AttributeStatement", attribute_xml(BRANCH, "hoofdkantoor")),
    ),
    case(
        "two branches",
        R.WRONG_IDENTITY,
        assertion=added("saml:AttributeStatement", attribute_xml(BRANCH, "000012345678", "000012345679")),
    ),
    case(
        "one branch in plain text and another encrypted",
        R.WRONG_IDENTITY,
        assertion=every(
            added("saml:AttributeStatement", attribute_xml(BRANCH, "000012345678")),
            encrypted_attribute(attribute_xml(BRANCH.replace("1.9", "1.13"), "000012345679")),
        ),
    ),
    case("a branch without a number", R.UNKNOWN_LIMIT, assertion=added(STATEMENT, attribute_xml(BRANCH))),
    case(
        "a limit in other letters",
        R.UNKNOWN_LIMIT,
        assertion=added(STATEMENT, attribute_xml(BRANCH.lower(), "000012345678")),
    ),
    case(
        "a limit in a name space that we do not know",
        R.UNKNOWN_LIMIT,
        assertion=added(STATEMENT, attribute_xml("urn:other:ServiceRestriction:Vestigingsnr", "000012345678")),
    ),
    case(
        "an intermediary in plain text",
        R.WRONG_IDENTITY,
        assertion=added("saml:AttributeStatement", attribute_xml(INTERMEDIARY, "99000001")),
    ),
    case(
        "an intermediary that is no KvK number",
        R.WRONG_IDENTITY,
        assertion=chain((INTERMEDIARIES, [(KVK, "9900000")])),
    ),
    case(
        "an intermediary without a KvK number",
        R.WRONG_IDENTITY,
        assertion=chain((INTERMEDIARIES, [(RSIN, "001234567")])),
    ),
    case(
        "two intermediaries as it was before",
        R.LONG_CHAIN,
        assertion=chain((INTERMEDIARY, [(INTERMEDIARY, "99000001"), (INTERMEDIARY, "99000002")])),
    ),
    case(
        "two intermediaries",
        R.LONG_CHAIN,
        assertion=chain((INTERMEDIARIES, [(KVK, "99000001"), (KVK, "99000002")])),
    ),
    case(
        "one intermediary here and another there",
        R.LONG_CHAIN,
        assertion=chain((INTERMEDIARIES, [(KVK, "99000001")]), (INTERMEDIARY, [(INTERMEDIARY, "99000002")])),
    ),
    case(
        "a limit that we do not know",
        R.UNKNOWN_LIMIT,
        assertion=added("saml:AttributeStatement", attribute_xml(f"{RESTRICTION}Afdeling", "12")),
    ),
    case(
        "a limit that we do not know beside a branch",
        R.UNKNOWN_LIMIT,
        assertion=every(
            added("saml:AttributeStatement", attribute_xml(BRANCH, "000012345678")),
            added("saml:AttributeStatement", attribute_xml(f"{RESTRICTION}Afdeling", "12")),
        ),
    ),
    case(
        "the old number of a branch alone",
        R.UNKNOWN_LIMIT,
        assertion=added("saml:AttributeStatement", attribute_xml(f"{RESTRICTION}SubdossierNr", "0001")),
    ),
    case(
        "a limit that we do not know, encrypted",
        R.UNKNOWN_LIMIT,
        assertion=encrypted_attribute(attribute_xml(f"{RESTRICTION}Afdeling", "12")),
    ),
    case(
        "an encrypted attribute that is something else",
        R.MALFORMED,
        assertion=encrypted_attribute("<Afdeling/>"),
    ),
    case("an Assertion with an endless id", R.MALFORMED, assertion=attribute(".", "ID", "_" + "a" * 500)),
)

CASES = (*PARTIES, *REQUESTS, *TIMES, *STATUSES, *SUBJECTS, *LEVELS, *SERVICES, *IDENTITIES)
