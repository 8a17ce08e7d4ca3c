"""Trying out the connection to a makelaar without anybody logging in."""

from __future__ import annotations

import base64
import enum
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from portaal.eherkenning.artifact import WHY, ArtifactResolver
from portaal.eherkenning.expiry import Urgency, expiring
from portaal.eherkenning.parties import Makelaar, ServiceProvider
from portaal.eherkenning.signature import verify
from portaal.eherkenning.xml import moment
from portaal.login.refusal import LoginRefusedError, RefusalReason
from portaal.outbound import Endpoint, OutboundError, call, split_address

FAST = timedelta(seconds=5)
# What to do about an exchange that fails.
ADVICE = {
    RefusalReason.UNREACHABLE: "Check the address, the firewall, eherkenning.ca_file, eherkenning.client_certificate, "
    "and whether the makelaar has our metadata as it is now.",
    RefusalReason.SIGNATURE: "Their keys are others than in their metadata: ask for it anew, or 'makelaar renew'.",
    RefusalReason.MALFORMED: "Ask the makelaar where artifacts are exchanged, and with which content type.",
}


class Verdict(enum.StrEnum):
    """How something is."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True)
class Remark:
    """One thing that was tried, and what came of it."""

    verdict: Verdict
    text: str


def probe(provider: ServiceProvider, makelaar: Makelaar, resolver: ArtifactResolver, now: datetime) -> Iterator[Remark]:
    """Certificates, addresses, and whether the makelaar understands a question of ours and we its answer."""
    yield from certificates(provider, makelaar, now)
    for url in sorted(set(makelaar.sso_urls.values())):
        yield _reach(url)
    for index in makelaar.artifact_urls:
        yield from _exchange(provider, makelaar, resolver, index, now)


def certificates(provider: ServiceProvider, makelaar: Makelaar, now: datetime) -> Iterator[Remark]:
    """What is to be said of the certificates of both."""
    ending = expiring(provider, [makelaar], now)
    for expiry in ending:
        yield Remark(Verdict.WRONG if expiry.urgency is Urgency.ENDED else Verdict.WARNING, str(expiry))
    if not ending:
        yield Remark(Verdict.OK, "no certificate ends within 60 days")


def _reach(url: str) -> Remark:
    """Whether somebody answers there; what they say is for browsers."""
    origin, path = split_address(url)
    try:
        reply = call(Endpoint(origin), "GET", path)
    except OutboundError as error:
        return Remark(Verdict.WARNING, f"{url} (where people log in) cannot be reached from here: {WHY[error.failure]}")
    return Remark(Verdict.OK, f"{url} (where people log in) answers with status {reply.status}")


def _exchange(
    provider: ServiceProvider, makelaar: Makelaar, resolver: ArtifactResolver, index: int, now: datetime
) -> Iterator[Remark]:
    """Ask for an artifact that nobody made: the answer is empty, but must be signed by the makelaar."""
    url = makelaar.artifact_urls[index]
    try:
        answer = resolver.resolve(provider, makelaar, _unknown_artifact(makelaar, index), now)
        signed = verify(answer.element, makelaar.certificates)
        issued_at = moment(signed.get("IssueInstant"))
    except LoginRefusedError as error:
        advice = ADVICE.get(error.reason, "")
        yield Remark(Verdict.WRONG, f"{url} (where artifacts are exchanged): {error.detail}. {advice}".rstrip(" ."))
        return
    yield Remark(Verdict.OK, f"{url} (where artifacts are exchanged) answers us, signed with a key from its metadata")
    if signed.get("InResponseTo") != answer.question_id:
        yield Remark(Verdict.WRONG, f"{url} answers another question than ours")
    if abs(issued_at - now) > FAST:
        seconds = round((issued_at - now).total_seconds())
        yield Remark(Verdict.WARNING, f"the makelaar's clock differs {seconds} seconds from ours: check NTP")


def _unknown_artifact(makelaar: Makelaar, index: int) -> str:
    source = hashlib.sha1(makelaar.entity_id.encode(), usedforsecurity=False).digest()
    return base64.b64encode(b"\x00\x04" + index.to_bytes(2) + source + secrets.token_bytes(20)).decode()
