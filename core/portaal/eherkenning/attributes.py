"""What a verified assertion says of the service, the organisation and the person (rules 9 and 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from portaal.eherkenning.encryption import decrypt
from portaal.eherkenning.parties import ServiceProvider
from portaal.eherkenning.xml import children, q, text_of
from portaal.login.record import BRANCH_FORM, KVK_FORM, PSEUDONYM_FORM, RSIN_FORM
from portaal.login.refusal import LoginRefusedError, RefusalReason

NAMES = "urn:etoegang:"
SERVICE_ID = "urn:etoegang:core:ServiceID"
SERVICE_UUID = "urn:etoegang:core:ServiceUUID"
LEGAL_SUBJECT = "urn:etoegang:core:LegalSubjectID"
ACTING_SUBJECT = "urn:etoegang:core:ActingSubjectID"
INTERMEDIATE_SUBJECT = "urn:etoegang:core:IntermediateSubjectID"
# Between NAMES and these stands the version of the interface; it has changed before, so it is not looked at.
RESTRICTION = "restriction"  # in whatever letters: a limit that we overlook would be none
BRANCH = ":ServiceRestriction:Vestigingsnr"
OLD_BRANCH = ":ServiceRestriction:SubdossierNr"  # the old number of the same branch, sent along with the new one
INTERMEDIARY = ":IntermediateEntityID:KvKnr"  # what stood there before IntermediateSubjectID
KVK = ":EntityConcernedID:KvKnr"
RSIN = ":EntityConcernedID:RSIN"
PSEUDONYM = ":EntityConcernedID:Pseudo"

Values = dict[str, list[etree._Element]]


@dataclass(frozen=True)
class Attributes:
    """Of the organisation at least one number is there; the pseudonym is in lower case, because its case varies."""

    kvk_nummer: str | None
    rsin: str | None
    pseudonym: str
    branch: str | None
    intermediary_kvk: str | None


def read_attributes(statement: etree._Element, provider: ServiceProvider) -> Attributes:
    """The identities in an attribute statement that was made for our service.

    :raises LoginRefusedError: WRONG_SERVICE, WRONG_IDENTITY, UNKNOWN_LIMIT, LONG_CHAIN, ENCRYPTION or MALFORMED.
    """
    values = _values(statement, provider)
    _check_service(values, provider)
    legal = list(_identities(values.get(LEGAL_SUBJECT, []), provider))
    acting = list(_identities(values.get(ACTING_SUBJECT, []), provider))
    kvk, rsin = _one(legal, KVK, KVK_FORM), _one(legal, RSIN, RSIN_FORM)
    pseudonym = _one(acting, PSEUDONYM, PSEUDONYM_FORM)
    if not (kvk or rsin) or not pseudonym:
        raise LoginRefusedError(RefusalReason.WRONG_IDENTITY, "the organisation or the person is missing")
    return Attributes(kvk, rsin, pseudonym.lower(), _branch(values), _intermediary(values, provider))


def _values(statement: etree._Element, provider: ServiceProvider) -> Values:
    """The values per attribute name, those of encrypted attributes too; a name that comes twice is refused."""
    found: Values = {}
    opened = [decrypt(holder, provider) for holder in children(statement, "saml:EncryptedAttribute")]
    for attribute in (*children(statement, "saml:Attribute"), *opened):
        name = attribute.get("Name", "")
        if attribute.tag != q("saml:Attribute"):
            _refuse(RefusalReason.MALFORMED, "an encrypted attribute is something else")
        if name in found:
            _refuse(RefusalReason.MALFORMED, "an attribute occurs twice")
        found[name] = children(attribute, "saml:AttributeValue")
    return found


def _check_service(values: Values, provider: ServiceProvider) -> None:
    for name, ours in ((SERVICE_ID, provider.service_id), (SERVICE_UUID, provider.service_uuid)):
        if [text_of(value) for value in values.get(name, [])] != [ours]:
            _refuse(RefusalReason.WRONG_SERVICE, "the login is for another service")


def _identities(values: list[etree._Element], provider: ServiceProvider) -> Iterator[tuple[str, str]]:
    """(kind, identity) of each EncryptedID; nothing else counts as an identity."""
    for value in values:
        if (value.text or "").strip() or not len(value) or any(child.tag != q("saml:EncryptedID") for child in value):
            _refuse(RefusalReason.WRONG_IDENTITY, "an identity is not encrypted")
        for holder in value:
            name_id = decrypt(holder, provider)
            if name_id.tag != q("saml:NameID"):
                _refuse(RefusalReason.WRONG_IDENTITY, "an encrypted identity is no NameID")
            yield name_id.get("NameQualifier", ""), text_of(name_id)


def _one(identities: list[tuple[str, str]], kind: str, form: re.Pattern[str]) -> str | None:
    found = [identity for qualifier, identity in identities if qualifier.startswith(NAMES) and qualifier.endswith(kind)]
    if len(found) > 1:
        _refuse(RefusalReason.WRONG_IDENTITY, "an identity occurs twice")
    if found and not form.fullmatch(found[0]):
        _refuse(RefusalReason.WRONG_IDENTITY, "an identity has another form than it should")
    return found[0] if found else None


def _branch(values: Values) -> str | None:
    """The vestigingsnummer that the mandate is limited to; a limit that we cannot keep to leads to no login."""
    limits = {name for name in values if RESTRICTION in name.lower()}
    texts = [text_of(value) for value in _named(values, BRANCH)]
    if limits and (not texts or any(not name.endswith((BRANCH, OLD_BRANCH)) for name in limits)):
        _refuse(RefusalReason.UNKNOWN_LIMIT, "the mandate has a limit that we do not know")
    if len(texts) > 1 or any(not BRANCH_FORM.fullmatch(text) for text in texts):
        _refuse(RefusalReason.WRONG_IDENTITY, "the restriction to a branch cannot be read")
    return texts[0] if texts else None


def _intermediary(values: Values, provider: ServiceProvider) -> str | None:
    """The KvK number of who acts on behalf of the organisation. A chain has one intermediary at most.

    "Elektronische Toegangsdiensten only supports chains with one intermediary" (interface HM-MR, chain authorization):
    an answer with more of them is not one that this profile knows, so nobody can say what it would mean.
    """
    before = list(_identities(_named(values, INTERMEDIARY), provider))
    found = list(_identities(values.get(INTERMEDIATE_SUBJECT, []), provider))
    numbers = {identity for _, identity in before} | {identity for kind, identity in found if kind.endswith(KVK)}
    if len(numbers) > 1:
        _refuse(RefusalReason.LONG_CHAIN, "there is more than one intermediary")
    if (found and not numbers) or any(not KVK_FORM.fullmatch(number) for number in numbers):
        _refuse(RefusalReason.WRONG_IDENTITY, "the intermediary cannot be read")
    return numbers.pop() if numbers else None


def _named(values: Values, suffix: str) -> list[etree._Element]:
    found = [each for name, each in values.items() if name.startswith(NAMES) and name.endswith(suffix)]
    return [value for each in found for value in each]


def _refuse(reason: RefusalReason, detail: str) -> None:
    raise LoginRefusedError(reason, detail)
