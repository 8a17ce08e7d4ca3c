"""Logging in with a real browser: across two sites, with the keyboard only, and readable for everybody."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portaal.login.refusal import RefusalReason
from portaal.simulators.makelaar.deviations import DEVIATIONS, NORMAL
from portaal.testing.chromium import accessibility_faults, scrolls_sideways
from portaal.web.i18n import COOKIE, LOCALES
from tests.eherkenning.conftest import TwoSites

pytestmark = pytest.mark.browser
ANNA = "anna.degroot@amsterdam.example"
OMAR = "omar.haddad@regio.example"
WIDTHS = (320, 1280)
PICTURES = os.environ.get("PORTAAL_PICTURES")  # a folder, for who wants to see the screens


def to_makelaar(page: Any, sites: TwoSites) -> None:
    page.goto(f"{sites.portal}/inloggen")
    page.get_by_label("Voorbeeldmakelaar").check()
    page.locator("main").get_by_role("button", name="Verder").click()
    page.wait_for_url(f"{sites.makelaar.base_url}/keuze")


def log_in(page: Any, sites: TwoSites, username: str = ANNA, deviation: str = NORMAL) -> None:
    """From the choice of supplier to the portal's answer."""
    if deviation != NORMAL:
        page.get_by_text("Afwijkend antwoord", exact=True).first.click()
        page.locator("#deviation").select_option(deviation)
    page.get_by_role("button", name="Doorgaan").click()
    page.get_by_label("Gebruikersnaam").fill(username)
    page.get_by_label("Wachtwoord", exact=True).fill("welkom-portaal")
    page.get_by_role("button", name="Doorgaan").click()
    page.get_by_label("Code uit de sms").fill(sites.code_of(username))
    page.get_by_role("button", name="Doorgaan").click()


