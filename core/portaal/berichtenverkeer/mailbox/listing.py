"""The list of messages, by columns: entities would cost half of the page."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.berichtenverkeer.tracking.models import Direction, Message, MessageKind
from portaal.berichtenverkeer.tracking.states import State
from portaal.clock import end_of, midnight
from portaal.web.addresses import page_count

PAGE_SIZES = (25, 50, 100)
PAGE_SIZE = PAGE_SIZES[0]
MOST_EXPORTED = 50_000


class Sorting(StrEnum):
    """What a list can be sorted on; the values stand in addresses."""

    TIJD = "tijd"
    TYPE = "type"
    PARTIJ = "partij"
    STATUS = "status"


_COLUMNS = {
    Sorting.TIJD: Message.created_at,
    Sorting.TYPE: Message.berichttype,
    Sorting.PARTIJ: Message.counterparty,
    Sorting.STATUS: Message.state,
}


@dataclass(frozen=True)
class Filters:
    """Which messages. What is empty does not count; days are days in Amsterdam, both included."""

    direction: Direction | None = None
    berichttype: str = ""
    state: State | None = None
    since: date | None = None
    until: date | None = None
    text: str = ""
    sorting: Sorting = Sorting.TIJD
    ascending: bool = False
    size: int = PAGE_SIZE
    page: int = 1

    @property
    def narrows(self) -> bool:
        """Whether messages may be left out by more than their direction."""
        return bool(self.berichttype or self.state or self.since or self.until or self.text)


@dataclass(frozen=True)
class Row:
    """A message as the list shows it."""

    id: uuid.UUID
    direction: Direction
    kind: MessageKind
    berichttype: str
    counterparty: str
    file_name: str
    own_reference: str
    state: State
    created_at: datetime


@dataclass(frozen=True)
class ExportedRow(Row):
    """A message as a file with the list has it."""

    identificatie: str
    dagtekening: date | None
    reference_id: str


@dataclass(frozen=True)
class Page:
    """One page of a list."""

    rows: list[Row]
    total: int
    number: int
    size: int
    types: list[str] = field(default_factory=list)

    @property
    def last(self) -> int:
        return page_count(self.total, self.size)

    @property
    def first_row(self) -> int:
        return (self.number - 1) * self.size + 1

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.rows) - 1


def list_messages(dbsession: Session, gemeentecode: str, product: str, filters: Filters) -> Page:
    """One page of the messages of a gemeente and product that fit the filters.

    A page past the end gives the last one.
    """
    mine = _of(gemeentecode, product)
    total = dbsession.scalar(sa.select(sa.func.count()).select_from(Message).where(mine, *_conditions(filters))) or 0
    number = min(filters.page, page_count(total, filters.size))
    shown = _rows(Row, gemeentecode, product, filters).limit(filters.size).offset((number - 1) * filters.size)
    types = dbsession.scalars(sa.select(Message.berichttype).where(mine).distinct().order_by(Message.berichttype))
    return Page([Row(*row) for row in dbsession.execute(shown)], total, number, filters.size, list(types))


def export_messages(dbsession: Session, gemeentecode: str, product: str, filters: Filters) -> list[ExportedRow]:
    """All messages that fit, in the order of the list; at most :data:`MOST_EXPORTED`."""
    rows = dbsession.execute(_rows(ExportedRow, gemeentecode, product, filters).limit(MOST_EXPORTED))
    return [ExportedRow(*row) for row in rows]


def find_reference(dbsession: Session, gemeentecode: str, product: str, reference: uuid.UUID) -> uuid.UUID | None:
    """The id of the message with exactly this reference number; None where there is none, or one in each direction."""
    found = dbsession.scalars(
        sa.select(Message.id).where(_of(gemeentecode, product), Message.reference_id == str(reference))
    ).all()
    return found[0] if len(found) == 1 else None


def count_by_state(dbsession: Session, gemeentecode: str, product: str) -> Mapping[State, int]:
    """How many messages stand where, for the overview."""
    rows = dbsession.execute(
        sa.select(Message.state, sa.func.count()).where(_of(gemeentecode, product)).group_by(Message.state)
    )
    return {row.state: row[1] for row in rows}


def _of(gemeentecode: str, product: str) -> sa.ColumnElement[bool]:
    return sa.and_(Message.gemeentecode == gemeentecode, Message.product == product)


def _rows(kind: type[Row], gemeentecode: str, product: str, filters: Filters) -> sa.Select[Any]:
    column = _COLUMNS[filters.sorting]
    return (
        sa.select(*(getattr(Message, name) for name in kind.__dataclass_fields__))
        .where(_of(gemeentecode, product), *_conditions(filters))
        .order_by(column.asc() if filters.ascending else column.desc(), Message.created_at.desc(), Message.id)
    )


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    for column, value in (
        (Message.direction, filters.direction),
        (Message.berichttype, filters.berichttype),
        (Message.state, filters.state),
    ):
        if value:
            conditions.append(column == value)
    if filters.since:
        conditions.append(Message.created_at >= midnight(filters.since))
    if filters.until:
        conditions.append(Message.created_at < end_of(filters.until))
    if filters.text:
        conditions.append(_found_in(filters.text))
    return conditions


def _found_in(text: str) -> sa.ColumnElement[bool]:
    """A part of a file name, reference, identification, own reference or party, in any case of letters."""
    searched: tuple[Any, ...] = (
        Message.file_name,
        Message.reference_id,
        Message.cross_reference_id,
        Message.identificatie,
        Message.own_reference,
        Message.counterparty,
    )
    return sa.or_(*(column.icontains(text, autoescape=True) for column in searched))
