"""What a partner's answer means: arrived, refused for good, or try again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from portaal.berichtenverkeer.envelope import Confirmation, EnvelopeError, Fault, Plek, read


class Outcome(StrEnum):
    BEVESTIGD = "bevestigd"
    GEWEIGERD = "geweigerd"  # permanent: the same message will be refused again
    OPNIEUW = "opnieuw"  # it may have arrived or not; the referentienummer makes trying again harmless


@dataclass(frozen=True)
class Answer:
    """How one attempt went.

    :param code: for the timeline and the log: the partner's fault code, or a word of ours. Never a text of theirs.
    :param reached: whether the partner was there at all; if not, it is left alone for a while. None where the
        fault is ours, which says nothing of the partner.
    """

    outcome: Outcome
    code: str
    reached: bool | None = True


# Refusals that are about the moment, not about the message.
_TEMPORARY_STATUS = frozenset({408, 425, 429})


def classify(status: int, body: bytes, reference_id: str) -> Answer:
    """Judge an HTTP answer to a Di01, Du01 or Fo01 with this referentienummer.

    A Bv03 on this message is the only confirmation. A fault of the sender (SOAP Client, StUF "client", HTTP 4xx) is
    permanent; everything else is tried again.
    """
    try:
        answer = read(body)
    except EnvelopeError:
        answer = None
    if isinstance(answer, Confirmation) and 200 <= status < 300:
        if answer.cross_reference_id == reference_id:
            return Answer(Outcome.BEVESTIGD, "Bv03")
        return Answer(Outcome.OPNIEUW, "ander_bericht", reached=False)
    if isinstance(answer, Fault):
        code = _known_characters(answer.foutcode) or f"http_{status}"
        if answer.plek is Plek.CLIENT:
            return Answer(Outcome.GEWEIGERD, code)
        return Answer(Outcome.OPNIEUW, code, reached=False)
    if 400 <= status < 500 and status not in _TEMPORARY_STATUS:
        return Answer(Outcome.GEWEIGERD, f"http_{status}")
    return Answer(Outcome.OPNIEUW, f"http_{status}", reached=False)


def _known_characters(code: str) -> str:
    """A fault code of another, fit to be stored: letters and digits."""
    return code if code.isascii() and code.isalnum() else ""
