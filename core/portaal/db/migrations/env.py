"""Alembic's environment, shared by all owners: which tables and which version table follow from the owner."""

from __future__ import annotations

from typing import Any

from alembic import context

from portaal.db.owners import CORE, Owner

owner: Owner = context.config.attributes["owner"]
engine = context.config.attributes["engine"]


def is_own(name: str | None, kind: str, parents: Any) -> bool:
    """Leave tables of other owners out of comparisons."""
    if kind != "table" or name is None:
        return True
    if owner.name == CORE:
        return name in owner.metadata.tables
    return name.startswith(owner.prefix)


with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=owner.metadata,
        version_table=owner.version_table,
        include_name=is_own,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
