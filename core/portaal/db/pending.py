"""Whether the tables of an owner are behind its revisions, seen without Alembic, which takes long to import.

Revisions are numbered (``iwmo_0001``, ``iwmo_0002``), one after the other; the newest is the highest number.
"""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from portaal.db.owners import Owner


def newest(owner_name: str, directory: Path) -> str | None:
    """The newest revision in a folder, None where there is none."""
    pattern = re.compile(rf"({re.escape(owner_name)}_\d{{4}})_.*\.py")
    return max((match[1] for path in directory.glob("*.py") if (match := pattern.fullmatch(path.name))), default=None)


def pending(owner: Owner, bind: Engine | Connection) -> str:
    """What is behind, in words for the operator; an empty text when the tables are up to date.

    :raises sqlalchemy.exc.DBAPIError: the database cannot be reached.
    """
    wanted = newest(owner.name, owner.directory)
    if wanted is None:
        return ""
    found = current(owner, bind)
    if found == wanted:
        return ""
    return f"the tables are at {found or 'nothing'} and must be at {wanted}"


def current(owner: Owner, bind: Engine | Connection) -> str | None:
    """The revision of the owner's tables, None where they were never made."""
    if isinstance(bind, Engine):
        with bind.connect() as connection:
            return current(owner, connection)
    if not sa.inspect(bind).has_table(owner.version_table):
        return None
    version = sa.table(owner.version_table, sa.column("version_num", sa.String))
    return bind.scalar(sa.select(version.c.version_num))
