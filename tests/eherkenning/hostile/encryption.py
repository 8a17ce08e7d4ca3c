"""Encrypted parts that must not be opened, or must not be believed when they are (rules 12 to 14)."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC
from lxml import etree

from portaal.eherkenning.xml import DS, SAML, XENC, q
from portaal.login.refusal import RefusalReason as R
from portaal.simulators.makelaar.encryption import encrypt
from portaal.testing.eherkenning import portal_keys
from tests.eherkenning.forge import (
    VICTIM,
    attacker,
    encrypt_assertion,
    encrypted,
    identities,
    name_id,
    provider,
    victims_assertion,
)
from tests.eherkenning.hostile.case import BOTH, Case, case
from tests.eherkenning.hostile.content import KVK

LEGAL = "urn:etoegang:core:LegalSubjectID"
Change = Callable[[etree._Element], object]


def _holder(change: Change) -> etree._Element:
    """An EncryptedID with the KvK number of the victim, then changed."""
    holder = encrypted(name_id(KVK, VICTIM.kvk_nummer))
    change(holder)
    return holder


def _method(holder: etree._Element, which: str, algorithm: str) -> None:
    holder.find(f"{q(which)}/{q('xenc:EncryptionMethod')}").set("Algorithm", algorithm)


def _value(holder: etree._Element, which: str) -> etree._Element:
    return holder.find(f"{q(which)}/{q('xenc:CipherData')}/{q('xenc:CipherValue')}")


def _flip(holder: etree._Element, which: str, place: int) -> None:
    raw = bytearray(base64.b64decode(_value(holder, which).text))
    raw[place] ^= 1
    _value(holder, which).text = base64.b64encode(raw).decode()


def _cut(holder: etree._Element, which: str, length: int) -> None:
    _value(holder, which).text = base64.b64encode(base64.b64decode(_value(holder, which).text)[:length]).decode()


def _rsa_1_5(holder: etree._Element) -> None:
    """A key wrapped the way that Bleichenbacher broke; it does open the data."""
    key, vector = os.urandom(32), os.urandom(16)
    from cryptography.hazmat.primitives.ciphers.algorithms import AES

    _seal(holder, Cipher(AES(key), CBC(vector)), vector, 16)
    _wrap(holder, key)
    _method(holder, "xenc:EncryptedKey", XENC + "rsa-1_5")


def _triple_des(holder: etree._Element) -> None:
    """Data under Triple DES, with its key wrapped as it should be."""
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
    from cryptography.hazmat.primitives.hashes import SHA1

    key, vector = os.urandom(24), os.urandom(8)
    _seal(holder, Cipher(TripleDES(key), CBC(vector)), vector, 8)
    wrapped = portal_keys().key.public_key().encrypt(key, OAEP(MGF1(SHA1()), SHA1(), None))  # noqa: S303 - as the interface has it
    _value(holder, "xenc:EncryptedKey").text = base64.b64encode(wrapped).decode()
    _method(holder, "xenc:EncryptedData", XENC + "tripledes-cbc")


def _seal(holder: etree._Element, cipher: Cipher[CBC], vector: bytes, block: int) -> None:
    plain = etree.tostring(name_id(KVK, VICTIM.kvk_nummer))
    padding = block - len(plain) % block
    encryptor = cipher.encryptor()
    sealed = vector + encryptor.update(plain + b"\0" * (padding - 1) + bytes([padding])) + encryptor.finalize()
    _value(holder, "xenc:EncryptedData").text = base64.b64encode(sealed).decode()


def _wrap(holder: etree._Element, key: bytes) -> None:
    wrapped = portal_keys().key.public_key().encrypt(key, PKCS1v15())
    _value(holder, "xenc:EncryptedKey").text = base64.b64encode(wrapped).decode()


def _for_somebody_else(holder: etree._Element) -> None:
    for part in list(holder):
        holder.remove(part)
    holder.extend(
        encrypt(etree.tostring(name_id(KVK, VICTIM.kvk_nummer)), attacker().certificate, provider().entity_id)
    )


BROKEN: dict[str, Change] = {
    "Triple DES": _triple_des,
    "a key wrapped with RSA 1.5": _rsa_1_5,
    "an unknown cipher": lambda holder: _method(holder, "xenc:EncryptedData", "urn:unknown"),
    "a cipher for another size of key": lambda holder: _method(holder, "xenc:EncryptedData", XENC + "aes128-cbc"),
    "GCM that is CBC": lambda holder: _method(
        holder, "xenc:EncryptedData", "http://www.w3.org/2009/xmlenc11#aes256-gcm"
    ),
    "no method": lambda holder: holder[0].remove(holder[0][0]),
    "another recipient": lambda holder: holder[1].set("Recipient", "urn:other"),
    "another party's key": _for_somebody_else,
    "a changed key": lambda holder: _flip(holder, "xenc:EncryptedKey", 20),
    "a short key": lambda holder: _cut(holder, "xenc:EncryptedKey", 100),
    "no key": lambda holder: holder.remove(holder[1]),
    "changed data": lambda holder: _flip(holder, "xenc:EncryptedData", 3),
    "data cut off": lambda holder: _cut(holder, "xenc:EncryptedData", 32),
    "data of no whole blocks": lambda holder: _cut(holder, "xenc:EncryptedData", 50),
    "no data": lambda holder: _cut(holder, "xenc:EncryptedData", 0),
    "data that is not base64": lambda holder: setattr(_value(holder, "xenc:EncryptedData"), "text", "@@@@"),
    "data somewhere else": lambda holder: (
        holder[0]
        .find(q("xenc:CipherData"))
        .append(etree.fromstring(f'<x:CipherReference xmlns:x="{XENC}" URI="https://evil.example/"/>'))
        or _value(holder, "xenc:EncryptedData").getparent().remove(_value(holder, "xenc:EncryptedData"))
    ),
    "two pieces of data": lambda holder: holder.insert(0, encrypted(name_id(KVK, "99000363"))[0]),
    "an unknown digest of the key": lambda holder: holder[1][0].append(
        etree.fromstring(f'<d:DigestMethod xmlns:d="{DS}" Algorithm="urn:unknown"/>')
    ),
}


def _assertion_as(change: Callable[[etree._Element], bytes | etree._Element]):  # type: ignore[no-untyped-def]
    """The assertion, changed and then encrypted."""

    def hold(response: etree._Element, assertion: etree._Element) -> None:
        response.append(encrypted(change(assertion), "saml:EncryptedAssertion"))

    return hold


NAME_ID = f'<saml:NameID xmlns:saml="{SAML}" NameQualifier="{KVK}">99000384</saml:NameID>'.encode()
INSIDE: dict[str, bytes] = {
    "nothing in it": b"",
    "text in it": b"99000384",
    "half an element in it": NAME_ID[:-5],
    "two elements in it": NAME_ID * 2,
    "a DOCTYPE in it": b"<!DOCTYPE x []>" + NAME_ID,
    "an entity in it": b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + NAME_ID.replace(b"99000384", b"&e;"),
    "a comment in it": NAME_ID.replace(b"99000384", b"9900<!-- -->0384"),
    "an instruction in it": NAME_ID.replace(b"99000384", b"99000384<?x y?>"),
    "UTF-16 in it": NAME_ID.decode().encode("utf-16"),
    "a prefix from outside in it": NAME_ID.replace(f' xmlns:saml="{SAML}"'.encode(), b""),
    "too much in it": NAME_ID.replace(b"99000384", b"9" * 300_000),
}


def _identity(name: str, reason: R, holder: etree._Element) -> Case:
    return case(name, reason, BOTH, assertion=identities(LEGAL, holder))


def _broken_assertion(change: Change):  # type: ignore[no-untyped-def]
    def hold(response: etree._Element, assertion: etree._Element) -> None:
        encrypt_assertion(response, assertion)
        change(response[-1])

    return hold


CASES = (
    *(_identity(f"an identity with {name}", R.ENCRYPTION, _holder(change)) for name, change in BROKEN.items()),
    *(
        _identity(f"an identity with {name}", R.ENCRYPTION, encrypted(xml))
        for name, xml in INSIDE.items()
        if name != "too much in it"
    ),
    _identity("an identity that is an Issuer", R.WRONG_IDENTITY, encrypted(NAME_ID.replace(b"NameID", b"Issuer"))),
    _identity("an identity with elements in it", R.MALFORMED, encrypted(NAME_ID.replace(b"99000384", b"<x/>99000384"))),
    _identity("an identity that is encrypted twice", R.WRONG_IDENTITY, encrypted(encrypted(NAME_ID))),
    case("an encrypted Assertion that is not signed", R.SIGNATURE, assertion_by=None, hold=encrypt_assertion),
    case("an encrypted Assertion of the attacker", R.SIGNATURE, assertion_by=attacker, hold=encrypt_assertion),
    case("an encrypted Assertion about somebody else", R.SIGNATURE, hold=_assertion_as(victims_assertion)),
    case(
        "an encrypted Assertion, changed",
        R.SIGNATURE,
        hold=_assertion_as(lambda assertion: etree.tostring(assertion).replace(b"loa3", b"loa4")),
    ),
    case(
        "an encrypted Response",
        R.MALFORMED,
        hold=_assertion_as(
            lambda assertion: etree.fromstring('<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"/>')
        ),
    ),
    case(
        "an Assertion that is encrypted twice",
        R.MALFORMED,
        hold=_assertion_as(lambda assertion: encrypted(assertion, "saml:EncryptedAssertion")),
    ),
    case(
        "an encrypted Assertion with a DOCTYPE",
        R.ENCRYPTION,
        hold=_assertion_as(lambda assertion: b"<!DOCTYPE x []>" + etree.tostring(assertion)),
    ),
    case(
        "two encrypted Assertions",
        R.MALFORMED,
        hold=lambda response, assertion: (
            encrypt_assertion(response, assertion),
            encrypt_assertion(response, assertion),
        ),
    ),
    case(
        "an EncryptedAssertion without data",
        R.ENCRYPTION,
        hold=lambda response, assertion: etree.SubElement(response, q("saml:EncryptedAssertion")),
    ),
    *(
        case(f"an encrypted Assertion with {name}", R.ENCRYPTION, hold=_broken_assertion(change))
        for name, change in BROKEN.items()
        if name not in ("Triple DES", "a key wrapped with RSA 1.5")
    ),
)
