"""The application under test, and a browser without JavaScript."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import webtest
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portaal.access import sessions
from portaal.access.models import Account
from portaal.app import make_app
from portaal.keyring import Keyring
from portaal.plugins.tables import owners
from portaal.testing.databases import READING_SESSION_OPTIONS, SESSION_OPTIONS
from portaal.testing.eherkenning import eherkenning_settings
from portaal.testing.pages import Visitor
from portaal.time_limit import TimeLimit

PATIENCE = 60.0  # seconds: a busy machine is late with what is quick enough elsewhere
KEYRING = Keyring({"test-1": b"k" * 32}, "test-1")

_COMPILED: dict[str, bytes] = {}


class CompiledTemplates(BytecodeCache):
    """Templates are compiled once in a run, not once in every application: that takes longer than most tests."""

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in _COMPILED:
            bucket.bytecode_from_string(_COMPILED[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        _COMPILED[bucket.key] = bucket.bytecode_to_string()


def app_settings(folder: Path) -> dict[str, Any]:
    """Settings of an application under test."""
    return {
        "sqlalchemy.url": "sqlite://",
        "portaal.public_url": "http://localhost",
        "portaal.environment": "development",
        "portaal.keyring": KEYRING,
        "portaal.key_file": "unused",
        "portaal.strict_plugins": "true",
        "portaal.check_migrations": "false",  # the tables of a test are made from the models
        "portaal.storage": str(folder / "payloads"),
        "portaal.mail_directory": str(folder / "mail"),
        "portaal.servicedesk_phone": "030 000 00 00",
        "portaal.servicedesk_email": "servicedesk@portaal.example",
        "portaal.tile_limit": TimeLimit(PATIENCE),
        "portaal.health_limit": TimeLimit(PATIENCE),
        "jinja2.bytecode_caching": CompiledTemplates(),
        "portaal.session_options": SESSION_OPTIONS,
        "portaal.reading_session_options": READING_SESSION_OPTIONS,
    } | eherkenning_settings(folder / "eherkenning")


Candidates = Mapping[str, EntryPoint]


class Portals:
    """Applications under test, each made once: making one takes longer than most tests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[tuple[str, EntryPoint], ...] | None, Any] = {}

    def having(self, plugins: Candidates | None) -> Any:
        """The application with these plugins, or with all that are installed."""
        key = None if plugins is None else tuple(plugins.items())
        if key not in self._made:
            folder = self._folder / str(len(self._made))
            folder.mkdir(exist_ok=True)  # an earlier try may have failed
            app = make_app(app_settings(folder) | {"portaal.engine": None}, plugins)
            app.registry["portaal.engine"].dispose()
            self._made[key] = app
        return self._made[key]


@pytest.fixture(scope="session")
def portals(tmp_path_factory: pytest.TempPathFactory) -> Portals:
    return Portals(tmp_path_factory.mktemp("portals"))


@pytest.fixture(scope="session")
def built_app(portals: Portals) -> Any:
    """The application with every installed plugin; each test gives it its own connection."""
    return portals.having(None)


@contextmanager
def bound(app: Any, connection: Connection, plugins: Candidates) -> Iterator[Any]:
    """The application on one connection, which has the tables of these plugins too."""
    for name, owner in owners(plugins.values()).items():
        if name in plugins:  # perhaps it was not installed yet when the database was made
            owner.metadata.create_all(connection)
    registry = app.registry
    registry["portaal.engine"] = registry["portaal.reading_engine"] = connection
    try:
        yield app
    finally:
        registry["portaal.engine"] = registry["portaal.reading_engine"] = None


@pytest.fixture
def app(portals: Portals, portal_plugins: Candidates | None, connection: Connection) -> Iterator[Any]:
    """The WSGI application on this test's connection: it really commits, and the test still rolls all back."""
    with bound(portals.having(portal_plugins), connection, portal_plugins or {}) as app:
        yield app


class Browser(Visitor):
    """A browser without JavaScript, on this machine."""

    def __init__(self, app: Any, extra_environ: dict[str, str] | None = None) -> None:
        here = {"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}
        super().__init__(app, extra_environ=here | (extra_environ or {}))

    def log_in_as(self, dbsession: Session, account: Account, level: str = "loa3") -> None:
        """A session for the account, without the makelaar."""
        token = secrets.token_urlsafe(32)
        sessions.start(dbsession, token, account.id, level)
        dbsession.commit()
        self.set_cookie("portaal", token)

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> webtest.TestResponse:
        """A bare request, with any method and without a page's token; the answer, whatever its status."""
        given = dict(headers or {})
        return self.request(path, method=method, environ=dict(self.extra_environ), headers=given, status="*")

    def log_out(self, response: webtest.TestResponse) -> webtest.TestResponse:
        """Press the button in the header of a page."""
        form = next(form for form in response.forms.values() if form.action.endswith("/uitloggen"))
        return form.submit()


@pytest.fixture
def browser(app: Any) -> Browser:
    return Browser(app)
