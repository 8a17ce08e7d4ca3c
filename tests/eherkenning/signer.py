"""Signatures of every shape, good and bad: what the product's own signer would never make."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from portaal.eherkenning.parties import KeyPair
from portaal.eherkenning.xml import DS, children, q

EC = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = DS + "enveloped-signature"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
RSA_SHA256, RSA_SHA1, HMAC_SHA256 = MORE + "rsa-sha256", DS + "rsa-sha1", MORE + "hmac-sha256"
RSA_SHA512 = MORE + "rsa-sha512"
PSS_SHA256 = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
SHA1_DIGEST, SHA256_DIGEST, SHA512_DIGEST = DS + "sha1", XENC + "sha256", XENC + "sha512"
SHA224_DIGEST = "http://www.w3.org/2001/04/xmldsig-more#sha224"
SHA3_DIGEST = "http://www.w3.org/2007/05/xmldsig-more#sha3-256"
HASHES = {
    SHA1_DIGEST: hashlib.sha1,
    SHA224_DIGEST: hashlib.sha224,
    SHA256_DIGEST: hashlib.sha256,
    SHA512_DIGEST: hashlib.sha512,
    SHA3_DIGEST: hashlib.sha3_256,
}


@dataclass(frozen=True)
class Style:
    """How to sign; what is left alone is as eHerkenning has it."""

    method: str = RSA_SHA256
    digest: str = SHA256_DIGEST
    canonicalisation: str = EC
    transforms: Sequence[str] = (ENVELOPED, EC)
    uri: str | None = None
    prefixes: str = ""
    touch: Callable[[etree._Element], None] = field(default=lambda signature: None)
    first: bool = False


def sign(element: etree._Element, pair: KeyPair, style: Style) -> etree._Element:
    """A signed copy; ``style.touch`` may still change the signature before it is sealed."""
    target = etree.fromstring(etree.tostring(element, with_tail=False))
    uri = f"#{target.get('ID')}" if style.uri is None else style.uri
    digest = base64.b64encode(HASHES[style.digest](canonical(target, style.prefixes)).digest()).decode()
    ec = f'<ec:InclusiveNamespaces xmlns:ec="{EC}" PrefixList="{style.prefixes}"/>' if style.prefixes else ""
    transforms = "".join(
        f'<ds:Transform Algorithm="{name}">{ec if name == EC else ""}</ds:Transform>' for name in style.transforms
    )
    signature = etree.fromstring(
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{style.canonicalisation}">{ec}</ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{style.method}"/>'
        f'<ds:Reference URI="{uri}"><ds:Transforms>{transforms}</ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{style.digest}"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>'
        "</ds:SignedInfo><ds:SignatureValue/></ds:Signature>"
    )
    issuer = children(target, "saml:Issuer")
    target.insert(0 if style.first or not issuer else target.index(issuer[0]) + 1, signature)
    style.touch(signature)
    seal(signature, pair, style)
    return target


def seal(signature: etree._Element, pair: KeyPair, style: Style) -> None:
    """Compute the SignatureValue over SignedInfo as it stands now."""
    info = next(iter(children(signature, "ds:SignedInfo")))
    exclusive = style.canonicalisation.startswith(EC)
    data = etree.tostring(
        info,
        method="c14n",
        exclusive=exclusive,
        with_comments=False,
        inclusive_ns_prefixes=style.prefixes.split() or None if exclusive else None,
    )
    value = base64.b64encode(_sealed(data, pair.key, pair.certificate, style.method)).decode()
    children(signature, "ds:SignatureValue")[0].text = value


def _sealed(data: bytes, key: RSAPrivateKey, certificate: x509.Certificate, method: str) -> bytes:
    if method == HMAC_SHA256:  # with what everybody knows: the certificate
        return hmac.new(certificate.public_bytes(Encoding.PEM), data, hashlib.sha256).digest()
    if method == PSS_SHA256:
        return key.sign(data, PSS(MGF1(SHA256()), 32), SHA256())
    algorithm = {RSA_SHA256: SHA256, RSA_SHA1: SHA1, RSA_SHA512: SHA512}[method]()
    return key.sign(data, PKCS1v15(), algorithm)


def canonical(element: etree._Element, prefixes: str = "") -> bytes:
    return etree.tostring(
        element,
        method="c14n",
        exclusive=True,
        with_comments=False,
        with_tail=False,
        inclusive_ns_prefixes=prefixes.split() or None,
    )


def signature_of(element: etree._Element) -> etree._Element:
    """The signature that stands directly in an element."""
    return children(element, "ds:Signature")[0]


def without_signature(element: etree._Element) -> etree._Element:
    """A copy without its own signature."""
    copied = etree.fromstring(etree.tostring(element, with_tail=False))
    for signature in copied.findall(q("ds:Signature")):
        copied.remove(signature)
    return copied
