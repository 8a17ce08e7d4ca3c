from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portaal import clock
from portaal.app import make_app
from portaal.plugins.contract import SettingsTab
from portaal.plugins.models import Activation
from portaal.settings.store import SettingsStore
from portaal.testing.application import KEYRING, app_settings
from tests.settings.proef import PRODUCT, Instellingen, proef

CHANGES: list[Any] = []


@pytest.fixture
def store() -> SettingsStore:
    store = SettingsStore(KEYRING)
    store.register(PRODUCT, SettingsTab(model=Instellingen))
    return store


@pytest.fixture(scope="session")
def built_proef(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The portal with only the product of these tests, in which one person may change what they like."""
    settings = app_settings(tmp_path_factory.mktemp("proef")) | {"portaal.second_person": "false"}
    app = make_app(settings, candidates=proef(CHANGES))  # type: ignore[arg-type]  # stands in for entry points
    app.registry["portaal.engine"].dispose()
    return app


@pytest.fixture
def app(built_proef: Any, connection: Connection, dbsession: Session) -> Iterator[Any]:
    """That portal on this test's connection; the product is active in Amsterdam (0363) only."""
    dbsession.add(Activation(gemeentecode="0363", product=PRODUCT, activated_at=clock.now()))
    dbsession.commit()
    CHANGES.clear()
    registry = built_proef.registry
    registry["portaal.engine"] = registry["portaal.reading_engine"] = connection
    yield built_proef
    registry["portaal.engine"] = registry["portaal.reading_engine"] = None


@pytest.fixture
def changes() -> list[Any]:
    """What the product's hook was told: gemeentecode, old and new model."""
    return CHANGES
