"""What an answer of the register is worth. Whatever raises a doubt is "not determined"; no is never a guess."""

from __future__ import annotations

from datetime import datetime, timedelta

from portaal.api import outbound
from portaal_wlz_registertoets.ciz.messages import (
    BesluitMessage,
    NotTheContractError,
    RaadplegingAntwoord,
    VergelijkingAntwoord,
    read,
)
from portaal_wlz_registertoets.ciz.register import Comparison, NoComparisonError, Question
from portaal_wlz_registertoets.outcome import Answer, Besluit, Reason, WlzOutcome

CLOCKS_MAY_DIFFER = timedelta(minutes=5)

FAILURES = {
    outbound.Failure.NOT_ALLOWED: Reason.NIET_BEREIKBAAR,
    outbound.Failure.UNREACHABLE: Reason.NIET_BEREIKBAAR,
    outbound.Failure.TLS: Reason.BEVEILIGING,
    outbound.Failure.TIMEOUT: Reason.GEEN_ANTWOORD,
    outbound.Failure.BROKEN: Reason.ANTWOORD_ONBRUIKBAAR,
    outbound.Failure.TOO_LARGE: Reason.ANTWOORD_ONBRUIKBAAR,
}
_STATUSES = {
    400: Reason.VRAAG_AFGEKEURD,
    401: Reason.GEWEIGERD,
    403: Reason.GEWEIGERD,
    422: Reason.VRAAG_AFGEKEURD,
    429: Reason.TE_DRUK,
}


def of_status(status: int) -> Reason | None:
    """What a status other than 200 means."""
    if status == 200:
        return None
    return _STATUSES.get(status, Reason.STORING if 500 <= status < 600 else Reason.ANTWOORD_ONBRUIKBAAR)


def of_register_date(stand: datetime, now: datetime, oldest: timedelta) -> Reason | None:
    """Whether the register is of a moment that can be relied on."""
    if stand > now + CLOCKS_MAY_DIFFER:
        return Reason.ANTWOORD_ONBRUIKBAAR
    return Reason.REGISTER_VEROUDERD if stand < now - oldest else None


def judge(question: Question, reply: outbound.Reply, now: datetime, oldest: timedelta) -> Answer:
    """The answer to a question.

    :param oldest: how old the register may be.
    """
    reason = of_status(reply.status)
    if reason is not None:
        return Answer.unknown(reason)
    try:
        message = read(RaadplegingAntwoord, reply.content_type, reply.body)
    except NotTheContractError:
        return Answer.unknown(Reason.ANTWOORD_ONBRUIKBAAR)
    asked = (question.request_id, question.bsn, question.peildatum)
    if (message.verzoek_id, message.bsn, message.peildatum) != asked or _contradicts(message):
        return Answer.unknown(Reason.ANTWOORD_ONBRUIKBAAR)
    reason = of_register_date(message.register_stand, now, oldest)
    if reason is not None:
        return Answer.unknown(reason)
    return Answer(
        WlzOutcome(message.uitkomst),
        register_date=message.register_stand,
        besluit=_besluit(message.besluit) if message.besluit else None,
    )


def _contradicts(message: RaadplegingAntwoord) -> bool:
    """No with a decision, or a decision that does not hold on the day that was asked for."""
    besluit = message.besluit
    if besluit is None:
        return False
    ended = besluit.einddatum is not None and besluit.einddatum < message.peildatum
    return message.uitkomst == "nee" or besluit.ingangsdatum > message.peildatum or ended


def _besluit(message: BesluitMessage) -> Besluit:
    return Besluit(message.datum, message.ingangsdatum, message.einddatum)


def judge_comparison(
    asked: tuple[object, object, frozenset[str]], reply: outbound.Reply, now: datetime, oldest: timedelta
) -> Comparison:
    """The outcome of a comparison.

    :param asked: request id, day and BSNs of the question.
    :raises NoComparisonError: see :func:`judge`.
    """
    reason = of_status(reply.status)
    if reason is not None:
        raise NoComparisonError(reason)
    try:
        message = read(VergelijkingAntwoord, reply.content_type, reply.body)
    except NotTheContractError:
        raise NoComparisonError(Reason.ANTWOORD_ONBRUIKBAAR) from None
    request_id, peildatum, bsns = asked
    found = frozenset(message.met_indicatie)
    same_question = message.verzoek_id == request_id and message.peildatum == peildatum and message.aantal == len(bsns)
    if not same_question or not found <= bsns or len(found) != len(message.met_indicatie):
        raise NoComparisonError(Reason.ANTWOORD_ONBRUIKBAAR)
    reason = of_register_date(message.register_stand, now, oldest)
    if reason is not None:
        raise NoComparisonError(reason)
    return Comparison(message.register_stand, found)
