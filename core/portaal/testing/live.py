"""The portal on a port of this machine with a database of its own: for browsers that run scripts."""

from __future__ import annotations

import itertools
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal.access import sessions
from portaal.access.models import Account
from portaal.app import make_app
from portaal.db.session import make_engine
from portaal.testing.commits import committing_settings
from portaal.testing.databases import create_tables
from portaal.testing.people import People
from portaal.testing.seed import seed
from portaal.web.server import make_server


@dataclass
class LivePortal:
    """Where it is, and letting people in without the makelaar."""

    url: str
    engine: Engine
    app: Any
    people: People

    def log_in(self, context: Any, *roles: Any, **fields: Any) -> Account:
        """Make somebody with these roles and give a browser context (Playwright) their session."""
        account = self.people.new(*roles, **fields)
        token = secrets.token_urlsafe(32)
        sessions.start(self.people.dbsession, token, account.id, "loa3")
        self.people.dbsession.commit()
        context.add_cookies([{"name": "portaal", "value": token, "url": self.url}])
        return account


@contextmanager
def running(folder: Path) -> Iterator[LivePortal]:
    """The portal in a thread, on SQLite with real commits, with the gemeenten every test may count on."""
    engine = make_engine(f"sqlite:///{folder / 'live.sqlite'}")
    create_tables(engine)
    server = make_server(_not_yet, host="127.0.0.1", port=0, threads=4)
    url = f"http://localhost:{server.effective_port}"
    settings = committing_settings(folder, engine) | {"portaal.public_url": url}
    server.application = app = make_app(settings)
    thread = threading.Thread(target=server.run)
    thread.start()
    with Session(engine, expire_on_commit=False) as dbsession:
        seed(dbsession)
        dbsession.commit()
        yield LivePortal(url, engine, app, People(dbsession, itertools.count(1)))
    # In the thread itself, which would trip over connections that another one closes.
    server.trigger.pull_trigger(lambda: server.asyncore.close_all(server._map))
    thread.join()
    server.task_dispatcher.shutdown()
    engine.dispose()


@pytest.fixture
def live_portal(tmp_path: Path) -> Iterator[LivePortal]:
    """The portal in a thread, see :func:`running`."""
    with running(tmp_path) as portal:
        yield portal


def _not_yet(environ: Any, start_response: Any) -> list[bytes]:
    raise RuntimeError("the portal was not made yet")
