"""A consultation in two steps: written down before the register is asked, its outcome before anybody sees it.

So there is no question without a line in the audit trail, and no answer either. In between no transaction is open.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.api import Secrecy, audit, now
from portaal_wlz_registertoets.ciz.register import CizRegister, Question
from portaal_wlz_registertoets.models import Flag, Medewerker, Raadpleging
from portaal_wlz_registertoets.outcome import Answer, Reason

PRODUCT = "wlz_registertoets"
ASK = f"{PRODUCT}.ask"
CONSULT = f"{PRODUCT}.consult"


@dataclass(frozen=True)
class Why:
    """For what day, on which ground, for what reason and in which case."""

    peildatum: date
    ground: str
    aanleiding: str
    zaakkenmerk: str


@dataclass(frozen=True)
class Asker:
    """Who asks, for which gemeente."""

    account_id: uuid.UUID
    gemeentecode: str


@dataclass(frozen=True)
class Announced:
    """A consultation that was written down and may be carried out now."""

    question: Question
    asker: Asker
    why: Why
    flag: Flag | None
    subject: audit.Subject = field(repr=False)


class AlreadyAskedError(Exception):
    """A consultation with this id exists: the page was sent twice."""


def announce(
    dbsession: Session,
    secrecy: Secrecy,
    consultation_id: uuid.UUID,
    bsn: str,
    why: Why,
    asker: Asker,
    *,
    list_id: uuid.UUID | None = None,
) -> Announced:
    """Write down that this will be asked. Commit before asking.

    :raises AlreadyAskedError: it was asked before.
    """
    subject = secrecy.subject(bsn)
    flag = _flag(dbsession, secrecy, bsn, asker)
    try:
        with dbsession.begin_nested():
            dbsession.add(
                Raadpleging(
                    id=consultation_id,
                    gemeentecode=asker.gemeentecode,
                    account_id=asker.account_id,
                    list_id=list_id,
                    asked_at=now(),
                    peildatum=why.peildatum,
                    ground=why.ground,
                    aanleiding=why.aanleiding,
                    zaakkenmerk=why.zaakkenmerk,
                    digest=subject.digest,
                    key_id=subject.key_id,
                    masked=masked(bsn),
                    flag=flag,
                )
            )
    except sa.exc.IntegrityError:
        raise AlreadyAskedError from None
    question = Question(consultation_id, asker.gemeentecode, bsn, why.peildatum, why.ground)
    announced = Announced(question, asker, why, flag, subject)
    _record(dbsession, ASK, announced, {})
    return announced


def carry_out(register: CizRegister | None, announced: Announced) -> Answer:
    """Ask the register; without one nothing can be determined."""
    return register.ask(announced.question) if register else Answer.unknown(Reason.NIET_INGERICHT)


def conclude(dbsession: Session, announced: Announced, answer: Answer, *, decision_shown: bool = False) -> None:
    """Write down the outcome, and whether the decision will be shown. Show it only if this was committed."""
    row = dbsession.get_one(Raadpleging, announced.question.request_id)
    row.outcome, row.reason, row.register_date = answer.outcome, answer.reason, answer.register_date
    row.decision_shown = decision_shown
    _record(
        dbsession, CONSULT, announced,
        {
            "outcome": answer.outcome.value,
            "not_determined": answer.reason and answer.reason.value,
            "register_date": answer.register_date and answer.register_date.isoformat(),
            "decision_shown": decision_shown or None,
        },
    )  # fmt: skip


def refuse(dbsession: Session, asker: Asker, limit: str) -> None:
    """Write down that somebody asked more than they may."""
    audit.record(
        dbsession,
        action=CONSULT,
        outcome=audit.Outcome.DENIED,
        actor=asker.account_id,
        gemeentecode=asker.gemeentecode,
        product=PRODUCT,
        details={"reason": "limit", "limit": limit},
    )


def masked(bsn: str) -> str:
    """As it stands in lists: enough to tell one's own questions apart."""
    return f"•••••••{bsn[-2:]}"


def _flag(dbsession: Session, secrecy: Secrecy, bsn: str, asker: Asker) -> Flag | None:
    whose = dbsession.scalars(
        sa.select(Medewerker.account_id).where(
            Medewerker.gemeentecode == asker.gemeentecode, Medewerker.digest.in_(secrecy.hashes(bsn))
        )
    ).all()
    if not whose:
        return None
    return Flag.EIGEN if asker.account_id in whose else Flag.COLLEGA


def _record(dbsession: Session, action: str, announced: Announced, details: dict[str, Any]) -> None:
    why = announced.why
    every = {
        "peildatum": why.peildatum.isoformat(),
        "aanleiding": why.aanleiding,
        "zaakkenmerk": why.zaakkenmerk,
        "flag": announced.flag and announced.flag.value,
        **details,
    }
    audit.record(
        dbsession,
        action=action,
        outcome=audit.Outcome.DONE,
        actor=announced.asker.account_id,
        gemeentecode=announced.asker.gemeentecode,
        product=PRODUCT,
        object_kind="raadpleging",
        object_id=announced.question.request_id,
        purpose=why.ground,
        details={name: value for name, value in every.items() if value is not None},
        subjects=[announced.subject],
    )
