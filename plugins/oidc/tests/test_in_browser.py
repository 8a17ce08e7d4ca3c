"""Logging in with a real browser, across two sites: the policy lets it go, and the cookie comes back with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portaal.app import make_app
from portaal.db.models import core_metadata
from portaal.db.session import make_engine
from portaal.testing.application import app_settings
from portaal.testing.chromium import accessibility_faults
from portaal.testing.seed import seed
from portaal.testing.server import Server, serving
from portaal_oidc.simulator.app import make_app as make_broker
from portaal_oidc.simulator.people import read_people
from portaal_oidc.simulator.state import Simulator

from .conftest import ACCOUNTS, ANNA, PLUGIN, SECRET, write_brokers

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The portal is at ``localhost``, the broker at ``127.0.0.1``: to a browser those are different sites."""
    folder = tmp_path_factory.mktemp("oidc-browser")
    portal_server, broker_server = Server(), Server()
    back = f"{portal_server.url()}/inloggen/terug/oidc"
    simulator = Simulator(broker_server.url("127.0.0.1"), "portaal:zorg", back, read_people(ACCOUNTS), secret=SECRET)
    engine = make_engine(f"sqlite:///{folder / 'portaal.sqlite'}")
    core_metadata().create_all(engine)
    with Session(engine) as dbsession:
        seed(dbsession)
        dbsession.commit()
    settings = app_settings(folder) | {
        "portaal.engine": engine,
        "portaal.session_options": {},
        "portaal.reading_session_options": {},
        "portaal.public_url": portal_server.url(),
        "oidc.brokers": str(write_brokers(folder, simulator.issuer)),
    }
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        stack.enter_context(serving(portal_server, make_app(settings, PLUGIN)))
        stack.enter_context(serving(broker_server, make_broker(simulator)))
        yield portal_server.url()


def to_broker(page: Any, portal: str) -> None:
    page.goto(f"{portal}/inloggen")
    assert accessibility_faults(page) == ""
    page.get_by_label("Voorbeeldbroker").check()
    page.locator("main").get_by_role("button", name="Verder").click()
    page.get_by_role("heading", name="Gesimuleerde broker").wait_for()


def test_somebody_logs_in_across_sites(page: Any, portal: str) -> None:
    to_broker(page, portal)
    page.locator("#person").select_option(ANNA)
    page.get_by_role("button", name="Inloggen").click()
    page.wait_for_url(f"{portal}/persoonlijke-instellingen")
    (cookie,) = [each for each in page.context.cookies(portal) if each["name"] == "portaal"]
    assert (cookie["sameSite"], cookie["httpOnly"]) == ("Lax", True)


@pytest.mark.parametrize("answer", ["low_level", "wrong_nonce"])
def test_a_refusal_can_be_read_by_everybody(page: Any, portal: str, answer: str) -> None:
    to_broker(page, portal)
    page.locator("#answer").select_option(answer)
    page.get_by_role("button", name="Inloggen").click()
    page.get_by_role("link", name="Opnieuw inloggen").wait_for()
    assert accessibility_faults(page) == ""


def test_somebody_cancels(page: Any, portal: str) -> None:
    to_broker(page, portal)
    page.get_by_role("button", name="Annuleren").click()
    page.get_by_role("heading", name="U hebt het inloggen geannuleerd").wait_for()
