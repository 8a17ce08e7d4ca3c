"""The questions that the header answers: is it the type it looks like, is it welcome here, who sends it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from lxml import etree

from portaal.berichtenverkeer.envelope.layout import GGK, SOAP, STUF
from portaal.berichtenverkeer.gate.words import finding
from portaal.berichtenverkeer.places import line, local_name
from portaal.berichtenverkeer.standard import MessageType, Party, by_namespace, releases
from portaal.berichtenverkeer.verdict import Expectation, MessageHeader, Refusal, Stage

OTHER_RELEASE = re.compile(
    r"http://www\.istandaarden\.nl/(?P<standard>[a-z]{3,4})/\d{1,2}_\d{1,2}/[a-z]{2,3}\d{3}/schema"
)
# Of StUF-GGk, of StUF itself (its faults), and of SOAP around them: the portal makes these around a message.
ENVELOPES = frozenset({GGK, STUF, SOAP, "http://www.w3.org/2003/05/soap-envelope"})
HEADER = "Header"


def type_of(root: etree._Element, expectation: Expectation) -> MessageType:
    """The type of message that this root element announces.

    :raises Refusal: there is none, or it is not welcome.
    """
    namespace = str(root.tag).rpartition("}")[0].lstrip("{")
    message_type = by_namespace(namespace)
    if message_type is None or local_name(root) != "Bericht":
        other = OTHER_RELEASE.fullmatch(namespace)
        releases_of_it = [r for r in releases() if other and r.standard == other["standard"]]
        if message_type is None and releases_of_it:
            raise Refusal(Stage.TYPE, finding("B41", line(root), release=releases_of_it[-1]))
        raise Refusal(Stage.TYPE, finding("B48" if namespace in ENVELOPES else "B40", line(root)))
    if expectation.berichttypen is not None and message_type.name not in expectation.berichttypen:
        raise Refusal(Stage.TYPE, finding("B45", line(root), berichttype=message_type.name))
    if message_type.root is None:
        raise Refusal(Stage.TYPE, finding("B42", line(root), berichttype=message_type.name))
    return message_type


def read_header(element: etree._Element, message_type: MessageType) -> MessageHeader | None:
    """The header as data, or None when something in it is missing or wrong: the structure will tell what."""
    own, shared = f"{{{message_type.namespace}}}", f"{{{message_type.release.shared_namespace}}}"

    def text(*path: str) -> str:
        return (element.findtext("/".join(path)) or "").strip()

    try:
        dagtekening = date.fromisoformat(text(own + "BerichtIdentificatie", shared + "Dagtekening"))
    except ValueError:
        return None
    header = MessageHeader(
        standard=message_type.release.standard,
        release=message_type.release.version,
        berichttype=message_type.name,
        berichtcode=text(own + "BerichtCode"),
        kind=message_type.kind,
        afzender=text(own + "Afzender"),
        ontvanger=str(Party.CAK) if Party.CAK in message_type.parties else text(own + "Ontvanger"),
        identificatie=text(own + "BerichtIdentificatie", shared + "Identificatie"),
        dagtekening=dagtekening,
    )
    return header if header.afzender and header.ontvanger and header.identificatie else None


def check_versions(element: etree._Element, message_type: MessageType) -> None:
    """BerichtCode, BerichtVersie and BerichtSubversie must be those of the type.

    Ones that are missing are left to the structure, which says so in its own words.

    :raises Refusal: one is another.
    """
    own = f"{{{message_type.namespace}}}"
    major, minor = message_type.release.number
    for name, expected in {
        "BerichtCode": message_type.code,
        "BerichtVersie": str(major),
        "BerichtSubversie": str(minor),
    }.items():
        part = element.find(own + name)
        if part is not None and (part.text or "").strip() != expected:
            code = "B43" if name == "BerichtCode" else "B44"
            words: dict[str, Any] = {
                "berichttype": message_type.name,
                "berichtcode": message_type.code,
                "release": message_type.release,
            }
            raise Refusal(Stage.TYPE, finding(code, line(part), f"{HEADER}/{name}", **words))


def check_sender(element: etree._Element, message_type: MessageType, expectation: Expectation) -> None:
    """The sender must be the gemeente that is expected, if one is.

    In the header of a retour the parties are those of the heen (IV028): its sender stands under Ontvanger.

    :raises Refusal: it is somebody else.
    """
    if expectation.afzender_gemeente is None:
        return
    if message_type.sender is not Party.GEMEENTE:
        raise Refusal(Stage.SENDER, finding("B47", line(element), HEADER, berichttype=message_type.name))
    name = "Afzender" if message_type.header_sender is Party.GEMEENTE else "Ontvanger"
    part = element.find(f"{{{message_type.namespace}}}{name}")
    if part is None or (part.text or "").strip() != expectation.afzender_gemeente:
        where = element if part is None else part
        raise Refusal(Stage.SENDER, finding("B46", line(where), f"{HEADER}/{name}"))
