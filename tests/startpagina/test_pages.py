"""What everyone may read: the start page, the manual and the pages in the footer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import html5lib
import pytest
import time_machine

from portaal.access.models import Role
from portaal.startpagina.pages import FOOTER
from portaal.testing.application import Browser

START = "/Inloggen-op-portals"
PATHS = [START, *(page.path for page in FOOTER)]


def text_of(browser: Browser, path: str) -> str:
    return " ".join(browser.get(path).html.find("body").get_text(" ").split())


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_everyone_can_read_it(browser: Browser, path: str, language: str) -> None:
    response = browser.get(f"{path}?taal={language}")
    html5lib.HTMLParser(strict=True).parse(response.text)  # raises on the first parse error
    assert response.html.html["lang"] == language
    assert len(response.html.find_all("h1")) == 1


@pytest.mark.parametrize("path", PATHS)
def test_every_page_leads_to_all_the_others(browser: Browser, path: str) -> None:
    """R-05: the principles are reachable from every page; WCAG 3.2.6: help stands in the same place."""
    links = {link["href"] for link in browser.get(path).html.footer.find_all("a")}
    assert links >= {page.path for page in FOOTER}


@pytest.mark.parametrize("path", PATHS)
def test_every_public_page_has_the_link_inloggen(browser: Browser, log_in: Any, path: str) -> None:
    """R-26: the start page is reached by it. Who is logged in has no use for it."""
    assert browser.get(path).html.header.find("a", string="Inloggen")["href"] == START
    assert log_in(("gebruiker", "iwmo")).get(path).html.header.find("a", string="Inloggen") is None


def test_the_start_page_says_what_the_manual_says(browser: Browser) -> None:
    """R-26 to R-37."""
    page = text_of(browser, START)
    for words in (
        "Inlichtingenbureau",
        "Werk en Inkomen, Belastingen en Onderwijs",
        "Wmo en Jeugdzorg (GGK)",
        "Centrale Voorziening (Bwv)",
        "Schuldhulpverlening",
        "Testomgeving Zorg (KTO)",
        "Let op!",
        "Als u 20 minuten niet actief bent, wordt u automatisch uitgelogd.",
        "Gemnet of Diginetwerk",
        "eHerkenning niveau 3",
        "De technische handleiding voor de portalen is op aanvraag verkrijgbaar bij onze servicedesk.",
        "Nog geen inlogmiddel?",
    ):
        assert words in page, words


def test_its_button_leads_to_the_login(browser: Browser) -> None:
    """R-27."""
    browser.get(START).click("Wmo en Jeugdzorg, inloggen op het portaal").mustcontain("Verder")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("uitgelogd", "U bent uitgelogd."),
        ("verlopen", "U bent automatisch uitgelogd"),
        ("niet_ingelogd", "U bent niet (meer) ingelogd."),
    ],
)
def test_it_says_why_one_came_here(browser: Browser, reason: str, words: str) -> None:
    assert words in text_of(browser, f"{START}?reden={reason}")


def test_it_says_nothing_that_it_does_not_know(browser: Browser) -> None:
    assert text_of(browser, f"{START}?reden=<b>x</b>") == text_of(browser, START)


def test_the_manual_has_its_steps_in_order(browser: Browser) -> None:
    """R-01, R-02."""
    page = browser.get("/handleiding").html
    headings = [heading.get_text() for heading in page.main.find_all(["h2", "h3"])]
    assert [heading.split(":")[0] for heading in headings if heading.startswith("Stap")] == [
        f"Stap {number}" for number in range(1, 8)
    ]
    assert "De terugkerende gebruiker" in headings
    assert {anchor["href"] for anchor in page.main.select("a[href^='#']")} <= {
        f"#{element['id']}" for element in page.main.find_all(id=True)
    }
    for label in ("Verder", "Persoonlijke Instellingen", "Opslaan", "Verificatie", "verifieer"):
        assert f"‘{label}’" in page.main.get_text()


def test_the_principles_name_both_groups_and_both_agreements(browser: Browser) -> None:
    """R-05 to R-09."""
    page = text_of(browser, "/veilig-en-zorgvuldig-gebruik")
    assert "veilig, zorgvuldig en efficiënt" in page
    assert "wie het knooppunt bouwt en beheert, en voor wie het gebruikt" in page
    assert "Aansluitings- en bewerkersovereenkomst gemeente met het Inlichtingenbureau" in page
    assert "Bewerkersovereenkomst gemeente met VECOZO" in page


def test_the_cookie_page_names_the_cookies_that_are_set(browser: Browser) -> None:
    browser.get("/cookies?taal=en")
    browser.get("/inloggen")  # a form: its token is tied to a cookie
    browser.get("/g/0363/")  # only for who is logged in
    named = {code.get_text() for code in browser.get("/cookies").html.main.find_all("code")}
    assert set(browser.cookies) == named


def test_security_txt_names_contact_and_end(browser: Browser) -> None:
    """RFC 9116: the date of expiry is less than a year away."""
    with time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=UTC), tick=False):
        response = browser.get("/.well-known/security.txt")
    assert response.content_type == "text/plain"
    assert response.text.splitlines() == [
        "Contact: mailto:servicedesk@portaal.example",
        "Expires: 2027-05-20T00:00:00Z",
        "Preferred-Languages: nl, en",
        "Canonical: http://localhost/.well-known/security.txt",
        "Policy: http://localhost/kwetsbaarheid-melden",
    ]


def test_a_stranger_at_the_root_goes_to_the_start_page(browser: Browser) -> None:
    assert browser.get("/", status=303).location == f"http://localhost{START}"


@pytest.mark.parametrize(
    ("person", "path"),
    [
        ({"saved": False, "verified": False}, "/persoonlijke-instellingen"),
        ({"verified": False}, "/verificatie"),
        ({}, "/wacht-op-rollen"),
    ],
)
def test_somebody_who_signs_up_goes_to_the_next_step(log_in: Any, person: dict[str, bool], path: str) -> None:
    """R-50, R-65, R-69."""
    assert log_in(**person).get("/", status=303).location == f"http://localhost{path}"


def test_somebody_with_a_role_goes_to_the_overview(log_in: Any) -> None:
    """R-49."""
    assert log_in(("gebruiker", "iwmo")).get("/", status=303).location == "http://localhost/g/0363/"


def test_the_servicedesk_goes_to_its_desk(log_in: Any) -> None:
    assert log_in(Role.SERVICEDESK, operator=True).get("/", status=303).location == "http://localhost/servicedesk"


@pytest.mark.parametrize("path", [START, "/inloggen", "/handleiding", "/veilig-en-zorgvuldig-gebruik", "/privacy"])
def test_the_operators_name_is_a_setting(browser: Browser, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """R-03: it changed once and will again."""
    monkeypatch.setitem(browser.app.registry.settings, "portaal.operator_name", "Bureau Ander")
    page = browser.get(path).text
    assert "Bureau Ander" in page
    assert "Stichting Inlichtingenbureau" not in page
