"""The product's tables and the revisions that make them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from portaal.db import migrate
from portaal.db.base import NAMING_CONVENTION
from portaal.db.owners import Owner
from portaal.testing.conformance.check import Needs, check, listed
from portaal.testing.conformance.subject import Subject

PEOPLE = re.compile(r"(^|_)account_id$|_by$")
LONGEST_NAME = 63  # PostgreSQL cuts longer ones off


def _owner(subject: Subject) -> Owner | None:
    migrations = subject.answer("portaal_migrations")
    return Owner(subject.name, migrations.directory, migrations.metadata, f"{subject.name}_") if migrations else None


@check(Needs.DATABASE)
def tables_go_up_and_down(subject: Subject, database: Engine) -> Iterator[str]:
    """The revisions make what the models have, take it away without a trace, and make it again."""
    owner = _owner(subject)
    if owner is None:
        return
    try:
        for attempt in ("", " a second time"):
            migrate.upgrade(owner, database)
            migrate.check(owner, database)
            made = _tables(database)
            migrate.downgrade(owner, database, "base")
            left = _tables(database)
            if left:
                yield f"going down{attempt} leaves {listed(left)} of {listed(made)}"
                return
        migrate.upgrade(owner, database)
    except (CommandError, SQLAlchemyError) as error:  # also: the models have what the revisions lack
        yield f"on {database.dialect.name}: {type(error).__name__}: {str(error).splitlines()[0]}"


def _tables(database: Engine) -> set[str]:
    return {name for name in sa.inspect(database).get_table_names() if not name.startswith("alembic_version")}


@check(Needs.SOURCE)
def revisions_are_numbered(subject: Subject) -> Iterator[str]:
    """Revisions follow each other in one line, each called by the product's name and its number."""
    owner = _owner(subject)
    if owner is None:
        return
    config = migrate.alembic_config(owner, sa.create_engine("sqlite://"))
    try:
        revisions = list(reversed(list(ScriptDirectory.from_config(config).walk_revisions())))
    except CommandError as error:
        yield str(error)
        return
    for number, revision in enumerate(revisions, start=1):
        wanted = f"{subject.name}_{number:04}"
        if revision.revision != wanted or not revision.path.rsplit("/", 1)[-1].startswith(f"{wanted}_"):
            yield f"{revision.path.rsplit('/', 1)[-1]} has the id {revision.revision!r}; it must be {wanted!r}"
        if revision.branch_labels or revision.dependencies:
            yield f"{revision.revision} has branch labels or dependencies: each product's revisions stand alone"
    if not revisions and owner.metadata.tables:
        yield f"there are models and no revisions: {listed(owner.metadata.tables)}"


@check(Needs.SOURCE)
def names_in_the_database_are_its_own(subject: Subject) -> Iterator[str]:
    """Tables, indexes and constraints carry the product's name, and fit in PostgreSQL."""
    owner = _owner(subject)
    if owner is None:
        return
    if dict(owner.metadata.naming_convention) != NAMING_CONVENTION:
        yield "the metadata must be made with portaal.api.plugin_metadata(), which names constraints"
    for table in owner.metadata.tables.values():
        if not table.name.startswith(owner.prefix):
            yield f"table {table.name} must begin with {owner.prefix!r}"
        for item in (*table.indexes, *table.constraints):
            name = str(getattr(item, "name", None) or "")
            if name and subject.name not in name:
                yield f"{type(item).__name__} {name} of {table.name} must contain {subject.name!r}"
            if len(name) > LONGEST_NAME:
                yield f"{name} of {table.name} is longer than {LONGEST_NAME} characters"
        for key in table.foreign_keys:
            if not key.target_fullname.startswith(owner.prefix):
                yield f"{table.name} refers to {key.target_fullname}: keep the id, without a foreign key"


@check(Needs.SOURCE)
def people_in_tables_can_be_asked_and_erased(subject: Subject) -> Iterator[str]:
    """A product that keeps who did something can tell that person so, and forget them (AVG)."""
    owner = _owner(subject)
    columns = (
        []
        if owner is None
        else [
            f"{table.name}.{column.name}"
            for table in owner.metadata.tables.values()
            for column in table.columns
            if _is_account(column)
        ]
    )
    for hook in ("portaal_personal_data_export", "portaal_personal_data_erase"):
        if columns and not subject.implements(hook):
            yield f"{listed(columns)}: accounts are kept, and {hook} is not implemented"


def _is_account(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.Uuid) and PEOPLE.search(column.name) is not None
