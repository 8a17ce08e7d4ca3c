"""The pages as they look: valid HTML, nothing that axe finds, no scrolling sideways, and all of it without a script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import html5lib
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portaal.access.models import Role
from portaal.plugins.contract import ConnectionTest
from portaal.settings.certificate import Certificate
from portaal.settings.store import SettingsStore
from portaal.testing.application import Browser
from portaal.testing.chromium import accessibility_faults, scrolls_sideways
from portaal.testing.people import People
from portaal.web.i18n import _
from tests.settings.conftest import Partner, on
from tests.settings.pages import BEHEERDER, DRAFT, HISTORY, TAB, press, save
from tests.settings.proef import PRODUCT, Instellingen, Omgeving, certificate

pytestmark = pytest.mark.portaal_database("sqlite")  # how pages look does not depend on it
WIDTHS = (1280, 640, 320)  # axe looks at the last one
LONG = "https://ws.leverancier.example.org/gegevensknooppunt/ontvangen/berichten/versie-2/"


@pytest.fixture
def app(built_strict: Any, connection: Connection, dbsession: Session, partner: Partner) -> Iterator[Any]:
    with on(built_strict, connection, dbsession) as app:
        yield app


@pytest.fixture
def screens(
    browser: Browser, log_in: Any, dbsession: Session, people: People, store: SettingsStore, partner: Partner
) -> dict[str, Any]:
    """Every state of the pages, fetched without a script."""
    log_in(BEHEERDER)
    first = Instellingen(
        naam="Anna",
        toelichting="een\ntwee",
        sleutel=SecretStr("x"),
        certificaat=Certificate.parse(certificate(days=40)),
    )
    second = first.model_copy(update={"termijn": 21, "omgeving": Omgeving.PRODUCTIE})
    screens = {"nothing saved": browser.get(TAB), "empty history": browser.get(HISTORY), "no draft": browser.get(DRAFT)}
    store.save(dbsession, "0363", PRODUCT, first, based_on=0, by=None)
    dbsession.commit()
    stale = browser.get(TAB)
    store.save(dbsession, "0363", PRODUCT, second, based_on=1, by=people.new().id, reason="Reden")
    dbsession.commit()
    form = next(form for form in stale.forms.values() if "based-on" in form.fields)
    form["termijn"] = "7"
    partner.answers = [ConnectionTest(succeeded=False, text=_("Not filled in"))]
    screens |= {
        "stale": form.submit(status=409),
        "wrong": save(browser, status=422, termijn="400", sleutel="y", endpoint="localhost"),
        "saved": save(browser, naam="Bert").follow(),
        "draft": save(browser, endpoint=LONG, why__changed="Reden").follow(),
    }
    screens["tested"] = press(screens["draft"], "testen").follow()
    screens |= {"with draft": browser.get(TAB), "history": browser.get(HISTORY), "version": browser.get(f"{HISTORY}1")}
    log_in(Role.AUDITOR)
    return screens | {"read only": browser.get(TAB), "draft, read only": browser.get(DRAFT)}


def test_they_are_valid_html(screens: dict[str, Any]) -> None:
    for name, response in screens.items():
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(response.text)
        assert not parser.errors, f"{name}: {parser.errors}"
        ids = [element["id"] for element in response.html.find_all(id=True)]
        assert len(ids) == len(set(ids)), f"{name}: an id is there twice"


@pytest.mark.browser
def test_they_are_accessible_and_fit_every_width(screens: dict[str, Any], browser: Browser, page: Any) -> None:
    shown: dict[str, Any] = {}

    def answer(route: Any) -> None:
        path = urlsplit(route.request.url).path
        response = shown["page"] if path == "/shown" else browser.get(path)
        route.fulfill(status=200, headers=dict(response.headers), body=response.body)

    page.route("**/*", answer)
    for name, response in screens.items():
        shown["page"] = response
        page.goto("http://localhost/shown")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert not scrolls_sideways(page), f"{name} at {width} px"
        assert accessibility_faults(page) == "", name
