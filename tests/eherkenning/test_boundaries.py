"""Just within a limit an answer logs in, and just beyond it no longer; and every cipher that may be used is read."""

from __future__ import annotations

import base64
import os
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from lxml import etree

from portaal.eherkenning.attributes import LEGAL_SUBJECT
from portaal.eherkenning.encryption import CBC_KEY_BYTES, DIGESTS, GCM_KEY_BYTES, MASKS, OAEP_11, OAEP_MGF1P
from portaal.eherkenning.xml import DS, SAML, SAMLP, XENC, timestamp
from portaal.login.refusal import LoginRefusedError, RefusalReason
from portaal.testing.eherkenning import portal_keys
from tests.eherkenning.forge import (
    NOW,
    PERSON,
    Recipe,
    added,
    attribute,
    every,
    identities,
    name_id,
    provider,
    saml_attribute,
)
from tests.eherkenning.hostile.content import KVK

CONFIRMATION = "saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"
SKEW = provider().skew
# What stands where, and how many seconds from now it may be at the utmost.
TIMES = [
    (".", "IssueInstant", -300 - SKEW, -1),
    (".", "IssueInstant", SKEW, 1),
    ("saml:Conditions", "NotBefore", SKEW, 1),
    ("saml:Conditions", "NotOnOrAfter", 1 - SKEW, -1),
    (CONFIRMATION, "NotBefore", SKEW, 1),
    (CONFIRMATION, "NotOnOrAfter", 1 - SKEW, -1),
]


@pytest.mark.parametrize(("path", "name", "utmost", "step"), TIMES)
def test_a_time_at_its_utmost(path: str, name: str, utmost: int, step: int) -> None:
    def at(seconds: int) -> Recipe:
        return Recipe(assertion=attribute(path, name, timestamp(NOW + timedelta(seconds=seconds))))

    assert at(utmost).verify_posted().pseudonym == PERSON.pseudonym
    with pytest.raises(LoginRefusedError) as refusal:
        at(utmost + step).verify_posted()
    assert refusal.value.reason is RefusalReason.WRONG_TIME


def test_an_id_at_its_longest() -> None:
    def of(length: int) -> Recipe:
        return Recipe(assertion=attribute(".", "ID", "_" + "a" * (length - 1)))

    assert len(of(200).verify_posted().assertion_id) == 200
    with pytest.raises(LoginRefusedError):
        of(201).verify_posted()


@pytest.mark.parametrize(
    ("path", "minutes", "expires"),
    [("saml:Conditions", 1, 1), (CONFIRMATION, 1, 1), ("both", 60, 5)],
    ids=["the conditions end first", "the confirmation ends first", "both outlive the five minutes"],
)
def test_the_record_expires_with_whatever_ends_first(path: str, minutes: int, expires: int) -> None:
    """As long as that the id of the assertion is remembered, and not for ever."""
    end = timestamp(NOW + timedelta(minutes=minutes))
    paths = ["saml:Conditions", CONFIRMATION] if path == "both" else [path]
    record = Recipe(assertion=every(*(attribute(each, "NotOnOrAfter", end) for each in paths))).verify_posted()
    assert record.expires_at == NOW + timedelta(minutes=expires, seconds=SKEW)


def test_what_the_interface_lets_a_makelaar_add() -> None:
    extensions = added(".", f'<p:Extensions xmlns:p="{SAMLP}"/>')
    restriction = added("saml:Conditions", f'<s:ProxyRestriction xmlns:s="{SAML}"/>')
    recipe = Recipe(assertion=restriction, response=extensions, artifact_response=extensions)
    assert recipe.verify_resolved().pseudonym == recipe.verify_posted().pseudonym == PERSON.pseudonym


def test_white_space_between_elements_is_nothing() -> None:
    """As a makelaar that writes one element on a line would have it."""
    lines = saml_attribute(LEGAL_SUBJECT, lambda found: setattr(found[0], "text", "\n  "))
    assert Recipe(assertion=lines).verify_posted().kvk_nummer == PERSON.kvk_nummer


# ---- ciphers


