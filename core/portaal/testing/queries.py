"""Counting what a test asks of the database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Connection

TRANSACTION = re.compile(r"\s*(SAVEPOINT|RELEASE|ROLLBACK|COMMIT|BEGIN)\b", re.IGNORECASE)
# That somebody is active is noted once a second: whether a page does so depends on how quick the machine is.
ACTIVITY = re.compile(r"UPDATE login_session SET last_active_at=[^,]* WHERE", re.IGNORECASE)
WRITE = re.compile(r"\s*(?:WITH\b.*\)\s*)?(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.IGNORECASE | re.DOTALL)


class Counted:
    """The statements that were executed."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __len__(self) -> int:
        return len(self.statements)

    @property
    def written(self) -> set[str]:
        """The names of the tables that were written to."""
        return {found[1] for statement in self.statements if (found := WRITE.match(statement))}


Count = Callable[[], AbstractContextManager[Counted]]


@contextmanager
def counting(connection: Connection) -> Iterator[Counted]:
    """Notes every statement on this connection but those that begin and end transactions or note activity."""
    counted = Counted()

    def note(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
        if not (TRANSACTION.match(statement) or ACTIVITY.match(statement)):
            counted.statements.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield counted
    finally:
        event.remove(connection, "before_cursor_execute", note)


@pytest.fixture
def count_queries(connection: Connection) -> Count:
    """``with count_queries() as counted: ...``; then ``len(counted)``, ``counted.statements``, ``counted.written``."""
    return lambda: counting(connection)
