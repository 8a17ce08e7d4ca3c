"""Several citizens at once: a list of lines, each with its own outcome, asked a few at a time.

A list is worked on only while its owner looks at it: every few seconds the browser asks to go on, and with that
everything is checked again. So nothing runs on behind somebody whose role was withdrawn, and nothing needs to be
resumed after a crash. What was asked stays, whatever happens to the rest.
"""

from __future__ import annotations

import csv
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from translationstring import TranslationString

from portaal.api import Secrecy, audit, forms, now, read_bsn
from portaal_wlz_registertoets.consulting import PRODUCT, AlreadyAskedError, Announced, Asker, Why, announce
from portaal_wlz_registertoets.models import Lijst, LijstRegel, Raadpleging
from portaal_wlz_registertoets.outcome import Reason, WlzOutcome
from portaal_wlz_registertoets.words import REASONS

LIFETIME = timedelta(hours=1)
LONGEST_LINE = 40
COLUMN = "bsn"
CREATE = f"{PRODUCT}.list"
AGAIN = f"{PRODUCT}.list_again"
CLOSE = f"{PRODUCT}.list_close"
EXPORT = f"{PRODUCT}.export_list"


@dataclass(frozen=True)
class TypedLine:
    """A line as it was typed, and the BSN in it; None where it is none."""

    typed: str = field(repr=False)
    bsn: str | None = field(repr=False)


class UnclearColumnsError(ValueError):
    """There are several columns, and none of them is called BSN, or several are."""


def read_lines(text: str) -> list[TypedLine]:
    """The lines of what was pasted: one BSN each, or a CSV with a column BSN. Empty lines and repetitions drop out.

    :raises UnclearColumnsError: a line has several values and the first line does not say which one is the BSN.
    """
    text = text.removeprefix("\ufeff")  # the mark with which many programs begin a file in UTF-8
    first_line = text.strip().partition("\n")[0]  # a name further on may hold any of them
    delimiter = next((mark for part in (first_line, text) for mark in ";\t," if mark in part), ";")
    # Line by line: a quotation mark that is not closed must not swallow the lines after it.
    cells = (
        [cell.strip() for row in csv.reader([line], delimiter=delimiter) for cell in row] for line in text.splitlines()
    )
    table = [row for row in cells if any(row)]
    heads = [cell.casefold() for cell in table[0]] if table else []
    if heads.count(COLUMN) > 1:
        raise UnclearColumnsError
    if COLUMN in heads:
        place = heads.index(COLUMN)
        typed = [row[place] if place < len(row) else "" for row in table[1:]]
    elif any(sum(map(bool, row)) > 1 for row in table):
        raise UnclearColumnsError
    else:
        typed = [next(cell for cell in row if cell) for row in table]
    lines: dict[str, TypedLine] = {}
    for value in typed:
        line = _line(value)
        lines.setdefault(line.bsn or line.typed, line)
    return list(lines.values())


def _line(typed: str) -> TypedLine:
    try:
        return TypedLine(typed[:LONGEST_LINE], read_bsn(typed))
    except forms.FieldError:
        return TypedLine(typed[:LONGEST_LINE], None)


def create(
    dbsession: Session, secrecy: Secrecy, list_id: uuid.UUID, lines: Sequence[TypedLine], why: Why, asker: Asker
) -> None:
    """Keep the list, its lines sealed.

    :raises AlreadyAskedError: there is a list with this id: the page was sent twice.
    """
    moment = now()
    made = Lijst(
        id=list_id, gemeentecode=asker.gemeentecode, account_id=asker.account_id, created_at=moment,
        expires_at=moment + LIFETIME, peildatum=why.peildatum, ground=why.ground, aanleiding=why.aanleiding,
        zaakkenmerk=why.zaakkenmerk, length=len(lines),
    )  # fmt: skip
    try:
        with dbsession.begin_nested():
            dbsession.add(made)
    except sa.exc.IntegrityError:
        raise AlreadyAskedError from None
    dbsession.add_all(
        LijstRegel(
            list_id=list_id, position=position, valid=line.bsn is not None,
            sealed=secrecy.seal(line.bsn or line.typed, _place(list_id, position)),
        )
        for position, line in enumerate(lines, 1)
    )  # fmt: skip
    _record(
        dbsession, CREATE, made,
        {"length": len(lines), "aanleiding": why.aanleiding, "zaakkenmerk": why.zaakkenmerk},
    )  # fmt: skip


def find(dbsession: Session, list_id: uuid.UUID, asker: Asker) -> Lijst | None:
    """An open list of this person for this gemeente."""
    return dbsession.scalar(sa.select(Lijst).where(Lijst.id == list_id, *_open(asker)))


def open_lists(dbsession: Session, asker: Asker) -> Sequence[Lijst]:
    """The open lists of this person, newest first."""
    return dbsession.scalars(sa.select(Lijst).where(*_open(asker)).order_by(Lijst.created_at.desc())).all()


def _open(asker: Asker) -> list[sa.ColumnElement[bool]]:
    with_lines = sa.exists().where(LijstRegel.list_id == Lijst.id)
    return [
        Lijst.account_id == asker.account_id, Lijst.gemeentecode == asker.gemeentecode, Lijst.expires_at > now(),
        with_lines,
    ]  # fmt: skip


