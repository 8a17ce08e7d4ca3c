"""Whoever opens a link while not logged in comes there after the login, and nowhere else."""

from __future__ import annotations

import pytest

from portaal.access.models import Role
from portaal.testing.application import Browser
from portaal.testing.makelaar import Walk
from portaal.testing.people import People

BRAM = "bram.visser@amsterdam.example"
LINK = "/g/0363/iwmo/berichten"
OVERVIEW = "http://localhost/g/0363/"


@pytest.fixture
def bram(walk: Walk, people: People) -> Walk:
    """Bram, who is in already, at the makelaar."""
    people.new(("gebruiker", "iwmo"), pseudonym=walk.state.accounts[BRAM].pseudonym)
    return walk


def after_login(walk: Walk) -> str:
    """Where somebody arrives who logs in now."""
    assert walk.log_in(BRAM).location == "http://localhost/"
    return str(walk.browser.get("/", status=303).location)


def test_a_link_is_followed_after_the_login_and_once(bram: Walk) -> None:
    bram.browser.get(f"{LINK}?zoek=iets", status=303)
    assert after_login(bram) == f"http://localhost{LINK}"
    bram.browser.get(LINK, status=200)
    assert bram.browser.get("/", status=303).location == OVERVIEW


def test_a_link_gives_no_right(bram: Walk) -> None:
    for link, status in (("/g/0363/gebruikers", 403), ("/g/0384/iwmo/berichten", 404), ("/servicedesk", 403)):
        bram.browser.reset()
        bram.browser.get(link, status=303)
        assert after_login(bram) == f"http://localhost{link}"
        bram.browser.get(link, status=status)


def test_who_has_to_sign_up_first_does_so(walk: Walk) -> None:
    walk.browser.get(LINK, status=303)
    assert after_login(walk) == "http://localhost/persoonlijke-instellingen"


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/", "https://evil.example/", "/\\\\evil.example", "\\\\\\\\evil.example",
        "javascript:alert(1)", "/",
        "/g/0363/\tx", "/g/0363/?a=b", "/g/0363/#x", "/%0d%0aSet-Cookie:x=1 ", "evil", "/" + "a" * 301,
        "/g@evil.example",
    ],
)  # fmt: skip
def test_a_cookie_that_holds_something_else_leads_nowhere(bram: Walk, path: str) -> None:
    assert after_login(bram) == OVERVIEW
    session = bram.browser.cookies["portaal"]
    planted = Browser(bram.browser.app, extra_environ=dict(bram.browser.extra_environ))
    answer = planted.get("/", headers={"Cookie": f'portaal={session}; naar="{path}"'}, status=303)
    assert answer.location == OVERVIEW


def test_what_a_page_fetches_by_itself_is_not_where_somebody_goes(browser: Browser) -> None:
    for headers in ({"X-Portaal-Background": "1"}, {"Sec-Fetch-Dest": "empty"}, {"Sec-Fetch-Dest": "image"}):
        browser.get(LINK, headers=headers, status=303)
    browser.head(LINK, status=303)
    assert "naar" not in browser.cookies


def test_the_cookie_is_for_this_portal_and_half_an_hour(browser: Browser) -> None:
    (cookie,) = [
        value for value in browser.get(LINK, status=303).headers.getall("Set-Cookie") if value.startswith("naar=")
    ]
    assert {part.strip() for part in cookie.split(";")[1:]} >= {"HttpOnly", "Max-Age=1800", "Path=/", "SameSite=Lax"}


def test_a_beheerder_comes_from_a_mail_to_the_person_who_waits(walk: Walk, people: People) -> None:
    people.new(Role.GEBRUIKERSBEHEERDER, pseudonym=walk.state.accounts[BRAM].pseudonym)
    newcomer = people.new(verified=False)
    link = f"/g/0363/gebruikers/{newcomer.id}"
    walk.browser.get(link, status=303)
    assert after_login(walk) == f"http://localhost{link}"
    walk.browser.get(link, status=200)


def test_the_end_of_a_session_leads_back_after_logging_in(bram: Walk) -> None:
    """WCAG 2.2.1, yardstick 22: who was logged out by silence goes on where they were."""
    after_login(bram)
    dialog = bram.browser.get(LINK).html.find(id="pz-sessie")
    assert dialog["data-pz-expired"] == f"/Inloggen-op-portals?reden=verlopen&naar={LINK.replace('/', '%2F')}"
    bram.browser.reset()
    bram.browser.get(dialog["data-pz-expired"], status=200).mustcontain("U bent automatisch uitgelogd")
    assert after_login(bram) == f"http://localhost{LINK}"


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "/x?y", ""])
def test_the_start_page_keeps_no_address_of_elsewhere(browser: Browser, path: str) -> None:
    browser.get("/Inloggen-op-portals", {"naar": path}, status=200)
    assert "naar" not in browser.cookies
