"""XML signatures as eHerkenning has them: enveloped, exclusive canonicalisation, RSA with SHA-256 (rules 2, 3, 4, 18).

A signature counts only when it covers the element it stands in, wholly, and was made with a certificate that we know
already. What is read afterwards is read from the copy that was verified.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Sequence
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.util import _remove_sig
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from portaal import clock
from portaal.eherkenning.xml import DS, children, q
from portaal.login.refusal import LoginRefusedError, RefusalReason

ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE_NAMESPACES = f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces"
# At level DEBUG the library logs what it canonicalises: whole messages (rule 19).
logging.getLogger("signxml").setLevel(logging.INFO)
METHODS = frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512})
DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
ACCEPTED = SignatureConfiguration(
    require_x509=True,
    location="./",
    expect_references=1,
    signature_methods=METHODS,
    digest_algorithms=DIGESTS,
    ignore_ambiguous_key_info=True,
)


def sign(
    element: etree._Element,
    key: RSAPrivateKey,
    certificate: x509.Certificate,
    *,
    with_certificate: bool = False,
    inclusive_prefixes: Sequence[str] = (),
) -> etree._Element:
    """A signed copy of an element that has an ``ID``; its signature stands right after the Issuer, else first.

    :param with_certificate: put the certificate in KeyInfo; only metadata may. Otherwise KeyInfo holds a KeyName.
    :param inclusive_prefixes: prefixes used in values only, which canonicalisation would otherwise drop.
    """
    target = etree.fromstring(etree.tostring(element, with_tail=False))
    digest = hashlib.sha256(_canonical(target, inclusive_prefixes)).digest()
    signature = etree.Element(q("ds:Signature"), nsmap={"ds": DS})
    signed_info = etree.SubElement(signature, q("ds:SignedInfo"))
    _method(signed_info, "CanonicalizationMethod", EXCLUSIVE_C14N, inclusive_prefixes)
    _method(signed_info, "SignatureMethod", SignatureMethod.RSA_SHA256.value)
    reference = etree.SubElement(signed_info, q("ds:Reference"), URI=f"#{target.get('ID')}")
    transforms = etree.SubElement(reference, q("ds:Transforms"))
    _method(transforms, "Transform", ENVELOPED)
    _method(transforms, "Transform", EXCLUSIVE_C14N, inclusive_prefixes)
    _method(reference, "DigestMethod", DigestAlgorithm.SHA256.value)
    etree.SubElement(reference, q("ds:DigestValue")).text = base64.b64encode(digest).decode()
    value = etree.SubElement(signature, q("ds:SignatureValue"))
    info = etree.SubElement(signature, q("ds:KeyInfo"))
    if with_certificate:
        data = etree.SubElement(etree.SubElement(info, q("ds:X509Data")), q("ds:X509Certificate"))
        data.text = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    else:
        etree.SubElement(info, q("ds:KeyName")).text = key_name(certificate)
    issuer = children(target, "saml:Issuer")
    target.insert(target.index(issuer[0]) + 1 if issuer else 0, signature)
    # In its place in the document: what is in scope there counts.
    sealed = key.sign(_canonical(signed_info, inclusive_prefixes), PKCS1v15(), SHA256())
    value.text = base64.b64encode(sealed).decode()
    return target


def _canonical(element: etree._Element, inclusive_prefixes: Sequence[str]) -> bytes:
    return etree.tostring(
        element,
        method="c14n",
        exclusive=True,
        with_comments=False,
        with_tail=False,
        inclusive_ns_prefixes=list(inclusive_prefixes) or None,
    )


def _method(parent: etree._Element, name: str, algorithm: str, inclusive_prefixes: Sequence[str] = ()) -> None:
    method = etree.SubElement(parent, q(f"ds:{name}"), Algorithm=algorithm)
    if inclusive_prefixes:
        etree.SubElement(
            method, INCLUSIVE_NAMESPACES, nsmap={"ec": EXCLUSIVE_C14N}, PrefixList=" ".join(inclusive_prefixes)
        )


def key_name(certificate: x509.Certificate) -> str:
    """The name of a key in metadata and KeyInfo: the certificate's SHA-256, in hexadecimal."""
    return certificate.fingerprint(SHA256()).hex()


