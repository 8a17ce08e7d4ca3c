"""The pages about relinking, and the one that asks before something ends, as they look.

Valid HTML, nothing that axe finds, no scrolling sideways.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import html5lib
import pytest
from sqlalchemy.orm import Session

from portaal.access.models import Role
from portaal.testing.application import Browser
from portaal.testing.chromium import accessibility_faults, scrolls_sideways
from portaal.testing.pages import main_form
from portaal.testing.people import People

pytestmark = pytest.mark.portaal_database("sqlite")  # how pages look does not depend on it
WIDTHS = (1280, 640, 320)  # axe looks at the last one
START = "/servicedesk/herkoppelen"
ENDING = "/servicedesk/medewerkers/{}/beeindigen"
LONG = "een.heel.lang.adres.zonder.een.plek.om.het.af.te.breken@sociaal-domein.gemeente-amsterdam.example"
FOREIGN = "urn:etoegang:HM:00000099000000000002:entities:9000"


@pytest.fixture
def screens(browser: Browser, people: People, dbsession: Session) -> dict[str, Any]:
    """Every state of the pages."""
    karin, piet = (people.new(Role.SERVICEDESK, operator=True, voornaam=name) for name in ("Karin", "Piet"))
    anna = people.new(Role.GEBRUIKERSBEHEERDER, ("gebruiker", "iwmo"), voornaam="Anna", email=LONG, issuer=FOREIGN)
    for number in range(30):
        people.new(achternaam=f"Reeks{number:02}")
    browser.log_in_as(dbsession, karin)
    screens = {
        "empty": browser.get(START),
        "nobody found": browser.get(START, {"q": "niemand"}),
        "a BSN": browser.get(START, {"fout": "bsn"}),
        "found": browser.get(START, {"q": "persoon anna"}),
        "pages": browser.get(START, {"q": "reeks", "pagina": "2"}),
        "no newcomers": browser.get(f"{START}/{anna.id}"),
    }
    newcomer = people.new(verified=False, saved=False)
    pair = f"{START}/{anna.id}/{newcomer.id}"
    screens |= {
        "newcomers": browser.get(f"{START}/{anna.id}"),
        "impossible": browser.get(f"{START}/{anna.id}/{anna.id}"),
        "compare": browser.get(pair),
        "wrong": main_form(browser.get(pair)).submit(status=422),
    }
    form = main_form(browser.get(pair))
    form["reden"] = "Teruggebeld op het nummer van de gemeente.\nGesproken met de teamleider."
    screens["proposed"] = form.submit(status=303).follow()
    browser.log_in_as(dbsession, piet)
    address = screens["proposed"].request.path
    screens |= {"waiting": browser.get(START), "to confirm": browser.get(address)}
    unknown = address[: -len(str(newcomer.id))] + str(newcomer.id)
    return screens | {
        "gone": browser.get(unknown),
        "desk": browser.get("/servicedesk"),
        "ask first": browser.get(ENDING.format(karin.id)),
    }


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
