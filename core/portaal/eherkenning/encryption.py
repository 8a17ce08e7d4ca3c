"""Decrypting what eHerkenning encrypts: identities inside attribute values, and whole assertions (rules 12, 13).

Only AES in CBC or GCM mode and RSA-OAEP; every failure gives the same answer, so that nobody learns from it; nothing is
decrypted before the signature around it was checked.
"""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512, HashAlgorithm
from lxml import etree

from portaal.eherkenning.parties import ServiceProvider
from portaal.eherkenning.xml import XENC, children, parse
from portaal.login.refusal import LoginRefusedError, RefusalReason

XENC11 = "http://www.w3.org/2009/xmlenc11#"
OAEP_MGF1P = f"{XENC}rsa-oaep-mgf1p"
OAEP_11 = f"{XENC11}rsa-oaep"
CBC_KEY_BYTES = {f"{XENC}aes128-cbc": 16, f"{XENC}aes192-cbc": 24, f"{XENC}aes256-cbc": 32}
GCM_KEY_BYTES = {f"{XENC11}aes128-gcm": 16, f"{XENC11}aes192-gcm": 24, f"{XENC11}aes256-gcm": 32}
DIGESTS: dict[str, type[HashAlgorithm]] = {
    "http://www.w3.org/2000/09/xmldsig#sha1": SHA1,
    f"{XENC}sha256": SHA256,
    f"{XENC}sha512": SHA512,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": SHA384,
}
MASKS: dict[str, type[HashAlgorithm]] = {
    f"{XENC11}mgf1sha1": SHA1,
    f"{XENC11}mgf1sha256": SHA256,
    f"{XENC11}mgf1sha384": SHA384,
    f"{XENC11}mgf1sha512": SHA512,
}
BLOCK = 16


class _UndecryptableError(Exception):
    pass


def decrypt(holder: etree._Element, provider: ServiceProvider) -> etree._Element:
    """The element inside an ``EncryptedID`` or ``EncryptedAssertion``.

    An EncryptedKey for somebody else is passed over.

    :raises LoginRefusedError: ENCRYPTION; with one and the same detail whatever went wrong.
    """
    try:
        return parse(_plaintext(holder, provider))
    except (_UndecryptableError, LoginRefusedError, ValueError, TypeError, InvalidTag, binascii.Error) as error:
        raise LoginRefusedError(RefusalReason.ENCRYPTION, "an encrypted part cannot be read") from error


def _plaintext(holder: etree._Element, provider: ServiceProvider) -> bytes:
    (data,) = children(holder, "xenc:EncryptedData")
    for encrypted_key in _encrypted_keys(holder, data):
        if encrypted_key.get("Recipient") not in (None, provider.entity_id):
            continue
        for pair in provider.keys:
            try:
                return _open(data, _unwrap(encrypted_key, pair.key))
            except ValueError:
                continue
    raise _UndecryptableError


def _encrypted_keys(holder: etree._Element, data: etree._Element) -> list[etree._Element]:
    """Wherever the sender put them: beside the data, or inside its KeyInfo."""
    inside = [key for info in children(data, "ds:KeyInfo") for key in children(info, "xenc:EncryptedKey")]
    return [*children(holder, "xenc:EncryptedKey"), *inside]


def _unwrap(encrypted_key: etree._Element, private_key: RSAPrivateKey) -> bytes:
    (method,) = children(encrypted_key, "xenc:EncryptionMethod")
    digests = [node.get("Algorithm", "") for node in children(method, "ds:DigestMethod")]
    masks = [node.get("Algorithm", "") for node in method if node.tag == f"{{{XENC11}}}MGF"]
    digest = DIGESTS.get(digests[0]) if digests else SHA1
    if method.get("Algorithm") == OAEP_MGF1P:
        mask: type[HashAlgorithm] | None = SHA1
    elif method.get("Algorithm") == OAEP_11:
        mask = MASKS.get(masks[0]) if masks else SHA1
    else:
        raise _UndecryptableError
    if digest is None or mask is None:
        raise _UndecryptableError
    return private_key.decrypt(_cipher_value(encrypted_key), OAEP(MGF1(mask()), digest(), None))


def _open(data: etree._Element, key: bytes) -> bytes:
    (method,) = children(data, "xenc:EncryptionMethod")
    algorithm, sealed = method.get("Algorithm", ""), _cipher_value(data)
    if GCM_KEY_BYTES.get(algorithm) == len(key):
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], None)
    if CBC_KEY_BYTES.get(algorithm) != len(key) or len(sealed) < 2 * BLOCK or len(sealed) % BLOCK:
        raise _UndecryptableError
    decryptor = Cipher(AES(key), CBC(sealed[:BLOCK])).decryptor()
    padded = decryptor.update(sealed[BLOCK:]) + decryptor.finalize()
    if not 1 <= padded[-1] <= BLOCK:
        raise _UndecryptableError
    return padded[: -padded[-1]]


def _cipher_value(element: etree._Element) -> bytes:
    (data,) = children(element, "xenc:CipherData")
    (value,) = children(data, "xenc:CipherValue")
    return base64.b64decode("".join((value.text or "").split()), validate=True)