@dataclass(frozen=True)
class ShownLine:
    """A line with what is known of it.

    :ivar outcome: None as long as it was not asked.
    :ivar explanation: why there is no outcome; None where there is one.
    """

    position: int
    text: str = field(repr=False)
    outcome: WlzOutcome | None
    explanation: TranslationString | None
    register_date: datetime | None


def shown_lines(dbsession: Session, secrecy: Secrecy, list_id: uuid.UUID) -> list[ShownLine]:
    """Every line of a list, in order."""
    rows = dbsession.execute(
        sa.select(
            LijstRegel.position,
            LijstRegel.sealed,
            LijstRegel.valid,
            LijstRegel.raadpleging_id,
            Raadpleging.outcome,
            Raadpleging.reason,
            Raadpleging.register_date,
        )
        .outerjoin(Raadpleging, Raadpleging.id == LijstRegel.raadpleging_id)
        .where(LijstRegel.list_id == list_id)
        .order_by(LijstRegel.position)
    )
    shown = []
    for row in rows:
        outcome, explanation = row.outcome, REASONS[row.reason] if row.reason else None
        text = secrecy.open(row.sealed, _place(list_id, row.position))
        if not row.valid:
            outcome, explanation = WlzOutcome.NIET_BEPAALD, _what_is_wrong_with(text)
        elif row.raadpleging_id is not None and outcome is None:
            outcome, explanation = WlzOutcome.NIET_BEPAALD, REASONS[Reason.NIET_AFGEMAAKT]
        shown.append(ShownLine(row.position, text, outcome, explanation, row.register_date))
    return shown


def _what_is_wrong_with(typed: str) -> TranslationString:
    """Said of each line: a spreadsheet that drops the first 0 leaves 8 digits."""
    try:
        read_bsn(typed)
    except forms.FieldError as error:
        return error.message
    return REASONS[Reason.ONGELDIG_BSN]


def announce_next(dbsession: Session, secrecy: Secrecy, list_id: uuid.UUID, why: Why, asker: Asker) -> Announced | None:
    """Write down that the next line will be asked; None when there is none left. See :func:`consulting.announce`."""
    while True:
        line = dbsession.execute(
            sa.select(LijstRegel.position, LijstRegel.sealed, LijstRegel.attempt)
            .where(*_still_to_ask(list_id))
            .order_by(LijstRegel.position)
            .limit(1)
        ).one_or_none()
        if line is None:
            return None
        bsn = secrecy.open(line.sealed, _place(list_id, line.position))
        # Known by its place, so that two tabs with the same list cannot both ask it.
        consultation_id = uuid.uuid5(list_id, f"{line.position}/{line.attempt}")
        try:
            announced = announce(dbsession, secrecy, consultation_id, bsn, why, asker, list_id=list_id)
        except AlreadyAskedError:
            announced = None
        dbsession.execute(
            sa.update(LijstRegel)
            .where(LijstRegel.list_id == list_id, LijstRegel.position == line.position)
            .values(raadpleging_id=consultation_id)
            .execution_options(synchronize_session=False)
        )
        if announced is not None:
            return announced


def _still_to_ask(list_id: uuid.UUID) -> list[sa.ColumnElement[bool]]:
    return [LijstRegel.list_id == list_id, LijstRegel.valid.is_(True), LijstRegel.raadpleging_id.is_(None)]


def undetermined(dbsession: Session, list_id: uuid.UUID) -> list[int]:
    """The places of the lines that were asked without an answer."""
    return list(
        dbsession.scalars(
            sa.select(LijstRegel.position)
            .join(Raadpleging, Raadpleging.id == LijstRegel.raadpleging_id)
            .where(
                LijstRegel.list_id == list_id,
                sa.or_(Raadpleging.outcome.is_(None), Raadpleging.outcome == WlzOutcome.NIET_BEPAALD),
            )
        )
    )


def ask_again(dbsession: Session, found: Lijst, positions: Sequence[int]) -> None:
    """Have these lines asked once more; what was asked before stays in the audit trail and the reports."""
    dbsession.execute(
        sa.update(LijstRegel)
        .where(LijstRegel.list_id == found.id, LijstRegel.position.in_(positions))
        .values(raadpleging_id=None, attempt=LijstRegel.attempt + 1)
        .execution_options(synchronize_session=False)
    )
    _record(dbsession, AGAIN, found, {"count": len(positions)})


def close(dbsession: Session, found: Lijst) -> None:
    """Erase a list now instead of when its hour is over, because whoever made it asks so."""
    erase(dbsession, Lijst.id == found.id)
    _record(dbsession, CLOSE, found, {})


def erase(dbsession: Session, *condition: sa.ColumnElement[bool]) -> None:
    """Forget the lines of these lists, and with them the BSNs."""
    lists = sa.select(Lijst.id).where(*condition)
    dbsession.execute(
        sa.delete(LijstRegel).where(LijstRegel.list_id.in_(lists)).execution_options(synchronize_session=False)
    )


def _record(dbsession: Session, action: str, found: Lijst, details: dict[str, Any]) -> None:
    audit.record(
        dbsession, action=action, outcome=audit.Outcome.DONE, actor=found.account_id, gemeentecode=found.gemeentecode,
        product=PRODUCT, object_kind="lijst", object_id=found.id, purpose=found.ground, details=details,
    )  # fmt: skip


def _place(list_id: uuid.UUID, position: int) -> str:
    return f"lijst/{list_id}/{position}"
