"""A portal with everything around it, each part real: makelaar, partners, worker. The fixture is in conftest.py."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import webtest
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import worker
from portaal.app import make_app
from portaal.demo.load import load
from portaal.organisations.seed import seed_reference_data
from portaal.simulators.ketenpartners.behaviour import Behaviour
from portaal.simulators.ketenpartners.chain import Chain
from portaal.simulators.ketenpartners.portal import Portal
from portaal.simulators.ketenpartners.server import Server as Partners
from portaal.simulators.makelaar.state import Makelaar
from portaal.testing.application import Browser, app_settings
from portaal.testing.eherkenning import MAKELAAR
from portaal.testing.makelaar import ACCOUNTS, Walk
from portaal.testing.server import Server, serving

TOKEN = "between-us"


@dataclass
class World:
    """A portal with everything around it, each part real."""

    app: Any
    makelaar: Makelaar
    engine: Engine
    folder: Path

    def log_in(self, username: str, kind: type[Browser] = Browser) -> tuple[Browser, webtest.TestResponse]:
        """A new browser, and the first page that somebody sees after logging in."""
        browser = kind(self.app)
        page = Walk(self.makelaar, browser).log_in(username)
        while page.status_int == 303:
            page = page.follow()
        return browser, page


@pytest.fixture
def world(fresh_database: Engine, makelaar: Makelaar, tmp_path: Path) -> Iterator[World]:
    with Session(fresh_database) as dbsession:
        seed_reference_data(dbsession)
        load(dbsession, ACCOUNTS, MAKELAAR)
        dbsession.commit()
    with ExitStack() as stack:
        server = Server("127.0.0.1")
        url = server.url("127.0.0.1")
        partners = Partners(Chain(Portal(f"{url}/stuf/ggk0210", TOKEN, wait=0.2), Behaviour(delay=0.1)), TOKEN)
        settings = app_settings(tmp_path) | {
            "portaal.engine": fresh_database,
            "portaal.session_options": {},
            "portaal.reading_session_options": {},
            "portaal.extra_hosts": url.removeprefix("http://"),
            "portaal.vecozo.url": partners.soap_url,
            "portaal.vecozo.token": TOKEN,
        }
        app = make_app(settings)
        workers = make_app(settings).registry
        stack.enter_context(serving(server, app))
        stack.enter_context(running(partners))
        stop = threading.Event()
        thread = threading.Thread(target=worker.run, args=(workers, stop))
        thread.start()
        stack.callback(thread.join)
        stack.callback(stop.set)
        yield World(app, makelaar, fresh_database, tmp_path)


class running:  # noqa: N801 - reads as a phrase in a with statement
    """The simulated partners in a thread."""

    def __init__(self, partners: Partners) -> None:
        self._partners = partners
        self._thread = threading.Thread(target=partners.serve_forever, args=(0.02,))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._partners.shutdown()
        self._partners.chain.close()
        self._partners.server_close()
        self._thread.join()
