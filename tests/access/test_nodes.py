"""Two nodes on one database: what happens to a session on one holds on the other, and after a restart."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account
from portaal.app import make_app
from portaal.testing.application import Browser, app_settings
from portaal.testing.people import People
from portaal.testing.seed import seed

OVERVIEW = "/g/0363/"


@pytest.fixture
def anna(fresh_database: Engine) -> Account:
    with Session(fresh_database, expire_on_commit=False) as dbsession:
        seed(dbsession)
        return People(dbsession, itertools.count(1)).new(("gebruiker", "iwmo"))


@pytest.fixture
def start(fresh_database: Engine, tmp_path: Path) -> Callable[[], Any]:
    """Start a node on the database."""
    settings = app_settings(tmp_path) | {
        "portaal.engine": fresh_database,
        "portaal.session_options": {},
        "portaal.reading_session_options": {},
    }
    return lambda: make_app(settings)


@pytest.fixture
def nodes(start: Callable[[], Any], anna: Account, fresh_database: Engine) -> tuple[Browser, Browser]:
    """Anna's browser as it reaches one node and the other, with one cookie."""
    one, other = Browser(start()), Browser(start())
    with Session(fresh_database) as dbsession:
        one.log_in_as(dbsession, anna)
    other.set_cookie("portaal", one.cookies["portaal"].strip('"'))
    return one, other


def test_a_session_holds_on_both_and_ends_on_both(nodes: tuple[Browser, Browser]) -> None:
    one, other = nodes
    cookie = one.cookies["portaal"].strip('"')
    page = one.get(OVERVIEW, status=200)
    other.get(OVERVIEW, status=200)
    one.log_out(page)
    for node in nodes:
        node.set_cookie("portaal", cookie)
        assert node.get(OVERVIEW, status=303).location.endswith("?reden=niet_ingelogd")


def test_activity_on_one_counts_on_the_other(nodes: tuple[Browser, Browser]) -> None:
    one, other = nodes
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for node in (one, other, one):
            traveller.shift(timedelta(minutes=15))
            node.get(OVERVIEW, status=200)
        traveller.shift(timedelta(minutes=20))
        other.get(OVERVIEW, status=303)


def test_a_right_that_is_withdrawn_is_gone_on_both(
    nodes: tuple[Browser, Browser], anna: Account, fresh_database: Engine
) -> None:
    for node in nodes:
        node.get("/g/0363/iwmo/berichten", status=200)
    with Session(fresh_database) as dbsession:
        dbsession.get_one(Account, anna.id).grants[0].revoked_at = clock.now()
        dbsession.commit()
    for node in nodes:
        assert node.get("/g/0363/iwmo/berichten", status=303).location.endswith("/wacht-op-rollen")


def test_a_restart_ends_no_session_and_revives_none(nodes: tuple[Browser, Browser], start: Callable[[], Any]) -> None:
    cookie = nodes[0].cookies["portaal"].strip('"')
    after = Browser(start())
    after.set_cookie("portaal", cookie)
    after.log_out(after.get(OVERVIEW, status=200))
    again = Browser(start())
    again.set_cookie("portaal", cookie)
    again.get(OVERVIEW, status=303)
