"""The artifact: a ticket that the browser brings, exchanged for the answer behind its back (rule 16)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

from lxml import etree

from portaal.eherkenning.parties import Makelaar, ServiceProvider
from portaal.eherkenning.signature import sign
from portaal.eherkenning.xml import SAML, SAMLP, SOAP, only_child, parse, q, timestamp
from portaal.login.refusal import LoginRefusedError, RefusalReason
from portaal.outbound import Endpoint, Failure, OutboundError, call, split_address

TYPE_CODE = b"\x00\x04"
LENGTH = 44
SECONDS = 10.0
SOAP_ACTION = "http://www.oasis-open.org/committees/security"
# For logs and the shell: why there was no answer.
WHY = {
    Failure.NOT_ALLOWED: "the address lies in our own network, or is not https",
    Failure.UNREACHABLE: "nobody answers there",
    Failure.TLS: "their certificate or ours is not accepted",
    Failure.TIMEOUT: "no answer in time",
    Failure.BROKEN: "no whole answer over HTTP",
    Failure.TOO_LARGE: "too large an answer",
}


def address_of(artifact: str, makelaar: Makelaar) -> str:
    """Where an artifact of this makelaar is exchanged: an address from its metadata, never from the message.

    :raises LoginRefusedError: MALFORMED or WRONG_PARTY.
    """
    try:
        raw = base64.b64decode(artifact, validate=True)
    except (binascii.Error, ValueError) as error:
        raise LoginRefusedError(RefusalReason.MALFORMED, "the artifact is not base64") from error
    if len(raw) != LENGTH or raw[:2] != TYPE_CODE:
        raise LoginRefusedError(RefusalReason.MALFORMED, "the artifact is not of type 4")
    source = hashlib.sha1(makelaar.entity_id.encode(), usedforsecurity=False).digest()
    if not compare_digest(raw[4:24], source):
        raise LoginRefusedError(RefusalReason.WRONG_PARTY, "the artifact is of another makelaar")
    try:
        return makelaar.artifact_urls[int.from_bytes(raw[2:4])]
    except KeyError as error:
        raise LoginRefusedError(RefusalReason.WRONG_PARTY, "the artifact names an unknown service") from error


@dataclass(frozen=True)
class ArtifactAnswer:
    """What came back, unverified, and the id of our question."""

    question_id: str
    element: etree._Element


class ArtifactResolver:
    """Exchanges artifacts with makelaars.

    :param certificate: our client certificate for makelaars that ask for one, PEM; with its key.
    :param authority: the certificates that theirs must be issued under, PEM; without it, those of the machine.
    """

    def __init__(self, certificate: str = "", key: str = "", authority: str = "") -> None:
        self._tls: dict[str, Any] = {"certificate": certificate, "key": key, "authority": authority}

    def resolve(self, provider: ServiceProvider, makelaar: Makelaar, artifact: str, now: datetime) -> ArtifactAnswer:
        """The ArtifactResponse for an artifact, not yet verified.

        :raises LoginRefusedError: MALFORMED or WRONG_PARTY for an artifact that is not this makelaar's, UNREACHABLE
            when the makelaar does not answer, MALFORMED when its answer is no SOAP.
        """
        url = address_of(artifact, makelaar)
        question_id = f"_{secrets.token_hex(20)}"
        reply = self.ask(url, _question(provider, url, artifact, question_id, now), makelaar.content_type)
        return ArtifactAnswer(question_id, read_envelope(reply))

    def ask(self, url: str, question: bytes, content_type: str) -> bytes:
        """The answer to a SOAP message. Redirects are not followed.

        :raises LoginRefusedError: UNREACHABLE; there is none in time, or it is no success.
        """
        origin, path = split_address(url)
        endpoint = Endpoint(origin, timeout=SECONDS, **self._tls)
        headers = {
            "Content-Type": f"{content_type}; charset=UTF-8",
            "Accept": content_type,
            "SOAPAction": SOAP_ACTION,
        }
        try:
            reply = call(endpoint, "POST", path, body=question, headers=headers, framed=False)
        except OutboundError as error:
            raise LoginRefusedError(
                RefusalReason.UNREACHABLE, f"the makelaar cannot be reached: {WHY[error.failure]}"
            ) from error
        if reply.status != 200:
            raise LoginRefusedError(RefusalReason.UNREACHABLE, f"the makelaar answers with status {reply.status}")
        return reply.body


def read_envelope(body: bytes) -> etree._Element:
    """The ArtifactResponse in a SOAP envelope.

    :raises LoginRefusedError: MALFORMED; it is something else.
    """
    envelope = parse(body)
    if envelope.tag != q("soap:Envelope"):
        raise LoginRefusedError(RefusalReason.MALFORMED, "the answer is no SOAP envelope")
    return only_child(only_child(envelope, "soap:Body"), "samlp:ArtifactResponse")


def _question(provider: ServiceProvider, address: str, artifact: str, identifier: str, now: datetime) -> bytes:
    element = etree.Element(
        q("samlp:ArtifactResolve"),
        nsmap={"samlp": SAMLP, "saml": SAML},
        ID=identifier,
        Version="2.0",
        IssueInstant=timestamp(now),
        Destination=address,
    )
    etree.SubElement(element, q("saml:Issuer")).text = provider.entity_id
    etree.SubElement(element, q("samlp:Artifact")).text = artifact
    pair = provider.signing_pair(now)
    envelope = etree.Element(q("soap:Envelope"), nsmap={"soap": SOAP})
    etree.SubElement(envelope, q("soap:Body")).append(sign(element, pair.key, pair.certificate))
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")
