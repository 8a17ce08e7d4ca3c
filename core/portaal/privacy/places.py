"""Where the core keeps something about a person: found in its tables, so that no new one is forgotten."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from portaal.db.models import core_metadata
from portaal.db.types import UtcDateTime

# About the person: whole rows are theirs.
ABOUT = {
    "audit_event": "actor",
    "former_identity": "account_id",
    "login_session": "account_id",
    "message_event": "account_id",
    "notification": "account_id",
    "relinking": "account_id",
    "role_grant": "account_id",
    "verification_code": "account_id",
}
# What names a person without a foreign key, so that it outlives the account.
LOOSE = {("agreement", "recorded_by"), ("audit_event", "actor")}
# Keys to something, not data: a hash of a session's cookie or of a code.
OMITTED = {
    ("login_session", "id"),
    ("login_session", "data"),
    ("verification_code", "code_hash"),
    ("former_identity", "pseudonym_hash"),
    ("relinking", "seen"),
    ("audit_event", "session"),
}


def references() -> Iterator[sa.Column[object]]:
    """Every column of the core that names an account."""
    tables = core_metadata().tables
    account_id = tables["account"].c.id
    for table in tables.values():
        for column in table.columns:
            if column.references(account_id) or (table.name, column.name) in LOOSE:
                yield column


def shown(column: sa.Column[object]) -> list[sa.Column[object]]:
    """What is shown of a row in which this column names the person.

    All of a row about them; of something they did, only what it was and when.
    """
    table = column.table
    is_about = ABOUT.get(table.name) == column.name
    return [
        other
        for other in table.columns
        if (table.name, other.name) not in OMITTED
        and (is_about or other.primary_key or isinstance(other.type, UtcDateTime | sa.Date))
    ]
