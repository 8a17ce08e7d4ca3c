"""Inserting a row that may be there already."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine


def insert_into(bind: Connection | Engine, table: Any) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what happens where the row is there: each database has its own words for that."""
    return postgresql.insert(table) if bind.dialect.name == "postgresql" else sqlite.insert(table)
