"""The pytest plugin of ``portaal[testkit]``: what it offers stands in the modules of this package."""

from __future__ import annotations

import pytest

from portaal.testing.application import app, browser, built_app
from portaal.testing.chromium import chromium, page
from portaal.testing.databases import connection, dbsession, engine, fresh_database, postgresql_server
from portaal.testing.makelaar import log_in_with_eherkenning, makelaar, walk
from portaal.testing.people import log_in, people

__all__ = [
    "app", "browser", "built_app", "chromium", "connection", "dbsession", "engine", "fresh_database", "log_in",
    "log_in_with_eherkenning", "makelaar", "page", "people", "postgresql_server", "walk",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=("sqlite", "postgresql", "both"), default="both",
        help="which database the portal's tests run on (default: both)",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        kinds = ["sqlite", "postgresql"] if chosen == "both" else [chosen]
        metafunc.parametrize("database_kind", kinds, scope="session")