def examine(page: Any, name: str) -> None:
    """Nothing for axe to report and no sideways scrolling, on a phone and on a desk, in both languages."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert accessibility_faults(page) == "", f"{name} at {width}"
        assert not scrolls_sideways(page), f"{name} at {width}"
        if PICTURES:
            language = page.locator("html").get_attribute("lang")
            page.screenshot(path=Path(PICTURES) / f"{name}-{language}-{width}.png", full_page=True)


def examine_in_both_languages(page: Any, name: str) -> None:
    examine(page, name)
    page.get_by_role("link", name="English").click()
    examine(page, name)
    page.get_by_role("link", name="Nederlands").click()


@pytest.mark.parametrize("answers", ["artifact", "post"])
def test_somebody_logs_in_across_sites(page: Any, two_sites: Callable[[str], TwoSites], answers: str) -> None:
    """An answer by POST comes without the SameSite=Lax cookie; it works because the browser then comes back by GET."""
    sites = two_sites(answers)
    to_makelaar(page, sites)
    log_in(page, sites)
    page.wait_for_url(f"{sites.portal}/persoonlijke-instellingen")
    (cookie,) = [each for each in page.context.cookies(sites.portal) if each["name"] == "portaal"]
    assert (cookie["sameSite"], cookie["httpOnly"]) == ("Lax", True)


@pytest.mark.parametrize("answers", ["artifact", "post"])
def test_somebody_cancels_across_sites(page: Any, two_sites: Callable[[str], TwoSites], answers: str) -> None:
    sites = two_sites(answers)
    to_makelaar(page, sites)
    page.get_by_role("button", name="Annuleren").click()
    page.get_by_role("heading", name="U hebt het inloggen geannuleerd").wait_for()


def test_without_javascript_a_button_leads_on(chromium: Any, two_sites: Callable[[str], TwoSites]) -> None:
    sites = two_sites("post")
    context = chromium.new_context(java_script_enabled=False, locale="nl-NL")
    page = context.new_page()
    page.goto(f"{sites.portal}/inloggen")
    page.get_by_label("Voorbeeldmakelaar").check()
    page.locator("main").get_by_role("button", name="Verder").click()
    page.get_by_role("heading", name="Verder naar Voorbeeldmakelaar").wait_for()
    page.locator("main").get_by_role("button", name="Verder").click()
    log_in(page, sites)
    page.get_by_role("heading", name="Terug naar het portaal").wait_for()
    page.get_by_role("button", name="Doorgaan").click()
    page.wait_for_url(f"{sites.portal}/persoonlijke-instellingen")
    context.close()


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(40):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_the_keyboard_is_enough(page: Any, two_sites: Callable[[str], TwoSites]) -> None:
    sites = two_sites("artifact")
    page.goto(f"{sites.portal}/inloggen")
    tab_to(page, "input[name=makelaar]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{sites.makelaar.base_url}/keuze")
    tab_to(page, "input[name=supplier]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "summary")
    page.keyboard.press("Enter")
    tab_to(page, "select")
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{sites.makelaar.base_url}/inloggen")
    tab_to(page, "#username")
    page.keyboard.type(OMAR)
    page.keyboard.press("Tab")
    page.keyboard.type("welkom-portaal")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{sites.makelaar.base_url}/sms")
    tab_to(page, "#code")
    page.keyboard.type(sites.code_of(OMAR))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{sites.makelaar.base_url}/organisatie")
    tab_to(page, "input[name=organisation]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{sites.portal}/persoonlijke-instellingen")


def test_every_screen_of_the_makelaar_is_for_everybody(page: Any, two_sites: Callable[[str], TwoSites]) -> None:
    sites = two_sites("artifact")
    base = sites.makelaar.base_url
    page.goto(f"{base}/")
    examine_in_both_languages(page, "makelaar-begin")
    to_makelaar(page, sites)
    examine_in_both_languages(page, "makelaar-keuze")
    page.locator("summary").click()
    examine(page, "makelaar-keuze-afwijkend")
    page.get_by_role("button", name="Doorgaan").click()
    examine_in_both_languages(page, "makelaar-inloggen")
    page.get_by_role("button", name="Doorgaan").click()
    examine(page, "makelaar-inloggen-fout")
    page.get_by_role("link", name="Smartcard").click()
    examine_in_both_languages(page, "makelaar-smartcard")
    page.goto(f"{base}/inloggen")
    page.get_by_label("Gebruikersnaam").fill(OMAR)
    page.get_by_label("Wachtwoord", exact=True).fill("welkom-portaal")
    page.get_by_role("button", name="Doorgaan").click()
    examine_in_both_languages(page, "makelaar-sms")
    page.get_by_label("Code uit de sms").fill("1")
    page.get_by_role("button", name="Doorgaan").click()
    examine(page, "makelaar-sms-fout")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open de gesimuleerde telefoon").click()
    phone = opened.value
    phone.wait_for_load_state()
    examine_in_both_languages(phone, "makelaar-telefoon")
    phone.close()
    page.get_by_label("Code uit de sms").fill(sites.code_of(OMAR))
    page.get_by_role("button", name="Doorgaan").click()
    examine_in_both_languages(page, "makelaar-organisatie")
    for path in ("/hulp/forgot", "/hulp/register", "/telefoon", "/sms"):
        page.goto(f"{base}{path}")
        examine_in_both_languages(page, f"makelaar{path.replace('/', '-')}")
    page.context.clear_cookies()
    page.goto(f"{base}/keuze")
    examine_in_both_languages(page, "makelaar-afgelopen")


def test_the_pages_of_the_portal_are_for_everybody(page: Any, two_sites: Callable[[str], TwoSites]) -> None:
    sites = two_sites("artifact")
    page.goto(f"{sites.portal}/inloggen")
    examine_in_both_languages(page, "inloggen")
    page.locator("main").get_by_role("button", name="Verder").click()
    examine(page, "inloggen-fout")


@pytest.mark.parametrize("deviation", ["too_low", "expired", "altered", "nothing", "request_denied"])
def test_a_refusal_says_the_same_in_the_other_language(
    page: Any, two_sites: Callable[[str], TwoSites], deviation: str
) -> None:
    assert deviation in DEVIATIONS
    sites = two_sites("artifact")
    to_makelaar(page, sites)
    log_in(page, sites, deviation=deviation)
    page.wait_for_url(f"{sites.portal}/**")
    dutch, reference = page.get_by_role("heading").first.inner_text(), page.locator("main code").inner_text()
    page.get_by_role("link", name="English").click()
    assert page.locator("main code").inner_text() == reference
    page.get_by_role("link", name="Nederlands").click()
    assert page.get_by_role("heading").first.inner_text() == dutch


# All that is technical shares one page, which "signature" stands for here.
OF_THAT_PAGE = {"malformed", "wrong_party", "wrong_request", "wrong_service", "wrong_identity", "encryption"}


def test_every_page_of_a_refusal_is_for_everybody(page: Any, two_sites: Callable[[str], TwoSites]) -> None:
    portal = two_sites("artifact").portal
    for reason in sorted(set(RefusalReason) - OF_THAT_PAGE):
        page.goto(f"{portal}/inloggen/mislukt/{reason}?kenmerk=0a1b2c3d")
        examine_in_both_languages(page, f"geweigerd-{reason}")


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("username", ["joris.vos@haarlemmermeer.example", "noor.hendriks@onbekend.example"])
def test_the_page_for_who_may_not_in_is_for_everybody(
    page: Any, two_sites: Callable[[str], TwoSites], username: str, language: str
) -> None:
    sites = two_sites("artifact")
    to_makelaar(page, sites)
    page.context.add_cookies([{"name": COOKIE, "value": language, "url": sites.portal}])
    log_in(page, sites, username)
    page.wait_for_url(f"{sites.portal}/**")
    assert page.locator("html").get_attribute("lang") == language
    examine(page, f"buiten-{username.partition('.')[0]}")


def test_the_page_that_leads_on_is_for_everybody(chromium: Any, two_sites: Callable[[str], TwoSites]) -> None:
    sites = two_sites("artifact")
    context = chromium.new_context(locale="nl-NL")
    page = context.new_page()
    page.route("**/*.js", lambda route: route.abort())  # or it would be gone at once
    page.goto(f"{sites.portal}/inloggen")
    page.get_by_label("Voorbeeldmakelaar").check()
    page.locator("main").get_by_role("button", name="Verder").click()
    page.get_by_role("heading", name="Verder naar Voorbeeldmakelaar").wait_for()
    examine(page, "verder")
    context.close()
