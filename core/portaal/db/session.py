"""Engines, and the database session of a request.

A request that writes gets a session joined to its transaction (pyramid_tm commits or aborts it). A request that
only reads (GET, HEAD) has no transaction manager at all: on PostgreSQL it reads in autocommit, which halves its
round trips. Such a session refuses to write, so that a page cannot change anything by being looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import zope.sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.orm import ORMExecuteState, Session

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.registry import Registry
    from pyramid.request import Request

READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
READING = "portaal_reading"


class ReadOnlyViolationError(RuntimeError):
    """Something tried to write during a request that only reads."""


class ReadSession(Session):
    """A session that never writes."""


@event.listens_for(ReadSession, "before_flush")
def _refuse_to_flush(session: Session, flush_context: Any, instances: Any) -> None:
    raise ReadOnlyViolationError("this request only reads; write in a POST view")


@event.listens_for(ReadSession, "do_orm_execute")
def _refuse_to_execute(state: ORMExecuteState) -> None:
    if getattr(state.statement, "is_dml", False):
        raise ReadOnlyViolationError("this request only reads; write in a POST view")


def make_engine(address: str | URL) -> Engine:
    """An engine with the portal's settings for SQLite (WAL, foreign keys, durable commits) or PostgreSQL."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url)
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return sa.create_engine(url, pool_pre_ping=True)


def _configure_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # the begin event below starts transactions, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads first and then writes fails at once when another wrote in between,
    # whatever the busy timeout: one that will write takes its lock at the start.
    reading = connection.get_execution_options().get(READING)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def reading_engine(engine: Engine) -> Engine:
    """The same engine, for sessions that only read."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{READING: True})
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def request_session(request: Request) -> Session:
    """The session that fits this moment of the request: joined to its transaction, or reading only."""
    return request.writing_dbsession if request.environ.get("tm.active") else request.reading_dbsession


def _writing_session(request: Request) -> Session:
    session = Session(request.registry["portaal.engine"], **request.registry["portaal.session_options"])
    zope.sqlalchemy.register(session, transaction_manager=request.tm)
    return session


def _reading_session(request: Request) -> Session:
    registry = request.registry
    session = ReadSession(registry["portaal.reading_engine"], **registry["portaal.reading_session_options"])
    request.add_finished_callback(lambda _: session.close())
    return session


@contextmanager
def own_transaction(registry: Registry, patience: timedelta | None = None) -> Iterator[Connection]:
    """A short transaction apart from the request's: what it writes stays, whatever becomes of the request.

    :param patience: how long it waits for others that write; left out, as long as any transaction. It raises then.
    """
    bind: Engine | Connection = registry["portaal.engine"]
    if isinstance(bind, Engine):
        with bind.connect() as connection, _waiting_for_locks(connection, patience), connection.begin():
            if patience is not None and connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_milliseconds(patience)}")
            yield connection
    else:  # a test's one connection, inside its outer transaction
        with bind.begin_nested():
            yield bind


@contextmanager
def _waiting_for_locks(connection: Connection, patience: timedelta | None) -> Iterator[None]:
    """SQLite takes its lock when a transaction begins, and knows a time for it per connection."""
    if patience is None or connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    (usual,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute(f"PRAGMA busy_timeout={_milliseconds(patience)}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout={usual}")


def _milliseconds(time: timedelta) -> int:
    return round(time / timedelta(milliseconds=1))


def needs_transaction(request: Request) -> bool:
    """The ``tm.activate_hook``: whether this request may write."""
    return request.method not in READ_METHODS or request.path in request.registry["portaal.writing_gets"]


def add_writing_get(config: Configurator, path: str) -> None:
    """Directive: a GET of this exact path runs in a transaction. For protocols that leave no choice."""
    config.registry["portaal.writing_gets"].add(path)


def includeme(config: Configurator) -> None:
    settings = config.registry.settings
    engine = settings.get("portaal.engine") or make_engine(settings["sqlalchemy.url"])
    config.registry["portaal.engine"] = engine
    config.registry["portaal.reading_engine"] = (
        reading_engine(engine) if isinstance(engine, Engine) else engine  # tests bind one connection for all
    )
    config.registry["portaal.session_options"] = settings.get("portaal.session_options", {})
    config.registry["portaal.reading_session_options"] = settings.get("portaal.reading_session_options", {})
    config.registry["portaal.writing_gets"] = set()
    config.add_settings(
        {
            "tm.manager_hook": "pyramid_tm.explicit_manager",
            "tm.annotate_user": "false",  # else who is asking is read where no error page can answer a failure
            "tm.activate_hook": needs_transaction,
            "tm.commit_veto": "pyramid_tm.default_commit_veto",  # a returned 4xx or 5xx must not commit
            "retry.attempts": 3,
        }
    )
    config.include("pyramid_tm")
    config.include("pyramid_retry")
    config.add_directive("add_writing_get", add_writing_get)
    config.add_request_method(request_session, "dbsession", property=True)
    config.add_request_method(_writing_session, "writing_dbsession", reify=True)
    config.add_request_method(_reading_session, "reading_dbsession", reify=True)
