"""Wlz-signalen: the residents whom a gemeente delivers are compared with the register every day (B-19, Wmo only)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.api import Secrecy, audit, forms, now, read_bsn
from portaal_wlz_registertoets.ciz.register import MOST_COMPARED, CizRegister, Comparison, NoComparisonError
from portaal_wlz_registertoets.consulting import PRODUCT, Asker, masked
from portaal_wlz_registertoets.models import Aanlevering, Inwoner, Signaal, Vergelijking

MOST_RESIDENTS = 100_000
BSN_KEPT_FOR = timedelta(days=90)
MOST_NAMED = 10

GROUND = "wmo2015:2.3.9"  # whether a provision still fits is looked at again from time to time

DELIVER = f"{PRODUCT}.signals_deliver"
WITHDRAW = f"{PRODUCT}.signals_withdraw"
COMPARE = f"{PRODUCT}.signals_compare"
OPEN = f"{PRODUCT}.signal_open"
DEAL_WITH = f"{PRODUCT}.signal_deal_with"


class NotADatFileError(ValueError):
    """A delivery that is not taken.

    :ivar lines: the first lines that are wrong, counted from 1; empty when it is about the file as a whole.
    """

    def __init__(self, lines: Sequence[int] = (), *, too_many: bool = False) -> None:
        super().__init__("not a dat-file")
        self.lines = tuple(lines[:MOST_NAMED])
        self.too_many = too_many


def read_dat_file(content: bytes) -> list[str]:
    """The BSNs of a dat-file: UTF-8 text with one BSN on each line, under an optional first line "BSN".

    Repetitions drop out.

    :raises NotADatFileError: anything else. A file with one wrong line is wrong as a whole: whoever is left out
        silently would never get a signal.
    """
    try:
        lines = [line.strip() for line in content.decode("utf-8-sig").splitlines()]
    except UnicodeDecodeError:
        raise NotADatFileError from None
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line]
    if numbered and numbered[0][1].casefold() == "bsn":
        numbered = numbered[1:]
    if not numbered or len(numbered) > MOST_RESIDENTS:
        raise NotADatFileError(too_many=bool(numbered))
    bsns: dict[str, None] = {}
    wrong = []
    for number, line in numbered:
        try:
            bsns[read_bsn(line)] = None
        except forms.FieldError:
            wrong.append(number)
    if wrong:
        raise NotADatFileError(wrong)
    return list(bsns)


def deliver(dbsession: Session, secrecy: Secrecy, bsns: Sequence[str], asker: Asker) -> None:
    """Replace the dat-file of the gemeente."""
    _replace_current(dbsession, asker.gemeentecode)
    delivered = Aanlevering(
        gemeentecode=asker.gemeentecode, delivered_at=now(), delivered_by=asker.account_id, count=len(bsns)
    )
    dbsession.add(delivered)
    dbsession.flush()
    dbsession.execute(
        sa.insert(Inwoner),
        [
            {
                "aanlevering_id": delivered.id,
                "position": position,
                "sealed": secrecy.seal(bsn, _place(delivered.id, position)),
            }
            for position, bsn in enumerate(bsns, 1)
        ],
    )
    _record(dbsession, DELIVER, asker, "aanlevering", delivered.id, {"count": len(bsns)})


def withdraw(dbsession: Session, asker: Asker) -> None:
    """Take the dat-file back: nobody is compared any more, its BSNs are erased, and what it signalled ends."""
    if _replace_current(dbsession, asker.gemeentecode):
        dbsession.execute(
            sa.update(Signaal)
            .where(Signaal.gemeentecode == asker.gemeentecode, Signaal.ended_at.is_(None))
            .values(ended_at=now())
            .execution_options(synchronize_session=False)
        )
        _record(dbsession, WITHDRAW, asker, "", "", {})


def _replace_current(dbsession: Session, gemeentecode: str) -> bool:
    found = current(dbsession, gemeentecode)
    if found is None:
        return False
    found.replaced_at = now()
    dbsession.execute(
        sa.delete(Inwoner).where(Inwoner.aanlevering_id == found.id).execution_options(synchronize_session=False)
    )
    dbsession.flush()
    return True


def current(dbsession: Session, gemeentecode: str) -> Aanlevering | None:
    """The dat-file that is compared."""
    return dbsession.scalar(
        sa.select(Aanlevering).where(Aanlevering.gemeentecode == gemeentecode, Aanlevering.replaced_at.is_(None))
    )


@dataclass(frozen=True)
class Residents:
    """Whom to compare."""

    aanlevering_id: uuid.UUID
    gemeentecode: str
    bsns: tuple[str, ...] = field(repr=False)


def due(dbsession: Session, secrecy: Secrecy, gemeentecode: str, day: date) -> Residents | None:
    """The residents who were not all compared yet on this day; None when there is nothing to do."""
    found = current(dbsession, gemeentecode)
    if found is None:
        return None
    done = sa.select(Vergelijking.id).where(
        Vergelijking.aanlevering_id == found.id, Vergelijking.day == day, Vergelijking.reason.is_(None)
    )
    if dbsession.scalar(done.limit(1)) is not None:
        return None
    rows = dbsession.execute(
        sa.select(Inwoner.position, Inwoner.sealed).where(Inwoner.aanlevering_id == found.id).order_by(Inwoner.position)
    )
    bsns = tuple(secrecy.open(row.sealed, _place(found.id, row.position)) for row in rows)
    return Residents(found.id, gemeentecode, bsns)


def compare(register: CizRegister, residents: Residents, day: date) -> Comparison:
    """Ask the register about everybody, :data:`MOST_COMPARED` at a time.

    :raises NoComparisonError: one of the questions got no answer; then nothing is concluded for the others either.
    """
    found: set[str] = set()
    register_date: datetime | None = None
    for start in range(0, len(residents.bsns), MOST_COMPARED):
        part = residents.bsns[start : start + MOST_COMPARED]
        answer = register.compare(uuid.uuid4(), residents.gemeentecode, part, day)
        found |= answer.with_indication
        register_date = min(register_date or answer.register_date, answer.register_date)
    if register_date is None:
        raise ValueError("there was nobody to compare")
    return Comparison(register_date, frozenset(found))


def conclude(dbsession: Session, secrecy: Secrecy, residents: Residents, day: date, comparison: Comparison) -> None:
    """Make a signal for everybody who newly has an indication, and end those of who no longer has.

    Nothing comes of a dat-file that was replaced or erased while it was compared.
    """
    delivered = current(dbsession, residents.gemeentecode)
    if delivered is None or delivered.id != residents.aanlevering_id:
        _record_comparison(dbsession, residents, {"compared": len(residents.bsns), "found": 0, "new": 0})
        return
    open_signals = dbsession.scalars(
        sa.select(Signaal).where(Signaal.gemeentecode == residents.gemeentecode, Signaal.ended_at.is_(None))
    ).all()
    still = {digest for bsn in comparison.with_indication for digest in secrecy.hashes(bsn)}
    known = {signal.digest for signal in open_signals}
    for signal in open_signals:
        if signal.digest not in still:
            signal.ended_at = now()
    new = [bsn for bsn in sorted(comparison.with_indication) if not known & set(secrecy.hashes(bsn))]
    dbsession.add_all(_signal(secrecy, residents.gemeentecode, bsn, comparison.register_date) for bsn in new)
    _note(dbsession, residents, day, comparison)
    _record_comparison(
        dbsession, residents,
        {"compared": len(residents.bsns), "found": len(comparison.with_indication), "new": len(new)},
        [secrecy.subject(bsn) for bsn in new],
    )  # fmt: skip


def _record_comparison(
    dbsession: Session, residents: Residents, details: dict[str, object], subjects: Sequence[audit.Subject] = ()
) -> None:
    audit.record(
        dbsession, action=COMPARE, outcome=audit.Outcome.DONE, actor=None, gemeentecode=residents.gemeentecode,
        product=PRODUCT, object_kind="aanlevering", object_id=residents.aanlevering_id, purpose=GROUND,
        details=details, subjects=subjects,
    )  # fmt: skip


def fail(dbsession: Session, residents: Residents, day: date, error: NoComparisonError) -> None:
    """Note that it could not be done; it is tried again later. Some of it was asked, so the trail tells it too."""
    _record_comparison(dbsession, residents, {"compared": 0, "not_determined": error.reason.value})
    dbsession.add(
        Vergelijking(
            aanlevering_id=residents.aanlevering_id, day=day, done_at=now(), register_date=None, compared=0, found=0,
            reason=error.reason,
        )
    )  # fmt: skip


def _note(dbsession: Session, residents: Residents, day: date, comparison: Comparison) -> None:
    dbsession.add(
        Vergelijking(
            aanlevering_id=residents.aanlevering_id, day=day, done_at=now(), register_date=comparison.register_date,
            compared=len(residents.bsns), found=len(comparison.with_indication),
        )
    )  # fmt: skip


def _signal(secrecy: Secrecy, gemeentecode: str, bsn: str, register_date: datetime) -> Signaal:
    signal_id, subject = uuid.uuid4(), secrecy.subject(bsn)
    return Signaal(
        id=signal_id, gemeentecode=gemeentecode, digest=subject.digest, key_id=subject.key_id, masked=masked(bsn),
        sealed=secrecy.seal(bsn, _signal_place(signal_id)), found_at=now(), register_date=register_date,
    )  # fmt: skip


def last_comparison(dbsession: Session, aanlevering: Aanlevering) -> Vergelijking | None:
    """The newest, whether it succeeded or not."""
    return dbsession.scalar(
        sa.select(Vergelijking)
        .where(Vergelijking.aanlevering_id == aanlevering.id)
        .order_by(Vergelijking.done_at.desc())
        .limit(1)
    )


def listed(
    dbsession: Session, gemeentecode: str, *, dealt_with: bool, limit: int, offset: int = 0
) -> Sequence[Signaal]:
    """The signals of a gemeente, newest first: those to deal with, or those dealt with."""
    return dbsession.scalars(
        sa.select(Signaal)
        .where(*_which(gemeentecode, dealt_with=dealt_with))
        .order_by(Signaal.found_at.desc(), Signaal.id)  # one comparison finds many at the same moment
        .limit(limit)
        .offset(offset)
    ).all()


def count(dbsession: Session, gemeentecode: str, *, dealt_with: bool) -> int:
    """How many :func:`listed` would give without a limit."""
    query = sa.select(sa.func.count()).select_from(Signaal).where(*_which(gemeentecode, dealt_with=dealt_with))
    return dbsession.scalar(query) or 0


def _which(gemeentecode: str, *, dealt_with: bool) -> list[sa.ColumnElement[bool]]:
    done = Signaal.dealt_with_at.is_not(None) if dealt_with else Signaal.dealt_with_at.is_(None)
    return [Signaal.gemeentecode == gemeentecode, done]


def find(dbsession: Session, gemeentecode: str, signal_id: uuid.UUID) -> Signaal | None:
    """A signal of a gemeente."""
    return dbsession.scalar(sa.select(Signaal).where(Signaal.id == signal_id, Signaal.gemeentecode == gemeentecode))


def open_signal(dbsession: Session, secrecy: Secrecy, signal: Signaal, asker: Asker) -> str:
    """The BSN of a signal; that it was looked at is recorded. Empty when it was erased already."""
    _record(dbsession, OPEN, asker, "signaal", signal.id, {}, subjects=[audit.Subject(signal.digest, signal.key_id)])
    return secrecy.open(signal.sealed, _signal_place(signal.id)) if signal.sealed else ""


def deal_with(dbsession: Session, signal: Signaal, asker: Asker) -> None:
    """Acknowledge a signal: somebody took it up in the case of the resident."""
    if signal.dealt_with_at is None:
        signal.dealt_with_at, signal.dealt_with_by = now(), asker.account_id
        _record(
            dbsession, DEAL_WITH, asker, "signaal", signal.id, {},
            subjects=[audit.Subject(signal.digest, signal.key_id)],
        )  # fmt: skip


def erase_old_bsns(dbsession: Session, moment: datetime) -> None:
    """Forget the BSN of signals that were dealt with, or ended without, some time ago."""
    done_at = sa.func.coalesce(Signaal.dealt_with_at, Signaal.ended_at)
    dbsession.execute(
        sa.update(Signaal)
        .where(done_at < moment - BSN_KEPT_FOR, Signaal.sealed != "")
        .values(sealed="")
        .execution_options(synchronize_session=False)
    )


def _record(
    dbsession: Session, action: str, asker: Asker, kind: str, object_id: object, details: dict[str, object],
    subjects: Sequence[audit.Subject] = (),
) -> None:  # fmt: skip
    audit.record(
        dbsession, action=action, outcome=audit.Outcome.DONE, actor=asker.account_id, gemeentecode=asker.gemeentecode,
        product=PRODUCT, object_kind=kind, object_id=object_id, purpose=GROUND, details=details, subjects=subjects,
    )  # fmt: skip


def _place(aanlevering_id: uuid.UUID, position: int) -> str:
    return f"inwoner/{aanlevering_id}/{position}"


def _signal_place(signal_id: uuid.UUID) -> str:
    return f"signaal/{signal_id}"
