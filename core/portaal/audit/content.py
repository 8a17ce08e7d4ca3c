"""What of a line goes into its hash, and how: from a line in memory, and straight from the database for many."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache, reduce
from hashlib import sha256
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from portaal.audit.models import AuditEvent
from portaal.db.types import UtcDateTime

CONTENT = (
    "id", "at", "action", "outcome", "gemeentecode", "product", "object_kind", "object_id", "purpose", "details",
    "actor", "organisation", "roles", "level", "session", "address", "request_id",
)  # fmt: skip
_DETAILS = CONTENT.index("details")
_of = attrgetter(*CONTENT)
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def digest(seq: int, previous: str, line: Any, subjects: Iterable[tuple[str, str]]) -> str:
    """The hash of a link: SHA-256 over the canonical JSON of its place, the hash before it, and the line.

    :param line: anything with the attributes of :data:`CONTENT`.
    :param subjects: the citizens it is about: which key, and the hash it made.
    """
    return digest_of(seq, previous, [_plain(value) for value in _of(line)], subjects)


def digest_of(seq: int, previous: str, content: Sequence[Any], subjects: Iterable[tuple[str, str]]) -> str:
    """The same of a line's content that is JSON already, as :func:`read` gives it."""
    return sha256(_encode([seq, previous, *content, sorted(subjects)]).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return str(value) if isinstance(value, uuid.UUID) else value


def columns(dialect: str) -> list[sa.ColumnElement[Any]]:
    """The content as columns that the database writes as :func:`digest` does: making an object of each takes longer
    than all the rest of checking a line.

    :param dialect: "sqlite" or "postgresql".
    """
    on = _on_sqlite if dialect == "sqlite" else _on_postgresql
    return [on(AuditEvent.__table__.c[name]) for name in CONTENT]


def read(row: Sequence[Any]) -> list[Any]:
    """The content of a row of :func:`columns`."""
    content = list(row)
    content[_DETAILS] = _parse(content[_DETAILS])
    return content


@lru_cache(maxsize=1000)
def _parse(details: Any) -> Any:
    """The same details come back often; whoever gets them only writes them. What is no JSON stays what it is."""
    try:
        return None if details is None else json.loads(details)
    except (ValueError, TypeError, RecursionError):
        return details


def _on_sqlite(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    stored = sa.type_coerce(column, sa.String)
    if isinstance(column.type, sa.Uuid):
        parts = [sa.func.substr(stored, *part, type_=sa.String) for part in ((1, 8), (9, 4), (13, 4), (17, 4), (21,))]
        return reduce(lambda text, part: text.concat("-").concat(part), parts)
    if isinstance(column.type, UtcDateTime):
        return sa.func.replace(stored, " ", "T", type_=sa.String).concat("+00:00")
    return stored


def _on_postgresql(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    if isinstance(column.type, sa.Uuid | sa.JSON):
        return sa.cast(column, sa.Text)
    if isinstance(column.type, UtcDateTime):
        in_utc = sa.func.timezone("UTC", column)
        return sa.func.to_char(in_utc, 'YYYY-MM-DD"T"HH24:MI:SS.US', type_=sa.Text).concat("+00:00")
    return sa.type_coerce(column, sa.String)
