"""Every answer that eHerkenning may rightly give logs in, by artifact and by POST."""

from __future__ import annotations

import base64
import dataclasses
import os
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from portaal.eherkenning.artifact import read_envelope
from portaal.eherkenning.attributes import ACTING_SUBJECT, LEGAL_SUBJECT
from portaal.eherkenning.parties import ServiceProvider
from portaal.eherkenning.response import verify_artifact_response, verify_response
from portaal.eherkenning.xml import DS, SAML, XENC, parse, q, timestamp
from portaal.login.levels import AssuranceLevel
from portaal.login.record import LoginRecord
from portaal.login.refusal import LoginRefusedError, RefusalReason
from portaal.simulators.makelaar.keys import new_pair
from portaal.testing.eherkenning import parties, portal_keys
from tests.eherkenning.forge import (
    NOW,
    PERSON,
    QUESTION_ID,
    Edit,
    Recipe,
    added,
    attribute,
    doubled,
    encrypt_assertion,
    encrypted,
    every,
    expected,
    identities,
    makelaar,
    name_id,
    provider,
    removed,
    saml_attribute,
    styled,
)
from tests.eherkenning.hostile.content import (
    BRANCH,
    INTERMEDIARIES,
    INTERMEDIARY,
    KVK,
    PSEUDO,
    RESTRICTION,
    RSIN,
    attribute_xml,
    chain,
    encrypted_attribute,
)
from tests.eherkenning.signer import RSA_SHA512, SHA512_DIGEST

XENC11 = "http://www.w3.org/2009/xmlenc11#"


def ids(*kinds_and_values: tuple[str, str], name: str = LEGAL_SUBJECT) -> Edit:
    return identities(name, *(encrypted(name_id(kind, value)) for kind, value in kinds_and_values))


def with_certificate(signature: etree._Element) -> None:
    certificate = base64.b64encode(parties().makelaar.certificate.public_bytes(Encoding.DER)).decode()
    info = f"<ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>"
    signature.append(etree.fromstring(f'<ds:KeyInfo xmlns:ds="{DS}">{info}</ds:KeyInfo>'))


def gcm(plain: etree._Element, tag: str = "saml:EncryptedID") -> etree._Element:
    """Encrypted as newer software does: AES-256-GCM and OAEP with SHA-256, the key inside the data's KeyInfo."""
    key, nonce = os.urandom(32), os.urandom(12)
    sealed = nonce + AESGCM(key).encrypt(nonce, etree.tostring(plain, with_tail=False), None)
    wrapped = portal_keys().key.public_key().encrypt(key, OAEP(MGF1(SHA256()), SHA256(), None))

    def cipher(value: bytes) -> str:
        encoded = base64.b64encode(value).decode()
        return f"<x:CipherData><x:CipherValue>{encoded}</x:CipherValue></x:CipherData>"

    return etree.fromstring(
        f'<s:{tag[5:]} xmlns:s="{SAML}" xmlns:x="{XENC}" xmlns:d="{DS}" xmlns:e="{XENC11}"><x:EncryptedData>'
        f'<x:EncryptionMethod Algorithm="{XENC11}aes256-gcm"/><d:KeyInfo><x:EncryptedKey>'
        f'<x:EncryptionMethod Algorithm="{XENC11}rsa-oaep"><d:DigestMethod Algorithm="{XENC}sha256"/>'
        f'<e:MGF Algorithm="{XENC11}mgf1sha256"/></x:EncryptionMethod>{cipher(wrapped)}</x:EncryptedKey></d:KeyInfo>'
        f"{cipher(sealed)}</x:EncryptedData></s:{tag[5:]}>"
    )


def for_several(holder: etree._Element) -> etree._Element:
    """With another party's key before ours."""
    other = etree.fromstring(etree.tostring(holder[1]))
    other.set("Recipient", "urn:etoegang:DV:00000003000000000000:entities:1")
    other.set("Id", "_for-another")
    holder[1].addprevious(other)
    return holder


