"""Everything about one person, as JSON."""

from __future__ import annotations

import enum
import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import audit, clock
from portaal.access.models import Account
from portaal.plugins.contract import PersonContext
from portaal.privacy.places import references, shown

if TYPE_CHECKING:
    from pyramid.registry import Registry

log = logging.getLogger(__name__)
HOOK = "portaal_personal_data_export"


@dataclass(frozen=True)
class Export:
    """What is known of a person.

    :param content: JSON values: the account, the core's records by table and column, the products' answers by name.
    :param failed: the products that could not answer; their part is missing.
    """

    content: dict[str, Any]
    failed: tuple[str, ...]


def export(registry: Registry, dbsession: Session, account: Account) -> Export:
    """Gather what the core and every product know of a person. That it was done is recorded."""
    products: dict[str, Any] = {}
    failed: list[str] = []
    for plugin in registry["portaal.plugins"]:
        context = PersonContext(dbsession, plugin.name, registry["portaal.settings"], account.id)
        try:
            with dbsession.no_autoflush, dbsession.begin_nested():
                answer = registry["portaal.plugins"].call(plugin, HOOK, context=context)
                if answer is not None:
                    products[plugin.name] = _mapping(answer)
        except (Exception, SystemExit):
            log.exception("product %s failed on the export of a person's data", plugin.name)
            failed.append(plugin.name)
    content = {
        "made_at": jsonable(clock.now()),
        "account": {column.name: jsonable(getattr(account, column.name)) for column in Account.__table__.columns},
        "records": _records(dbsession, account.id),
        "products": products,
    }
    audit.record(
        dbsession,
        action="person.export",
        outcome=audit.Outcome.DONE,
        actor=None,
        object_kind="account",
        object_id=account.id,
        details={"failed": failed},
    )
    return Export(content, tuple(failed))


def _records(dbsession: Session, account_id: uuid.UUID) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for column in references():
        columns = shown(column)
        rows = dbsession.execute(sa.select(*columns).where(column == account_id)).all()
        if rows:
            names = [column.name for column in columns]
            found[f"{column.table.name}.{column.name}"] = [
                dict(zip(names, map(jsonable, row), strict=True)) for row in rows
            ]
    return found


def _mapping(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, Mapping):
        raise TypeError(f"{HOOK} must return a mapping, not {type(answer).__name__}")
    content: dict[str, Any] = jsonable(answer)
    return content


def jsonable(value: Any) -> Any:
    """A value as JSON has it.

    :raises TypeError: it is of a kind that JSON does not know.
    """
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value)):
        return value
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, str | uuid.UUID | timedelta | Decimal):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): jsonable(part) for name, part in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes):
        return [jsonable(part) for part in value]
    raise TypeError(f"{type(value).__name__} is no JSON value")
