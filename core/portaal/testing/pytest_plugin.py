"""The pytest plugin of ``portaal[testkit]``: what it offers stands in the modules of this package."""

from __future__ import annotations

import pytest

from portaal.testing.application import app, browser, built_app, portals
from portaal.testing.audit import audit_lines
from portaal.testing.chromium import chromium, page
from portaal.testing.ciz import ciz, ciz_process
from portaal.testing.clock import clock
from portaal.testing.commits import committing_portal
from portaal.testing.contexts import hook_context, person_context
from portaal.testing.databases import connection, dbsession, engine, fresh_database, moulds, postgresql_server
from portaal.testing.mailbox import mailbox
from portaal.testing.makelaar import log_in_with_eherkenning, makelaar, walk
from portaal.testing.network import shut_network
from portaal.testing.people import log_in, people
from portaal.testing.products import activation, portal_plugins, save_settings
from portaal.testing.queries import count_queries

__all__ = [
    "activation",
    "app",
    "audit_lines",
    "browser",
    "built_app",
    "chromium",
    "ciz",
    "ciz_process",
    "clock",
    "committing_portal",
    "connection",
    "count_queries",
    "dbsession",
    "engine",
    "fresh_database",
    "hook_context",
    "log_in",
    "log_in_with_eherkenning",
    "mailbox",
    "makelaar",
    "moulds",
    "page",
    "people",
    "person_context",
    "portal_plugins",
    "portals",
    "postgresql_server",
    "save_settings",
    "shut_network",
    "walk",
]

MARKERS = (
    "portaal_plugins(*names): the application has these installed plugins, and no others",
    "portaal_database(*kinds): run on these databases only (sqlite, postgresql)",
    "network: this test may reach beyond this machine",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql", "both"),
        default="both",
        help="which database the portal's tests run on (default: both)",
    )
    parser.addini("portaal_network", "'open' lets every test reach beyond this machine", default="shut")


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        kinds = ["sqlite", "postgresql"] if chosen == "both" else [chosen]
        marker = metafunc.definition.get_closest_marker("portaal_database")
        if marker is not None:
            kinds = [kind for kind in kinds if kind in marker.args]
        metafunc.parametrize("database_kind", kinds, scope="session")