KVK_ID = (KVK, PERSON.kvk_nummer)
GOOD: dict[str, Recipe] = {
    "as the simulator makes it, with Advice": Recipe(),
    "without Advice": Recipe(assertion=removed("saml:Advice")),
    "level 4": Recipe(person=dataclasses.replace(PERSON, level=AssuranceLevel.LOA4)),
    "an encrypted Assertion": Recipe(hold=encrypt_assertion),
    "an encrypted Assertion, with GCM": Recipe(
        hold=lambda response, assertion: response.append(gcm(assertion, "saml:EncryptedAssertion"))
    ),
    "identities with GCM and the key in KeyInfo": Recipe(
        assertion=every(
            identities(LEGAL_SUBJECT, gcm(name_id(*KVK_ID))),
            identities(ACTING_SUBJECT, gcm(name_id(PSEUDO, PERSON.pseudonym))),
        )
    ),
    "a key for another recipient too": Recipe(
        assertion=identities(LEGAL_SUBJECT, for_several(encrypted(name_id(*KVK_ID))))
    ),
    "a key without a recipient": Recipe(
        assertion=saml_attribute(
            LEGAL_SUBJECT, lambda found: next(found.iter(q("xenc:EncryptedKey"))).attrib.pop("Recipient")
        )
    ),
    "KeyInfo with the certificate": Recipe(
        assertion_style=styled(touch=with_certificate), response_style=styled(touch=with_certificate)
    ),
    "the signature first": Recipe(assertion_style=styled(first=True), response_style=styled(first=True)),
    "SHA-512": Recipe(assertion_style=styled(method=RSA_SHA512, digest=SHA512_DIGEST)),
    "no list of prefixes on the outer signatures": Recipe(
        response_style=styled(prefixes=""), artifact_style=styled(prefixes="")
    ),
    "KvK number and RSIN": Recipe(assertion=ids(KVK_ID, (RSIN, "001234567"))),
    "both identities in one value": Recipe(
        assertion=saml_attribute(LEGAL_SUBJECT, lambda found: found[0].append(encrypted(name_id(RSIN, "001234567"))))
    ),
    "another version of the names": Recipe(
        assertion=ids((PSEUDO.replace("1.13", "1.20"), PERSON.pseudonym), name=ACTING_SUBJECT)
    ),
    "an identity of a kind that we do not use": Recipe(
        assertion=ids(KVK_ID, ("urn:etoegang:1.12:EntityConcernedID:eIDASLegalIdentifier", "NL/NL/1"))
    ),
    "the pseudonym in capitals": Recipe(person=dataclasses.replace(PERSON, pseudonym=PERSON.pseudonym.upper())),
    "another attribute": Recipe(
        assertion=added(
            "saml:AttributeStatement",
            attribute_xml("urn:etoegang:1.11:attribute-represented:CompanyName", "Gemeente Amsterdam"),
        )
    ),
    "one use only": Recipe(assertion=added("saml:Conditions", f'<s:OneTimeUse xmlns:s="{SAML}"/>')),
    "two audiences": Recipe(
        assertion=added(
            "saml:Conditions/saml:AudienceRestriction", f'<s:Audience xmlns:s="{SAML}">urn:other</s:Audience>'
        )
    ),
    "two audience restrictions": Recipe(assertion=doubled("saml:Conditions/saml:AudienceRestriction")),
    "times with fractions": Recipe(
        assertion=every(
            attribute("saml:Conditions", "NotOnOrAfter", timestamp(NOW + timedelta(minutes=2))[:-1] + ".123456789Z"),
            attribute(".", "IssueInstant", timestamp(NOW)[:-1] + ".5Z"),
        )
    ),
    "a clock that is 50 seconds ahead": Recipe(
        assertion=every(
            attribute("saml:Conditions", "NotBefore", timestamp(NOW + timedelta(seconds=50))),
            attribute(".", "IssueInstant", timestamp(NOW + timedelta(seconds=50))),
        )
    ),
    "a clock that is 50 seconds behind": Recipe(
        assertion=attribute("saml:Conditions", "NotOnOrAfter", timestamp(NOW - timedelta(seconds=50)))
    ),
    "an end far away": Recipe(
        assertion=every(
            attribute("saml:Conditions", "NotOnOrAfter", "9999-12-31T23:59:59Z"),
            attribute(
                "saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData",
                "NotOnOrAfter",
                "9999-12-31T23:59:59Z",
            ),
        )
    ),
    "a declaration of the encoding": Recipe(
        encoded=lambda message: (
            b'<?xml version="1.0" encoding="utf-8"?>' + message.partition(b"?>")[2]
            if message.startswith(b"<?xml")
            else b'<?xml version="1.0" encoding="utf-8"?>' + message
        )
    ),
    "a mark of the byte order": Recipe(encoded=lambda message: b"\xef\xbb\xbf" + message),
}


@pytest.mark.parametrize("way", ["artifact", "post"])
@pytest.mark.parametrize("name", GOOD)
def test_a_good_answer_logs_in(name: str, way: str) -> None:
    recipe = GOOD[name]
    record = recipe.verify_resolved() if way == "artifact" else recipe.verify_posted()
    assert record.pseudonym == PERSON.pseudonym
    assert record.kvk_nummer == PERSON.kvk_nummer
    assert record.issuer == parties().entity_id
    assert record.level is recipe.person.level
    assert record.expires_at <= NOW + timedelta(minutes=6, seconds=50)


