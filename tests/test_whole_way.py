"""The whole way without a browser: sign up by real SAML, get in, deliver a WMO301, fetch its WMO302."""

from __future__ import annotations

import time

import webtest

from portaal.testing.application import Browser
from portaal.testing.makelaar import form_with
from tests.e2e.messages import wmo301
from tests.world import World

SERVICEDESK = "karin.dewit@portaal.example"
BEHEERDER = "gijs.mulder@diemen.example"
COLLEAGUE = "hanna.kok@diemen.example"
PRODUCTBEHEERDER = "daan.vandijk@amsterdam.example"


def test_the_whole_way(world: World) -> None:
    sign_up(world, BEHEERDER, "Mulder")
    verify(world, BEHEERDER, code_of_the_servicedesk(world))
    sign_up(world, COLLEAGUE, "Kok")
    verify(world, COLLEAGUE, code_and_role(world))
    browser, page = world.log_in(COLLEAGUE)
    page.mustcontain("U hebt nu toegang tot het portaal Zorg")
    browser.get("/g/0384/ijw/berichten", status=403)
    browser.get("/g/0363/iwmo/berichten", status=404)
    deliver_and_fetch(browser)
    only_settings(world)


def sign_up(world: World, username: str, achternaam: str) -> None:
    """Steps 5 and 6 of the manual."""
    _, page = world.log_in(username)
    form = form_with(page, "achternaam")
    form["achternaam"], form["email"] = achternaam, username
    form.submit().follow().mustcontain("Verificatie", "Nieuwe gebruiker", "Nieuwe gebruikersbeheerder")


def verify(world: World, username: str, code: str) -> None:
    """Step 7, and the page that says to log in again."""
    browser, page = world.log_in(username)
    form = form_with(page, "verificatiecode")
    form["verificatiecode"] = code
    form.submit().follow().mustcontain("Verificatie gelukt")
    browser.get("/g/0384/", status=303)


def code_of_the_servicedesk(world: World) -> str:
    _, page = world.log_in(SERVICEDESK)
    page = page.click("Mulder")
    return issued(form_to(page, "/code").submit())


def code_and_role(world: World) -> str:
    """The gebruikersbeheerder finds the notice, gives the role Gebruiker for iWmo, and makes a code."""
    browser, _ = world.log_in(BEHEERDER)
    browser.get("/meldingen").mustcontain("Kok")
    page = browser.get("/g/0384/gebruikers").click("Kok")
    form = form_with(page, "rol")
    form["product"], form["rol"] = "iwmo", "gebruiker"
    return issued(form_to(form.submit().follow(), "/code").submit())


def issued(page: webtest.TestResponse) -> str:
    """The code that is shown this once."""
    while page.status_int == 303:
        page = page.follow()
    return str(page.html.find(id="verificatiecode").text)


def form_to(page: webtest.TestResponse, ending: str) -> webtest.Form:
    return next(form for form in page.forms.values() if form.action.endswith(ending))


def deliver_and_fetch(browser: Browser) -> None:
    """A WMO301 goes out; its WMO302 stands linked with it and is downloaded."""
    form = form_with(browser.get("/g/0384/iwmo/aanleveren"), "bestanden")
    form["bestanden"] = [webtest.Upload("toewijzing.xml", wmo301())]
    result = form.submit().follow()
    result.mustcontain("Het bestand is aangenomen")
    message = result.click("Volg dit bericht")
    deadline = time.monotonic() + 60
    while not any("WMO302" in link.text for link in message.html.find_all("a")):  # that it is expected stands there too
        assert time.monotonic() < deadline
        time.sleep(0.1)
        message = browser.get(message.request.path)
    trail = [link.text.strip() for link in message.html.select(".utrecht-breadcrumb-nav a")]
    assert trail == ["Berichten iWmo", "WMO301"]
    retour = message.click("WMO302")
    download = form_to(retour, "/download").submit()
    assert b"wmo302" in download.body
    assert download.headers["Content-Disposition"].startswith("attachment")


def only_settings(world: World) -> None:
    """A Productbeheerder has the settings tab, and gets at no message."""
    browser, page = world.log_in(PRODUCTBEHEERDER)
    for path in ("aanleveren", "berichten", "bekijken"):
        browser.get(f"/g/0363/iwmo/{path}", status=403)
    page.click("Instellingen", href="/iwmo/").mustcontain("Opslaan")
