"""The screens in Chromium: accessible at every width and in both languages, by keyboard only, and gone afterwards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from portaal.api import Role
from portaal.testing.chromium import accessibility_faults, scrolls_sideways
from portaal.testing.ciz import Fault, Server
from portaal.testing.contexts import context_of
from portaal.testing.live import LivePortal
from portaal.testing.products import settings_saver
from portaal_wlz_registertoets import jobs, signals
from portaal_wlz_registertoets.consulting import Asker

from .conftest import GEBRUIKER, HOME, OIN, PATIENCE, PRODUCTBEHEERDER, WITH, WITHOUT

pytestmark = pytest.mark.browser
WIDTHS = {1280: True, 640: False, 320: True}  # in pixels, and whether axe looks as well
SHOTS = os.environ.get("PORTAAL_SHOTS")  # a folder, for looking at the screens


@pytest.fixture
def portal(live_portal: LivePortal, ciz: Server) -> LivePortal:
    """The portal with the simulated register filled in."""
    save = settings_saver(live_portal.app, live_portal.people.dbsession)
    save("wlz_registertoets", endpoint=f"{ciz.url}/", oin=OIN, timeout=PATIENCE, signals=True)
    return live_portal


def looks_right(page: Any, name: str) -> None:
    """Nothing that axe finds, wide and narrow, and nothing that scrolls sideways at any of three widths."""
    page.wait_for_load_state()
    for width, axe in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 900})
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
        assert not scrolls_sideways(page), f"{name} at {width} px"
        assert not (axe and (faults := accessibility_faults(page))), f"{name} at {width} px: {faults}"
    page.set_viewport_size({"width": 1280, "height": 900})


def prints_well(page: Any, name: str) -> None:
    """On paper stands what was asked and found, and nothing to press."""
    page.emulate_media(media="print")
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}-papier.png", full_page=True)
    expect(page.locator("h1")).to_be_visible()
    shown = (f"{what}:visible" for what in ("nav", "footer", "button", "a.nl-button"))
    expect(page.locator(", ".join(shown))).to_have_count(0)
    page.emulate_media(media="screen")


def fill_in(page: Any, bsn: str = WITH, label: str = "BSN") -> None:
    page.get_by_label(label, exact=True).fill(bsn)
    page.get_by_label("Wmo 2015, 2.3.5: Beslissing op een aanvraag").check()
    page.get_by_label("Aanleiding").fill("Aanvraag huishoudelijke hulp")
    page.get_by_label("Zaak", exact=True).fill("Z-2026-118")


def ask(page: Any, bsn: str = WITH) -> None:
    fill_in(page, bsn)
    page.get_by_role("button", name="Vraag het CIZ").click()


def test_consulting(portal: LivePortal, page: Any, ciz: Server) -> None:
    portal.log_in(page.context, GEBRUIKER)
    page.goto(f"{portal.url}/g/0363/")
    looks_right(page, "overzicht")
    page.goto(f"{portal.url}{HOME}")
    looks_right(page, "raadplegen")
    page.get_by_role("button", name="Vraag het CIZ").click()
    expect(page.get_by_role("heading", name="Controleer wat u hebt ingevuld")).to_be_visible()
    looks_right(page, "raadplegen-fouten")
    for name, bsn in (("ja", WITH), ("nee", WITHOUT)):
        page.goto(f"{portal.url}{HOME}")
        ask(page, bsn)
        expect(page.get_by_role("heading", name=f"{name.capitalize()}, er is")).to_be_visible()
        looks_right(page, f"uitkomst-{name}")
        prints_well(page, f"uitkomst-{name}")
    ciz.behaviour.choose(Fault.FOUT_503)
    page.goto(f"{portal.url}{HOME}")
    ask(page)
    expect(page.get_by_text("Dit is geen nee.")).to_be_visible()
    looks_right(page, "uitkomst-niet-te-bepalen")
    page.goto(f"{portal.url}{HOME}eigen")
    looks_right(page, "eigen")
    page.goto(f"{portal.url}{HOME}eigen?taal=en")
    expect(page.get_by_role("heading", name="What you asked")).to_be_visible()
    looks_right(page, "eigen-en")


def test_english(portal: LivePortal, page: Any) -> None:
    portal.log_in(page.context, GEBRUIKER)
    page.goto(f"{portal.url}{HOME}?taal=en")
    looks_right(page, "raadplegen-en")
    page.get_by_label("BSN", exact=True).fill(WITHOUT)
    page.get_by_label("Wmo 2015, 2.3.2").check()
    page.get_by_label("Reason for asking").fill("Doubt")
    page.get_by_label("Reason for asking").fill("There is doubt")
    page.get_by_label("Case", exact=True).fill("Z-1")
    page.get_by_role("button", name="Ask the CIZ").click()
    expect(page.get_by_role("heading", name="No, there is no Wlz indication")).to_be_visible()
    looks_right(page, "uitkomst-en")


def test_by_keyboard_only(portal: LivePortal, page: Any) -> None:
    portal.log_in(page.context, GEBRUIKER)
    page.goto(f"{portal.url}{HOME}")
    press = page.keyboard.press
    press("Tab")
    expect(page.get_by_role("link", name="Naar de inhoud")).to_be_focused()
    press("Enter")
    press("Tab")
    expect(page.get_by_role("main").get_by_role("link", name="Wlz-signalen")).to_be_focused()
    press("Tab")
    expect(page.get_by_label("BSN", exact=True)).to_be_focused()
    page.keyboard.type(WITH)
    press("Tab")
    press("Space")
    press("ArrowDown")
    press("Tab")
    page.keyboard.type("Aanvraag huishoudelijke hulp")
    press("Tab")
    page.keyboard.type("Z-2026-118")
    press("Enter")
    expect(page.get_by_role("heading", name="Ja, er is een Wlz-indicatie")).to_be_visible()
    assert "2.3.3" in page.locator("dl").inner_text()
    for _ in range(40):
        press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Een andere inwoner raadplegen":
            break
    press("Enter")
    expect(page.get_by_role("heading", name="Wlz-register raadplegen")).to_be_visible()


def test_the_outcome_is_gone_from_the_browser(portal: LivePortal, page: Any, ciz: Server) -> None:
    """Going back, forward and reloading show no outcome, and ask nothing."""
    portal.log_in(page.context, GEBRUIKER)
    page.goto(f"{portal.url}{HOME}")
    ask(page)
    expect(page.get_by_text("Ja, er is een Wlz-indicatie")).to_be_visible()
    assert WITH not in page.url
    assert WITH not in page.title()
    page.goto(f"{portal.url}{HOME}eigen")
    asks_again = "chrome-error://chromewebdata/"  # Chromium's own page: was the form meant to be sent once more?
    form, own = f"{portal.url}{HOME}", f"{portal.url}{HOME}eigen"
    for step, address in (("back", asks_again), ("back", form), ("forward", asks_again), ("forward", own)):
        page.evaluate(f"setTimeout(() => history.{step}())")  # after the answer to this: the page may be gone at once
        expect(page).to_have_url(address)
        text = page.locator("body").inner_text()
        assert "Ja, er is een Wlz-indicatie" not in text, step
        assert "999 990 007" not in text, step
    assert ciz.count == 1


def test_the_browser_does_not_help_with_a_bsn(portal: LivePortal, page: Any) -> None:
    portal.log_in(page.context, GEBRUIKER)
    page.goto(f"{portal.url}{HOME}")
    field = page.get_by_label("BSN", exact=True)
    assert (field.get_attribute("autocomplete"), field.get_attribute("inputmode")) == ("off", "numeric")
    ask(page)
    page.goto(f"{portal.url}{HOME}")
    assert page.get_by_label("BSN", exact=True).input_value() == ""


def test_a_list(portal: LivePortal, page: Any, ciz: Server, tmp_path: Path) -> None:
    portal.log_in(page.context, GEBRUIKER)
    page.goto(f"{portal.url}{HOME}lijsten")
    looks_right(page, "lijsten")
    file = tmp_path / "inwoners.csv"
    file.write_text(f"Naam;BSN\nJansen;{WITH}\nDe Vries;{WITHOUT}\nFout;123\n", encoding="utf-8")
    page.get_by_label("Of kies een CSV-bestand").set_input_files(file)
    expect(page.get_by_text("Het bestand staat in het veld hierboven.")).to_be_visible()
    page.get_by_label("Wmo 2015, 2.3.2").check()
    page.get_by_label("Aanleiding").fill("Heronderzoek")
    page.get_by_label("Zaak", exact=True).fill("Z-2026-119")
    ciz.behaviour.slowness = 0.5
    ciz.behaviour.choose(Fault.TRAAG)
    page.get_by_role("button", name="Vraag het CIZ").click()
    expect(page.get_by_text("Alle 3 zijn klaar.")).to_be_visible()
    assert "Jansen" not in page.locator("body").inner_text()
    looks_right(page, "lijst")
    page.goto(f"{portal.url}{HOME}lijsten")
    expect(page.get_by_role("link", name="Zaak Z-2026-119")).to_be_visible()
    looks_right(page, "lijsten-open")


def test_the_auditor(portal: LivePortal, page: Any) -> None:
    asker = portal.log_in(page.context, GEBRUIKER, achternaam="Vraagal")
    for _ in range(3):
        page.goto(f"{portal.url}{HOME}")
        ask(page)
        page.wait_for_load_state()
    page.context.clear_cookies()
    portal.log_in(page.context, Role.AUDITOR)
    page.goto(f"{portal.url}{HOME}verantwoording")
    expect(page.get_by_role("img", name="Raadplegingen per dag")).to_be_visible()
    looks_right(page, "maand")
    prints_well(page, "maand")
    page.get_by_text("De cijfers als tabel").click()
    looks_right(page, "maand-tabel")
    page.goto(f"{portal.url}{HOME}verantwoording?taal=en")
    looks_right(page, "maand-en")
    page.goto(f"{portal.url}{HOME}verantwoording/persoon?taal=nl")
    looks_right(page, "persoon")
    page.get_by_label("Persoon").select_option(label="Test Vraagal")
    page.get_by_label("Aanleiding").fill("Steekproef")
    page.get_by_label("Een pagina").check()
    page.get_by_role("button", name="Rapportage maken").click()
    expect(page.get_by_role("heading", name="Raadplegingen van Test Vraagal")).to_be_visible()
    looks_right(page, "persoon-rapportage")
    prints_well(page, "persoon-rapportage")
    page.goto(f"{portal.url}{HOME}verantwoording/medewerkers")
    page.get_by_label("Persoon").select_option(value=str(asker.id))
    page.get_by_label("BSN", exact=True).fill(WITH)
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_text("Opgeslagen.")).to_be_visible()
    looks_right(page, "medewerkers")
    page.goto(f"{portal.url}/g/0363/audit")
    looks_right(page, "logboek")
    page.get_by_role("link", name="Wie heeft de gegevens van een inwoner bekeken?").click()
    looks_right(page, "logboek-bsn")
    page.get_by_label("BSN", exact=True).fill(WITH)
    page.get_by_label("Waarom zoekt u?").fill("Inzageverzoek 3")
    page.get_by_role("button", name="Zoeken").click()
    expect(page.get_by_text("Test Vraagal").first).to_be_visible()
    looks_right(page, "logboek-bsn-gevonden")
    prints_well(page, "logboek-bsn-gevonden")
    page.goto(f"{portal.url}/eigen-handelingen")
    looks_right(page, "eigen-handelingen")


def test_signals(portal: LivePortal, page: Any, ciz: Server) -> None:
    account = portal.log_in(page.context, GEBRUIKER)
    page.goto(f"{portal.url}{HOME}signalen")
    looks_right(page, "signalen-leeg")
    page.goto(f"{portal.url}{HOME}signalen/aanleveren")
    looks_right(page, "aanleveren")
    context = context_of(portal.app, portal.people.dbsession, "wlz_registertoets")
    with context.transaction() as dbsession:
        signals.deliver(dbsession, context.secrecy, [WITH, "999990019"], Asker(account.id, "0363"))
    jobs.compare_residents(context)
    page.goto(f"{portal.url}{HOME}signalen")
    looks_right(page, "signalen")
    page.get_by_role("button", name="Open").first.click()
    expect(page.get_by_role("heading", name="Een Wlz-signaal")).to_be_visible()
    looks_right(page, "signaal")
    page.get_by_role("button", name="Ik heb dit afgehandeld").click()
    expect(page.get_by_text("Het signaal is afgehandeld.")).to_be_visible()
    looks_right(page, "signalen-afgehandeld")


def test_the_settings(portal: LivePortal, page: Any) -> None:
    portal.log_in(page.context, PRODUCTBEHEERDER)
    page.goto(f"{portal.url}/g/0363/instellingen/wlz_registertoets/")
    expect(page.get_by_label("Webadres van het register")).to_be_visible()
    looks_right(page, "instellingen")