def both_ways(recipe: Recipe) -> LoginRecord:
    record = recipe.verify_resolved()
    assert dataclasses.replace(recipe.verify_posted(), assertion_id=record.assertion_id) == record
    return record


def test_an_unsigned_response_in_a_signed_artifact_response_logs_in() -> None:
    assert Recipe(response_by=None).verify_resolved().pseudonym == PERSON.pseudonym


def test_a_message_as_real_ones_are_declares_its_prefixes_on_the_outside_only() -> None:
    message = Recipe().resolved()
    assert message.count(b"xmlns:xs=") == 1
    assert b'xsi:type="xs:string"' in message
    assert b'PrefixList="xs xsi"' in message


def test_an_rsin_alone_will_do() -> None:
    record = both_ways(Recipe(assertion=ids((RSIN, "001234567"))))
    assert (record.kvk_nummer, record.rsin) == (None, "001234567")


def test_a_mandate_for_one_branch_is_kept() -> None:
    branch = added("saml:AttributeStatement", attribute_xml(BRANCH, "000012345678"))
    assert both_ways(Recipe(assertion=branch)).branch == "000012345678"


def test_the_old_number_of_the_same_branch_may_come_along() -> None:
    old = attribute_xml(f"{RESTRICTION}SubdossierNr", "0001")
    both = every(
        added("saml:AttributeStatement", old),
        added("saml:AttributeStatement", attribute_xml(BRANCH, "000012345678")),
    )
    assert both_ways(Recipe(assertion=both)).branch == "000012345678"


def test_a_limit_in_an_encrypted_attribute_counts() -> None:
    branch = encrypted_attribute(attribute_xml(BRANCH, "000012345678"))
    assert both_ways(Recipe(assertion=branch)).branch == "000012345678"


@pytest.mark.parametrize(
    "attributes",
    [
        [(INTERMEDIARY, [(INTERMEDIARY, "99000001")])],
        [(INTERMEDIARIES, [(KVK, "99000001")])],
        [(INTERMEDIARIES, [(KVK, "99000001"), (RSIN, "001234567")])],
        [(INTERMEDIARIES, [(KVK, "99000001")]), (INTERMEDIARY, [(INTERMEDIARY, "99000001")])],
    ],
    ids=["as it was before", "as it is", "with its RSIN", "both"],
)
def test_in_a_chain_of_mandates_the_represented_organisation_stays_the_organisation(attributes: Any) -> None:
    record = both_ways(Recipe(assertion=chain(*attributes)))
    assert (record.kvk_nummer, record.intermediary_kvk) == (PERSON.kvk_nummer, "99000001")


def test_the_record_expires_when_the_assertion_does() -> None:
    assert Recipe().verify_posted().expires_at == NOW + timedelta(minutes=2) + timedelta(seconds=provider().skew)


def verify_as(ours: ServiceProvider, message: bytes) -> LoginRecord:
    return verify_response(parse(message), dataclasses.replace(expected(), provider=ours))


def test_while_keys_are_changed_both_decrypt() -> None:
    coming = new_pair("portaal")
    message = Recipe(person=PERSON).posted()
    for keys in ((portal_keys(),), (portal_keys(), coming), (coming, portal_keys())):
        ours = dataclasses.replace(provider(), keys=keys)
        assert verify_as(ours, message).pseudonym == PERSON.pseudonym


def test_a_makelaar_whose_certificates_ended_signs_nothing_and_the_log_says_why() -> None:
    with time_machine.travel(NOW - timedelta(days=1000), tick=False):
        ended = new_pair("makelaar")
    recipe = Recipe(assertion_by=lambda: ended, response_by=lambda: ended)
    held = dataclasses.replace(expected(), makelaar=dataclasses.replace(makelaar(), certificates=(ended.certificate,)))
    with pytest.raises(LoginRefusedError) as refusal:
        verify_response(parse(recipe.posted()), held)
    assert refusal.value.reason is RefusalReason.SIGNATURE
    assert refusal.value.detail == "every certificate that may sign Response has ended"


def test_while_a_makelaar_changes_keys_both_may_sign() -> None:
    coming = new_pair("makelaar")
    changing = dataclasses.replace(makelaar(), certificates=(coming.certificate, parties().makelaar.certificate))
    recipe = Recipe(assertion_by=lambda: coming)
    for way in (
        lambda held: verify_response(parse(recipe.posted()), held),
        lambda held: verify_artifact_response(read_envelope(recipe.resolved()), QUESTION_ID, held),
    ):
        assert way(dataclasses.replace(expected(), makelaar=changing)).pseudonym == PERSON.pseudonym
