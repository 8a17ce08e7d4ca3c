"""What a plugin that is no longer installed left in the database, and removing it on request.

Nothing of it bothers anybody: its activations and roles open no page. It is told, and removed when the operator asks:
the plugin's own tables, its settings with their secrets, and what the portal kept for running it. What it did stays:
messages have their own retention, and the audit trail is only added to.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import audit, clock
from portaal.db.models import core_metadata

VERSION_TABLE = "alembic_version_"
CORE = "portaal"

# The core's tables that know of products: the column with the product, and the one that says that a row is over.
ENDED = {"activation": "deactivated_at", "role_grant": "revoked_at"}
REMOVED = {"settings_version": "product", "settings_draft": "product", "tile_trouble": "product", "job_state": "owner"}
KEPT = {"message": "product", "submission": "product", "audit_event": "product"}


@dataclass(frozen=True)
class Leftovers:
    """What is left of one plugin.

    :param tables: its own tables, with their version table.
    :param ended: rows that hold until they are ended, by table of the core.
    :param removed: rows that are removed, by table of the core.
    :param kept: rows that stay, by table of the core.
    """

    plugin: str
    tables: tuple[str, ...]
    ended: dict[str, int]
    removed: dict[str, int]
    kept: dict[str, int]

    @property
    def is_removable(self) -> bool:
        """Whether there is more than what stays anyway."""
        return bool(self.tables or self.ended or self.removed)


def find(dbsession: Session, installed: Collection[str]) -> list[Leftovers]:
    """What is left of every plugin that is not installed (any more), by name."""
    tables = sorted(sa.inspect(dbsession.connection()).get_table_names())
    names = {table.removeprefix(VERSION_TABLE) for table in tables if table.startswith(VERSION_TABLE)}
    for table, column in {**dict.fromkeys(ENDED, "product"), **REMOVED, **KEPT}.items():
        names.update(dbsession.scalars(sa.select(_column(table, column)).distinct()))
    gone = sorted(name for name in names if name and name not in installed and name != CORE)
    return [_of_plugin(dbsession, name, _own_tables(name, tables, installed, gone)) for name in gone]


def _own_tables(name: str, tables: list[str], installed: Collection[str], gone: Collection[str]) -> tuple[str, ...]:
    core = core_metadata().tables
    longer = [other for other in gone if other.startswith(f"{name}_")]
    others = tuple(f"{other}_" for other in [*installed, *longer])
    return tuple(
        table
        for table in tables
        if table == f"{VERSION_TABLE}{name}"
        or (table.startswith(f"{name}_") and table not in core and not table.startswith(others))
    )


def _of_plugin(dbsession: Session, name: str, tables: tuple[str, ...]) -> Leftovers:
    def count(table: str, column: str, *conditions: sa.ColumnElement[bool]) -> int:
        query = sa.select(sa.func.count()).where(_column(table, column) == name, *conditions)
        return dbsession.scalar(query) or 0

    ended = {table: count(table, "product", _column(table, over).is_(None)) for table, over in ENDED.items()}
    removed = {table: count(table, column) for table, column in REMOVED.items()}
    kept = {table: count(table, column) for table, column in KEPT.items()}
    return Leftovers(name, tables, *({t: n for t, n in counts.items() if n} for counts in (ended, removed, kept)))


def remove(dbsession: Session, left: Leftovers) -> None:
    """Drop the plugin's tables with their data, end what holds, and remove what the portal kept for it."""
    now = clock.now()
    for table, over in ENDED.items():
        dbsession.execute(
            sa.update(core_metadata().tables[table])
            .where(_column(table, "product") == left.plugin, _column(table, over).is_(None))
            .values({over: now})
        )
    for table, column in REMOVED.items():
        dbsession.execute(sa.delete(core_metadata().tables[table]).where(_column(table, column) == left.plugin))
    audit.record(
        dbsession,
        action="product.remove_leftovers",
        outcome=audit.Outcome.DONE,
        actor=None,
        product=left.plugin,
        object_kind="product",
        object_id=left.plugin,
        details={"tables": list(left.tables), "rows": left.ended | left.removed},
    )
    connection = dbsession.connection()
    found = sa.MetaData()
    found.reflect(connection, only=left.tables)  # what its tables refer to comes along, and is not the plugin's
    found.drop_all(connection, tables=[found.tables[table] for table in left.tables])


def _column(table: str, column: str) -> sa.Column[Any]:
    return core_metadata().tables[table].c[column]