def sealed(cipher: str, transport: str, digest: str, mask: str, *, spaces: int = 0, more: int = 0) -> etree._Element:
    """The KvK number, encrypted in this way; without a digest or mask it is not named.

    :param spaces: after it, so that it fills its last block more or less.
    :param more: bytes of padding beyond what fills the block.
    """
    plain = etree.tostring(name_id(KVK, PERSON.kvk_nummer)) + b" " * spaces
    key = os.urandom((GCM_KEY_BYTES | CBC_KEY_BYTES)[cipher])
    if cipher in GCM_KEY_BYTES:
        nonce = os.urandom(12)
        data = nonce + AESGCM(key).encrypt(nonce, plain, None)
    else:
        start, padding = os.urandom(16), 16 - len(plain) % 16 + more
        encryptor = Cipher(AES(key), CBC(start)).encryptor()
        data = start + encryptor.update(plain + os.urandom(padding - 1) + bytes([padding])) + encryptor.finalize()
    sha1: type[HashAlgorithm] = DIGESTS[f"{DS}sha1"]
    oaep = OAEP(MGF1((MASKS[mask] if mask else sha1)()), (DIGESTS[digest] if digest else sha1)(), None)
    wrapped = portal_keys().key.public_key().encrypt(key, oaep)
    methods = f'<d:DigestMethod xmlns:d="{DS}" Algorithm="{digest}"/>' if digest else ""
    methods += f'<e:MGF xmlns:e="http://www.w3.org/2009/xmlenc11#" Algorithm="{mask}"/>' if mask else ""

    def value(content: bytes) -> str:
        encoded = base64.b64encode(content).decode()
        return f"<x:CipherData><x:CipherValue>{encoded}</x:CipherValue></x:CipherData>"

    return etree.fromstring(
        f'<s:EncryptedID xmlns:s="{SAML}" xmlns:x="{XENC}"><x:EncryptedData>'
        f'<x:EncryptionMethod Algorithm="{cipher}"/>{value(data)}</x:EncryptedData><x:EncryptedKey>'
        f'<x:EncryptionMethod Algorithm="{transport}">{methods}</x:EncryptionMethod>{value(wrapped)}</x:EncryptedKey>'
        "</s:EncryptedID>"
    )


CIPHERS = [(cipher, OAEP_MGF1P, "", "") for cipher in (*CBC_KEY_BYTES, *GCM_KEY_BYTES)]
TRANSPORTS = [
    *((next(iter(GCM_KEY_BYTES)), OAEP_MGF1P, digest, "") for digest in DIGESTS),
    *((next(iter(GCM_KEY_BYTES)), OAEP_11, digest, mask) for digest in DIGESTS for mask in ("", *MASKS)),
]


def test_these_and_no_others() -> None:
    assert {each.partition("#")[2] for each in CBC_KEY_BYTES} == {"aes128-cbc", "aes192-cbc", "aes256-cbc"}
    assert {each.partition("#")[2] for each in GCM_KEY_BYTES} == {"aes128-gcm", "aes192-gcm", "aes256-gcm"}
    assert {each.partition("#")[2] for each in DIGESTS} == {"sha1", "sha256", "sha384", "sha512"}
    assert {each.partition("#")[2] for each in MASKS} == {"mgf1sha1", "mgf1sha256", "mgf1sha384", "mgf1sha512"}


@pytest.mark.parametrize(("cipher", "transport", "digest", "mask"), CIPHERS + TRANSPORTS)
def test_what_may_be_used_to_encrypt_is_read(cipher: str, transport: str, digest: str, mask: str) -> None:
    recipe = Recipe(assertion=identities(LEGAL_SUBJECT, sealed(cipher, transport, digest, mask)))
    assert recipe.verify_posted().kvk_nummer == PERSON.kvk_nummer


@pytest.mark.parametrize("spaces", range(16))
def test_whatever_its_last_block_holds_it_is_read(spaces: int) -> None:
    identity = sealed(next(iter(CBC_KEY_BYTES)), OAEP_MGF1P, "", "", spaces=spaces)
    assert Recipe(assertion=identities(LEGAL_SUBJECT, identity)).verify_posted().kvk_nummer == PERSON.kvk_nummer


@pytest.mark.parametrize("spaces", range(16))
def test_padding_of_more_than_a_block_is_refused(spaces: int) -> None:
    identity = sealed(next(iter(CBC_KEY_BYTES)), OAEP_MGF1P, "", "", spaces=spaces, more=16)
    with pytest.raises(LoginRefusedError) as refusal:
        Recipe(assertion=identities(LEGAL_SUBJECT, identity)).verify_posted()
    assert refusal.value.reason is RefusalReason.ENCRYPTION
