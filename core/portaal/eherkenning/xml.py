"""SAML's namespaces, and reading its messages: small plain UTF-8 without DTD, comments or doubled ids (rules 1, 3)."""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from datetime import UTC, datetime
from functools import cache

from lxml import etree

from portaal.login.refusal import LoginRefusedError, RefusalReason

MAX_BYTES = 256 * 1024
# Attributes and namespaces have one each; a rich answer has some hundreds. Canonicalising takes the square of their
# number on an element: seconds for the largest message, and that before any signature is known to hold.
MAX_EQUALS_SIGNS = 2000
UTC_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z")

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PREFIXES = {"saml": SAML, "samlp": SAMLP, "md": MD, "ds": DS, "xenc": XENC, "soap": SOAP}


DECLARED_ENCODING = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)")


@cache
def q(name: str) -> str:
    """``saml:Issuer`` as lxml names it."""
    prefix, _, local = name.partition(":")
    return f"{{{PREFIXES[prefix]}}}{local}"


def parse(message: bytes) -> etree._Element:
    """The root of a message.

    :raises LoginRefusedError: MALFORMED; it is too large, not UTF-8, not well-formed, or has what SAML does not need.
    """
    if len(message) > MAX_BYTES:
        raise LoginRefusedError(RefusalReason.MALFORMED, "the message is too large")
    if message.count(b"=") > MAX_EQUALS_SIGNS:
        raise LoginRefusedError(RefusalReason.MALFORMED, "the message has too many attributes")
    # In the bytes, before libxml2 sees them: it would open files that a DTD names while it reads.
    if b"<!DOCTYPE" in message or b"<!ENTITY" in message:
        raise LoginRefusedError(RefusalReason.MALFORMED, "the message has a DOCTYPE")
    declared = DECLARED_ENCODING.match(message)
    if declared and declared[1].upper() != b"UTF-8":
        raise LoginRefusedError(RefusalReason.MALFORMED, "the message is not in UTF-8")
    try:
        root = etree.fromstring(message, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise LoginRefusedError(RefusalReason.MALFORMED, "the message is not well-formed UTF-8 XML") from error
    beside = root.getprevious() is not None or root.getnext() is not None
    if beside or next(root.iter(etree.Comment, etree.ProcessingInstruction, etree.Entity), None) is not None:
        raise LoginRefusedError(RefusalReason.MALFORMED, "the message has a comment, instruction or entity")
    _check_ids(root)
    return root


def _check_ids(root: etree._Element) -> None:
    """No id twice, under any spelling of the attribute: who looks for one could take the other (rule 3)."""
    names = Counter(
        value
        for node in root.iter()
        for attribute, value in node.items()
        if str(attribute).rpartition("}")[2].lower() == "id"
    )
    if any(count > 1 for count in names.values()):
        raise LoginRefusedError(RefusalReason.MALFORMED, "an id occurs twice")


def parse_base64(message: bytes) -> etree._Element:
    """The root of a message as the POST binding encodes it.

    :raises LoginRefusedError: MALFORMED; see :func:`parse`.
    """
    try:
        return parse(base64.b64decode(b"".join(message.split()), validate=True))
    except binascii.Error as error:
        raise LoginRefusedError(RefusalReason.MALFORMED, "the message is not base64") from error


def _parser() -> etree.XMLParser:
    # Never collect_ids=False: with it libxml2 opens the files that a DTD names, whatever the other flags say.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=False,
        remove_pis=False,
        encoding="utf-8",
    )


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """The direct children of that name; never a search through the tree (rule 4)."""
    return list(element.iterchildren(q(name)))


def only_child(element: etree._Element, name: str) -> etree._Element:
    """The one child of that name.

    :raises LoginRefusedError: MALFORMED; there is none, or more than one.
    """
    found = children(element, name)
    if len(found) != 1:
        raise LoginRefusedError(RefusalReason.MALFORMED, f"{len(found)} {name} instead of one")
    return found[0]


def text_of(element: etree._Element) -> str:
    """The text of an element that holds nothing else, exactly as it stands there.

    :raises LoginRefusedError: MALFORMED; it has child elements or no text.
    """
    if len(element) or not element.text:
        raise LoginRefusedError(RefusalReason.MALFORMED, f"{etree.QName(element).localname} has no plain text")
    return element.text


def timestamp(at: datetime) -> str:
    """A moment as SAML writes it.

    :param at: aware.
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(value: str | None) -> datetime:
    """A UTC time as SAML writes it, with or without fractions of a second.

    :raises LoginRefusedError: MALFORMED; it is missing or something else.
    """
    try:
        if value is None or not UTC_TIME.fullmatch(value):
            raise ValueError
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise LoginRefusedError(RefusalReason.MALFORMED, "a time is missing or not in UTC") from error
