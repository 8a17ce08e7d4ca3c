"""A page that is only looked at changes nothing: no transaction, and a session that refuses to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from transaction import TransactionManager

from portaal.db.session import ReadOnlyViolationError, ReadSession, reading_engine
from portaal.organisations.models import Gemeente
from portaal.testing.application import Browser

NEW = {"gemeentecode": "9999", "naam": "Nieuw"}
WRITES: dict[str, Callable[[Session], Any]] = {
    "an object": lambda s: (s.add(Gemeente(**NEW)), s.flush()),
    "a changed object": lambda s: (setattr(s.get_one(Gemeente, "0363"), "naam", "Anders"), s.flush()),
    "an object that a query flushes": lambda s: (s.add(Gemeente(**NEW)), s.scalars(sa.select(Gemeente)).all()),
    "insert": lambda s: s.execute(sa.insert(Gemeente).values(NEW)),
    "insert of a table": lambda s: s.execute(sa.insert(Gemeente.__table__).values(NEW)),
    "update": lambda s: s.execute(sa.update(Gemeente).values(naam="Anders")),
    "update with an answer": lambda s: s.scalars(sa.update(Gemeente).values(naam="Anders").returning(Gemeente)).all(),
    "delete": lambda s: s.execute(sa.delete(Gemeente)),
}


@pytest.fixture
def names(fresh_database: Engine) -> Callable[[], list[str]]:
    with Session(fresh_database) as dbsession:
        dbsession.execute(sa.delete(Gemeente))
        dbsession.add(Gemeente(gemeentecode="0363", naam="Amsterdam"))
        dbsession.commit()

    def read() -> list[str]:
        with Session(fresh_database) as dbsession:
            return list(dbsession.scalars(sa.select(Gemeente.naam)))

    return read


@pytest.mark.parametrize("kind", WRITES)
def test_a_session_that_reads_writes_nothing(kind: str, fresh_database: Engine, names: Callable[[], list[str]]) -> None:
    """On PostgreSQL it reads in autocommit: what were let through would stay."""
    with ReadSession(reading_engine(fresh_database)) as dbsession, pytest.raises(ReadOnlyViolationError):
        WRITES[kind](dbsession)
    assert names() == ["Amsterdam"]


@pytest.mark.parametrize(
    ("method", "path", "writes"),
    [
        ("GET", "/Inloggen-op-portals", False),
        ("HEAD", "/Inloggen-op-portals", False),
        ("GET", "/g/0363/iwmo/berichten", False),
        ("GET", "/eherkenning/acs", True),  # the makelaar's answer comes by GET too
        ("POST", "/uitloggen", True),
    ],
)
def test_only_what_may_write_has_a_transaction(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, method: str, path: str, writes: bool
) -> None:
    begin, begun = TransactionManager.begin, []
    monkeypatch.setattr(TransactionManager, "begin", lambda manager: begun.append(manager) or begin(manager))
    browser.request(path, method=method, headers={"Host": "localhost"}, expect_errors=True)
    assert bool(begun) is writes
