"""Alembic's environment, shared by all owners: which tables and which version table follow from the owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlalchemy.engine import Connection

from portaal.db.owners import CORE, Owner
from portaal.db.types import UtcDateTime

owner: Owner = context.config.attributes["owner"]
engine = context.config.attributes["engine"]


def is_own(name: str | None, kind: str, parents: Any) -> bool:
    """Leave tables of other owners out of comparisons."""
    if kind != "table" or name is None:
        return True
    if owner.name == CORE:
        return name in owner.metadata.tables
    return name.startswith(owner.prefix)


def render_type(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """How our own types stand in a revision: by their name, and enumerations as the text they are stored as."""
    if kind == "type" and isinstance(item, UtcDateTime):
        source = "portaal.db.types" if owner.name == CORE else "portaal.api"
        autogen_context.imports.add(f"from {source} import UtcDateTime")
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


@contextmanager
def references_checked_afterwards(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making a new one and removing the old, which rows that refer to the old one forbid.

    So their check waits until all is done (sqlite.org, "Making Other Kinds Of Table Schema Changes").
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    cursor = connection.connection.cursor()  # beside the transaction: within one the pragma does nothing
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        cursor.execute("PRAGMA foreign_keys=ON")


def check_references(connection: Connection) -> None:
    """Refuse a migration that leaves a row without what it refers to; PostgreSQL did so on the way."""
    if connection.dialect.name == "sqlite" and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise RuntimeError(f"{len(lost)} rows of {', '.join(sorted({row[0] for row in lost}))} would refer to nothing")


with engine.connect() as connection, references_checked_afterwards(connection):
    context.configure(
        connection=connection,
        target_metadata=owner.metadata,
        version_table=owner.version_table,
        include_name=is_own,
        render_item=render_type,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    check_references(connection)
    connection.commit()
