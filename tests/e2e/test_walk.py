"""The whole way once: from the start page to a delivered WMO301 and its return message, as the manual tells it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from portaal.testing.chromium import accessibility_faults, scrolls_sideways
from tests.e2e.conftest import Demo
from tests.e2e.messages import wmo301
from tests.e2e.people import PASSWORD, log_in, log_out

pytestmark = pytest.mark.browser
SERVICEDESK = "karin.dewit@portaal.example"
NEW_BEHEERDER = "gijs.mulder@diemen.example"
NEW_USER = "hanna.kok@diemen.example"
PRODUCTBEHEERDER = "daan.vandijk@amsterdam.example"


def looks_right(page: Any) -> None:
    """No fault that axe finds, and no scrolling sideways on a narrow screen."""
    page.wait_for_load_state()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert not scrolls_sideways(page), page.url
        assert not (faults := accessibility_faults(page)), f"{page.url} at {width} px: {faults}"
    page.set_viewport_size({"width": 1280, "height": 900})


def test_it_says_where_to_go_and_who_to_be(demo: Demo) -> None:
    for address in (demo.portal, demo.makelaar, demo.partners):
        assert f"{address}/" in demo.printed
    for word in (SERVICEDESK, NEW_BEHEERDER, NEW_USER, PASSWORD):
        assert word in demo.printed


def test_the_whole_way(demo: Demo, chromium: Any, tmp_path: Path) -> None:
    context = chromium.new_context(locale="nl-NL", reduced_motion="reduce", accept_downloads=True)
    page = context.new_page()

    # The new gebruikersbeheerder signs up; the code comes from the Servicedesk.
    log_in(page, demo, NEW_BEHEERDER)
    sign_up(page, voornaam="Gijs", achternaam="Mulder", email=NEW_BEHEERDER)
    log_out(page)
    code = issue_beheerder_code(page, demo)
    log_in(page, demo, NEW_BEHEERDER)
    verify(page, code)

    # A colleague signs up; the gebruikersbeheerder is told, gives a role and a code.
    log_in(page, demo, NEW_USER)
    sign_up(page, voornaam="Hanna", achternaam="Kok", email=NEW_USER)
    log_out(page)
    log_in(page, demo, NEW_BEHEERDER)
    code = let_in(page, demo)
    log_out(page)
    log_in(page, demo, NEW_USER)
    verify(page, code)

    # Now there is access, and a message goes out and comes back.
    log_in(page, demo, NEW_USER)
    expect(page.get_by_text("U hebt nu toegang tot het portaal Zorg")).to_be_visible()
    looks_right(page)
    deliver(page, tmp_path)
    message = fetch_return(page, tmp_path)
    log_out(page)

    # Who sets the product's settings gets at none of it.
    log_in(page, demo, PRODUCTBEHEERDER)
    only_settings(page, demo, message)
    context.close()


def sign_up(page: Any, **fields: str) -> None:
    """Steps 5 and 6: Persoonlijke Instellingen, and then the question for a verificatiecode."""
    expect(page.get_by_role("heading", name="Persoonlijke Instellingen")).to_be_visible()
    looks_right(page)
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_text("Vul een e-mailadres in").or_(page.get_by_text("Vul dit veld in")).first).to_be_visible()
    page.get_by_label("Mevrouw").check()
    page.get_by_label("Voornaam").fill(fields["voornaam"])
    page.get_by_label("Achternaam").fill(fields["achternaam"])
    page.get_by_label(re.compile("E-mailadres")).fill(fields["email"])
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_role("heading", name="Verificatie", exact=True)).to_be_visible()
    looks_right(page)


def issue_beheerder_code(page: Any, demo: Demo) -> str:
    """The Servicedesk gives the new gebruikersbeheerder a code."""
    log_in(page, demo, SERVICEDESK)
    looks_right(page)
    page.get_by_role("link", name="Gijs Mulder").click()
    page.get_by_role("button", name="Code voor gebruikersbeheerder").click()
    looks_right(page)
    code = page.locator("#verificatiecode").inner_text()
    log_out(page)
    return str(code)


def verify(page: Any, code: str) -> None:
    """Step 7: the code, and then out: the rights work after logging in again."""
    page.get_by_label("Verificatiecode").fill("ABCD EFGH JKLMN")
    page.get_by_role("button", name="Verifieer").click()
    expect(page.get_by_role("heading", name="Verificatie", exact=True)).to_be_visible()
    page.get_by_label("Verificatiecode").fill(code.lower())
    page.get_by_role("button", name="Verifieer").click()
    expect(page.get_by_role("heading", name="Verificatie gelukt")).to_be_visible()
    looks_right(page)


def let_in(page: Any, demo: Demo) -> str:
    """The gebruikersbeheerder sees the notice, gives the role Gebruiker for iWmo, and issues a code."""
    page.goto(f"{demo.portal}/meldingen")
    expect(page.get_by_text("Hanna Kok").first).to_be_visible()
    looks_right(page)
    page.goto(f"{demo.portal}/g/0384/gebruikers")
    looks_right(page)
    page.get_by_role("link", name="Hanna Kok").click()
    page.get_by_label("iWmo").check()
    page.get_by_label("Gebruiker", exact=True).check()
    page.get_by_role("button", name="Toekennen").click()
    page.get_by_role("button", name="Code uitgeven").click()
    looks_right(page)
    return str(page.locator("#verificatiecode").inner_text())


def deliver(page: Any, folder: Path) -> None:
    """A good WMO301 and one of another gemeente: the good one goes on, the other is explained."""
    good, wrong = folder / "toewijzing.xml", folder / "van-elders.xml"
    good.write_bytes(wmo301())
    wrong.write_bytes(wmo301(gemeente="0363", identificatie="E2E0002"))
    page.get_by_role("link", name="Berichten aanleveren").click()
    looks_right(page)
    page.locator("input[type=file]").set_input_files([good, wrong])
    page.get_by_role("button", name="Controleren en versturen").click()
    page.get_by_role("heading", name="Resultaat van uw aanlevering").wait_for()
    expect(page.get_by_text("van-elders.xml").first).to_be_visible()
    expect(page.get_by_text("Niet verstuurd").first).to_be_visible()
    looks_right(page)
    page.get_by_role("link", name=re.compile("Volg dit bericht.*toewijzing.xml")).click()
    looks_right(page)


def fetch_return(page: Any, folder: Path) -> str:
    """The return message comes in by itself, stands linked with ours, is looked at and is downloaded.

    :returns: the path of its page.
    """
    link = page.get_by_role("region", name="Hoort bij").get_by_role("link").first
    for _ in range(240):
        if link.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    link.click()
    expect(page.get_by_role("heading", level=1).filter(has_text="302")).to_be_visible()
    looks_right(page)
    page.get_by_role("link", name="Inhoud bekijken").click()
    expect(page.get_by_role("heading", name="Kop van het bericht")).to_be_visible()
    looks_right(page)
    page.get_by_role("link", name="Naar het bericht").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Downloaden").click()
    content = Path(download.value.path()).read_bytes()
    assert b"<" in content
    assert b"wmo302" in content
    page.reload()
    looks_right(page)
    return str(urlsplit(page.url).path)


def only_settings(page: Any, demo: Demo, message: str) -> None:
    """A Productbeheerder has the settings tab; what has to do with messages is refused, or not there at all."""
    for path in ("aanleveren", "berichten", "bekijken"):
        assert page.goto(f"{demo.portal}/g/0363/iwmo/{path}").status == 403, path
    looks_right(page)
    assert page.goto(f"{demo.portal}{message}").status == 404
    page.goto(f"{demo.portal}/g/0363/")
    page.get_by_role("link", name="Instellingen iWmo").click()
    expect(page.get_by_role("heading", name="iWmo", exact=True)).to_be_visible()
    looks_right(page)
