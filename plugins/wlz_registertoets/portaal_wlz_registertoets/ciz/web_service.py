"""The register as a web service over TLS with a client certificate, by our contract."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from portaal.api import now, outbound
from portaal_wlz_registertoets.ciz.breaker import Breaker
from portaal_wlz_registertoets.ciz.judge import FAILURES, judge, judge_comparison, of_register_date, of_status
from portaal_wlz_registertoets.ciz.messages import (
    NotTheContractError,
    Raadpleging,
    Status,
    Vergelijking,
    read,
    write,
)
from portaal_wlz_registertoets.ciz.register import Comparison, NoComparisonError, Question
from portaal_wlz_registertoets.outcome import Answer, Reason

log = logging.getLogger(__name__)

# These say something about the question or the register's content, not about whether the register works.
_NO_FAILURE = frozenset({None, Reason.VRAAG_AFGEKEURD, Reason.REGISTER_VEROUDERD})
_HEADERS = {"Content-Type": "application/json"}


class WebServiceRegister:
    """Asks once per question and never again by itself; whether to ask again is for people.

    :param oin: the number by which the CIZ knows the gemeente.
    :param oldest: how old the register may be.
    """

    def __init__(self, endpoint: outbound.Endpoint, oin: str, oldest: timedelta, breaker: Breaker) -> None:
        self._endpoint = endpoint
        self._oin = oin
        self._oldest = oldest
        self._breaker = breaker

    def ask(self, question: Question) -> Answer:
        """See :class:`~portaal_wlz_registertoets.ciz.register.CizRegister`."""
        if not self._breaker.admits():
            return Answer.unknown(Reason.ONDERBROKEN)
        message = Raadpleging(
            verzoek_id=question.request_id,
            oin=self._oin,
            gemeentecode=question.gemeentecode,
            bsn=question.bsn,
            peildatum=question.peildatum,
            grondslag=question.ground,
        )
        try:
            reply = outbound.call(self._endpoint, "POST", "/v1/raadplegingen", body=write(message), headers=_HEADERS)
            answer = judge(question, reply, now(), self._oldest)
        except outbound.OutboundError as error:
            answer = Answer.unknown(FAILURES[error.failure])
        self._note(question.request_id, answer.reason)
        return answer

    def compare(self, request_id: uuid.UUID, gemeentecode: str, bsns: Sequence[str], peildatum: date) -> Comparison:
        """See :class:`~portaal_wlz_registertoets.ciz.register.CizRegister`."""
        if not self._breaker.admits():
            raise NoComparisonError(Reason.ONDERBROKEN)
        message = Vergelijking(
            verzoek_id=request_id, oin=self._oin, gemeentecode=gemeentecode, peildatum=peildatum, bsns=tuple(bsns)
        )
        try:
            reply = outbound.call(self._endpoint, "POST", "/v1/vergelijkingen", body=write(message), headers=_HEADERS)
            found = judge_comparison((request_id, peildatum, frozenset(bsns)), reply, now(), self._oldest)
        except outbound.OutboundError as error:
            self._note(request_id, FAILURES[error.failure])
            raise NoComparisonError(FAILURES[error.failure]) from error
        except NoComparisonError as error:
            self._note(request_id, error.reason)
            raise
        self._note(request_id, None)
        return found

    def status(self) -> datetime | Reason:
        """See :class:`~portaal_wlz_registertoets.ciz.register.CizRegister`. Whoever asks wants to know it now."""
        try:
            reply = outbound.call(self._endpoint, "GET", "/v1/status", headers={"X-Oin": self._oin})
            reason = of_status(reply.status)
            if reason is not None:
                return reason
            stand = read(Status, reply.content_type, reply.body).register_stand
        except outbound.OutboundError as error:
            return FAILURES[error.failure]
        except NotTheContractError:
            return Reason.ANTWOORD_ONBRUIKBAAR
        return of_register_date(stand, now(), self._oldest) or stand

    def _note(self, request_id: uuid.UUID, reason: Reason | None) -> None:
        if reason in _NO_FAILURE:
            self._breaker.succeeded()
        else:
            self._breaker.failed()
        log.info("register asked", extra={"question": str(request_id), "reason": reason and reason.value})
