"""The application under test, and a browser without JavaScript."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import webtest
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portaal.access import sessions
from portaal.access.models import Account
from portaal.app import make_app
from portaal.keyring import Keyring
from portaal.testing.eherkenning import eherkenning_settings
from portaal.testing.databases import READING_SESSION_OPTIONS, SESSION_OPTIONS

KEYRING = Keyring({"test-1": b"k" * 32}, "test-1")


def app_settings(folder: Path) -> dict[str, Any]:
    """Settings of an application under test."""
    return {
        "sqlalchemy.url": "sqlite://",
        "portaal.public_url": "http://localhost",
        "portaal.environment": "development",
        "portaal.keyring": KEYRING,
        "portaal.key_file": "unused",
        "portaal.strict_plugins": "true",
        "portaal.storage": str(folder / "payloads"),
        "portaal.mail_directory": str(folder / "mail"),
        "portaal.servicedesk_phone": "030 000 00 00",
        "portaal.servicedesk_email": "servicedesk@portaal.example",
        "portaal.session_options": SESSION_OPTIONS,
        "portaal.reading_session_options": READING_SESSION_OPTIONS,
    } | eherkenning_settings(folder / "eherkenning")


@pytest.fixture(scope="session")
def built_app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The application, made once; each test gives it its own connection."""
    app = make_app(app_settings(tmp_path_factory.mktemp("app")) | {"portaal.engine": None})
    app.registry["portaal.engine"].dispose()
    return app


@pytest.fixture
def app(built_app: Any, connection: Connection) -> Iterator[Any]:
    """The WSGI application on this test's connection: it really commits, and the test still rolls all back."""
    registry = built_app.registry
    registry["portaal.engine"] = registry["portaal.reading_engine"] = connection
    yield built_app
    registry["portaal.engine"] = registry["portaal.reading_engine"] = None


class Browser(webtest.TestApp):
    """A browser without JavaScript."""

    def log_in_as(self, dbsession: Session, account: Account, level: str = "loa3") -> None:
        """A session for the account, without the makelaar."""
        token = secrets.token_urlsafe(32)
        sessions.start(dbsession, token, account.id, level)
        dbsession.commit()
        self.set_cookie("portaal", token)

    def log_out(self, response: webtest.TestResponse) -> webtest.TestResponse:
        """Press the button in the header of a page."""
        form = next(form for form in response.forms.values() if form.action.endswith("/uitloggen"))
        return form.submit()

    def log_out_quietly(self) -> None:
        """Forget the cookie, as another browser would."""
        self.reset()


@pytest.fixture
def browser(app: Any) -> Browser:
    return Browser(app, extra_environ={"HTTP_HOST": "localhost"})