class _Verifier(XMLVerifier):
    """signxml for the one form that :func:`_check_form` lets through.

    It leaves out what the library does for other forms: copies beside the one it needs to take the signature out,
    searching the document for what a reference names (here only the element itself), and the subject of a certificate
    for an error that nobody reads.
    """

    def get_root(self, data: etree._Element) -> etree._Element:
        return data

    def _resolve_reference(self, doc_root: etree._Element, *_: Any, **__: Any) -> etree._Element:
        return doc_root

    def _get_cert_description(self, *_: Any) -> str:
        return ""

    def _apply_transforms(
        self, payload: etree._Element, *, transforms_node: etree._Element, signature: etree._Element
    ) -> bytes:
        _remove_sig(signature)  # type: ignore[no-untyped-call]
        prefixes: list[str] | None = self._get_inclusive_ns_prefixes(transforms_node[1])  # type: ignore[no-untyped-call]
        return _canonical(payload, prefixes or ())


def verify(element: etree._Element, certificates: Sequence[x509.Certificate]) -> etree._Element:
    """Check the signature that stands directly in an element, in the document as it was received.

    :param certificates: the keys that may have signed; whatever the message itself says of keys is ignored.
    :returns: the element as it was verified, in a document of its own, without the signature.
    :raises LoginRefusedError: SIGNATURE; there is no such signature, or it does not hold.
    """
    _check_form(element)
    for certificate in certificates:
        try:
            result = _Verifier().verify(
                element,
                x509_cert=certificate,
                id_attribute="ID",
                validate_schema=False,
                expect_config=ACCEPTED,
            )
        except (SignXMLException, ValueError, etree.LxmlError, TypeError):
            continue
        signed = result.signed_xml if isinstance(result, VerifyResult) else None
        if signed is None or signed.tag != element.tag or signed.get("ID") != element.get("ID"):
            continue
        return signed
    name = etree.QName(element).localname
    if all(certificate.not_valid_after_utc <= clock.now() for certificate in certificates):
        raise LoginRefusedError(RefusalReason.SIGNATURE, f"every certificate that may sign {name} has ended")
    raise LoginRefusedError(RefusalReason.SIGNATURE, f"no valid signature of a known key on {name}")


def _check_form(element: etree._Element) -> None:
    """The whole form of the signature, in which the library is lenient (rule 3).

    Not by the W3C's schema: that does not know the InclusiveNamespaces which eHerkenning uses.
    """
    signatures = children(element, "ds:Signature")
    if len(signatures) != 1:
        _refuse(f"{len(signatures)} signatures instead of one")
    sealed = ("SignedInfo", "SignatureValue")
    if not (_consists_of(signatures[0], *sealed) or _consists_of(signatures[0], *sealed, "KeyInfo")):
        _refuse("the signature has other parts than it should")
    signed_info = signatures[0][0]
    if not _consists_of(signed_info, "CanonicalizationMethod", "SignatureMethod", "Reference"):
        _refuse("SignedInfo has other parts than it should")
    canonicalisation, method, reference = signed_info
    if canonicalisation.get("Algorithm") != EXCLUSIVE_C14N:
        _refuse("another canonicalisation")
    if not _consists_of(reference, "Transforms", "DigestMethod", "DigestValue"):
        _refuse("the reference has other parts than it should")
    if not element.get("ID") or reference.get("URI") != f"#{element.get('ID')}":
        _refuse("the signature does not refer to its own element")
    transforms = list(reference[0])
    if [(t.tag, t.get("Algorithm")) for t in transforms] != [
        (q("ds:Transform"), ENVELOPED),
        (q("ds:Transform"), EXCLUSIVE_C14N),
    ]:
        _refuse("other transforms than enveloped and exclusive canonicalisation")
    if len(method) or len(transforms[0]) or len(reference[1]):
        _refuse("an algorithm has parameters that it should not have")
    for canonical in (canonicalisation, transforms[1]):
        if [child.tag for child in canonical] not in ([], [INCLUSIVE_NAMESPACES]):
            _refuse("an algorithm has parameters that it should not have")


def _consists_of(element: etree._Element, *names: str) -> bool:
    """Whether these parts of XML Signature are its children, once, in this order, and nothing else."""
    return [child.tag for child in element] == [q(f"ds:{name}") for name in names]


def _refuse(detail: str) -> None:
    raise LoginRefusedError(RefusalReason.SIGNATURE, detail)
