"""Encrypting as eHerkenning does: AES-256-CBC, its key wrapped with RSA-OAEP-MGF1P beside it."""

from __future__ import annotations

import base64
import os

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA1
from lxml import etree

from portaal.eherkenning.encryption import BLOCK, OAEP_MGF1P
from portaal.eherkenning.signature import key_name
from portaal.eherkenning.xml import DS, XENC, q


def encrypt(plain: bytes, certificate: x509.Certificate, recipient: str) -> list[etree._Element]:
    """The EncryptedData and EncryptedKey of a serialised element.

    :param recipient: the entity id of who can read it, with the key of this certificate.
    """
    key, vector = os.urandom(32), os.urandom(BLOCK)
    padding = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(AES(key), CBC(vector)).encryptor()
    sealed = vector + encryptor.update(plain + os.urandom(padding - 1) + bytes([padding])) + encryptor.finalize()
    public_key = certificate.public_key()
    if not isinstance(public_key, RSAPublicKey):
        raise TypeError("only RSA keys are used for encryption")
    wrapped = public_key.encrypt(key, OAEP(MGF1(SHA1()), SHA1(), None))  # noqa: S303 - as the interface has it
    identifier, name = f"_{os.urandom(16).hex()}", key_name(certificate)
    data = _encrypted("xenc:EncryptedData", f"{XENC}aes256-cbc", sealed)
    data.set("Type", f"{XENC}Element")
    info = etree.Element(q("ds:KeyInfo"), nsmap={"ds": DS})
    etree.SubElement(info, q("ds:RetrievalMethod"), Type=f"{XENC}EncryptedKey", URI=f"#{identifier}")
    data.insert(1, info)
    encrypted_key = _encrypted("xenc:EncryptedKey", OAEP_MGF1P, wrapped)
    encrypted_key.set("Id", identifier)
    encrypted_key.set("Recipient", recipient)
    name_info = etree.Element(q("ds:KeyInfo"), nsmap={"ds": DS})
    etree.SubElement(name_info, q("ds:KeyName")).text = name
    encrypted_key.insert(1, name_info)
    return [data, encrypted_key]


def _encrypted(name: str, algorithm: str, sealed: bytes) -> etree._Element:
    element = etree.Element(q(name), nsmap={"xenc": XENC})
    etree.SubElement(element, q("xenc:EncryptionMethod"), Algorithm=algorithm)
    value = etree.SubElement(etree.SubElement(element, q("xenc:CipherData")), q("xenc:CipherValue"))
    value.text = base64.b64encode(sealed).decode()
    return element
