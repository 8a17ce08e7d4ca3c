from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portaal import clock
from portaal.app import make_app
from portaal.organisations.activation import Activation
from portaal.plugins.contract import ConnectionTest, SettingsTab
from portaal.settings.store import SettingsStore
from portaal.testing.application import KEYRING, app_settings
from portaal.web.i18n import _
from tests.settings.proef import PRODUCT, Instellingen, proef

CHANGES: list[Any] = []


class Partner:
    """Answers connection tests: each with the next of ``answers``, the last one again and again."""

    def __init__(self) -> None:
        self.seen: list[Instellingen] = []
        self.answers: list[Any] = []

    def answer(self, settings: Instellingen) -> Any:
        self.seen.append(settings)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            return answer()
        return answer


PARTNER = Partner()


@pytest.fixture
def store() -> SettingsStore:
    store = SettingsStore(KEYRING)
    store.register(PRODUCT, SettingsTab(model=Instellingen))
    return store


def build(folder: Path, second_person: str, **tab: Any) -> Any:
    settings = app_settings(folder) | {"portaal.second_person": second_person}
    app = make_app(settings, candidates=proef(CHANGES, **tab))  # type: ignore[arg-type]  # stands in for entry points
    app.registry["portaal.engine"].dispose()
    return app


@pytest.fixture(scope="session")
def built_proef(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The portal with only the product of these tests, in which one person may change what they like."""
    return build(tmp_path_factory.mktemp("proef"), "false")


@pytest.fixture(scope="session")
def built_strict(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The same, with a connection test and a second person."""
    return build(tmp_path_factory.mktemp("strict"), "true", test_connection=PARTNER.answer)


@contextmanager
def on(app: Any, connection: Connection, dbsession: Session) -> Iterator[Any]:
    """An application on this test's connection; the product is active in Amsterdam (0363) only."""
    dbsession.add(Activation(gemeentecode="0363", product=PRODUCT, activated_at=clock.now()))
    dbsession.commit()
    CHANGES.clear()
    registry = app.registry
    registry["portaal.engine"] = registry["portaal.reading_engine"] = connection
    yield app
    registry["portaal.engine"] = registry["portaal.reading_engine"] = None


@pytest.fixture
def app(built_proef: Any, connection: Connection, dbsession: Session) -> Iterator[Any]:
    with on(built_proef, connection, dbsession) as app:
        yield app


@pytest.fixture
def changes() -> list[Any]:
    """What the product's hook was told: gemeentecode, old and new model."""
    return CHANGES


@pytest.fixture
def partner() -> Partner:
    """The other side of the product's connection test."""
    PARTNER.seen.clear()
    PARTNER.answers = [ConnectionTest(succeeded=True, text=_("Succeeded"))]
    return PARTNER
