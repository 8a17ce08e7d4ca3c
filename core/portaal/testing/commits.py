"""The portal with real commits, as in production: for tests with threads, or of what is committed when."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal.app import make_app
from portaal.testing.application import Browser, Candidates, app_settings
from portaal.testing.people import People
from portaal.testing.seed import seed


@dataclass
class CommittingPortal:
    """The portal on a database of its own.

    :param dbsession: of the test alone; commit to show its changes.
    """

    app: Any
    engine: Engine
    dbsession: Session
    people: People

    def log_in(self, *roles: Any, **fields: Any) -> Browser:
        """The browser of somebody new with these roles."""
        browser = Browser(self.app)
        browser.log_in_as(self.dbsession, self.people.new(*roles, **fields))
        return browser


def committing_settings(folder: Path, engine: Engine) -> dict[str, Any]:
    """Settings of an application on this engine, with transactions of its own."""
    own = {"portaal.engine": engine, "portaal.session_options": {}, "portaal.reading_session_options": {}}
    return app_settings(folder) | own


@pytest.fixture
def committing_portal(
    fresh_database: Engine, tmp_path: Path, portal_plugins: Candidates | None
) -> Iterator[CommittingPortal]:
    """``committing_portal.log_in(("gebruiker", "voorbeeld"))``: a browser on a portal with real commits."""
    app = make_app(committing_settings(tmp_path, fresh_database), portal_plugins)
    with Session(fresh_database, expire_on_commit=False) as dbsession:
        seed(dbsession)
        dbsession.commit()
        yield CommittingPortal(app, fresh_database, dbsession, People(dbsession, itertools.count(1)))
