"""The portal with the example product, on this test's connection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portaal import clock
from portaal.app import make_app
from portaal.plugins.activation import Activations, activations
from portaal.testing.application import app_settings
from tests.plugins.kit import INSTALLED, example

CODE = "0363"
CANDIDATES = example()  # from now on it can be imported


@pytest.fixture(scope="session")
def built_example(tmp_path_factory: pytest.TempPathFactory) -> Any:
    app = make_app(app_settings(tmp_path_factory.mktemp("example")), CANDIDATES)
    app.registry["portaal.engine"].dispose()
    return app


@pytest.fixture
def app(built_example: Any, connection: Connection) -> Iterator[Any]:
    """The portal with the example product only; it is not active anywhere yet."""
    from portaal_voorbeeld.models import Base
    from portaal_voorbeeld.settings import HEADINGS

    Base.metadata.create_all(connection)
    HEADINGS.clear()
    registry = built_example.registry
    registry["portaal.engine"] = registry["portaal.reading_engine"] = connection
    yield built_example
    registry["portaal.engine"] = registry["portaal.reading_engine"] = None


@pytest.fixture
def switch(app: Any) -> Activations:
    """What switches products on and off."""
    return activations(app.registry)


@pytest.fixture
def active(switch: Activations, dbsession: Session) -> Session:
    """The test's session, after the example product was switched on for Amsterdam."""
    switch.activate(dbsession, CODE, "voorbeeld", None)
    dbsession.commit()
    return dbsession


@pytest.fixture
def traveller() -> Iterator[Any]:
    """Time stands still; ``traveller.shift`` moves it."""
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """During this test the example product is installed, beside the three products."""
    monkeypatch.syspath_prepend(INSTALLED)


@pytest.fixture(autouse=True)
def every_change_has_an_audit_line() -> None:
    """What the plugins here write serves to try something; that acts have a line is looked at with the products."""
