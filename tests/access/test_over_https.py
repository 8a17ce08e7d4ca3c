"""Where the portal runs in earnest: cookies that no other site can set, and https only (ASVS 3.3, 3.4.1)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from portaal.access.models import Account
from portaal.testing.application import Browser
from portaal.testing.people import People

START, OVERVIEW = "/Inloggen-op-portals", "/g/0363/"
COOKIES = {"__Host-portaal", "__Host-naar"}


@pytest.fixture
def secure(app: Any, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A browser that reaches the portal over https, as behind the front proxy."""
    monkeypatch.setitem(app.registry.settings, "portaal.public_url", "https://localhost")
    return Browser(app, {"wsgi.url_scheme": "https"})


@pytest.fixture
def somebody(people: People) -> Account:
    return people.new(("gebruiker", "iwmo"))


def cookies_of(response: Any) -> dict[str, set[str]]:
    """The attributes of each cookie that a response sets, in lower case."""
    found = {}
    for header in response.headers.getall("Set-Cookie"):
        (name, _, _), *attributes = [part.strip().partition("=") for part in header.split(";")]
        found[name] = {"=".join(filter(None, (key, value))).lower() for key, _, value in attributes}
    return found


@pytest.mark.parametrize("path", [START, OVERVIEW, "/inloggen", "/bestaat-niet"])
def test_every_cookie_is_for_this_host_and_https_only(secure: Browser, path: str) -> None:
    cookies = cookies_of(secure.get(path, status="*"))
    assert set(cookies) <= COOKIES
    for attributes in cookies.values():
        assert attributes >= {"secure", "httponly", "path=/", "samesite=lax"}
        assert not any(attribute.startswith("domain") for attribute in attributes)


def test_the_two_cookies_there_are(secure: Browser) -> None:
    assert set(cookies_of(secure.get("/inloggen"))) | set(cookies_of(secure.get(OVERVIEW))) == COOKIES


def test_a_cookie_that_another_site_could_have_set_is_nobodys(
    secure: Browser, somebody: Account, dbsession: Session
) -> None:
    """Any host under the same domain, or plain http, can set one without the prefix."""
    secure.log_in_as(dbsession, somebody)
    token = secure.cookies["portaal"].strip('"')
    assert secure.get(OVERVIEW, status=303).location.endswith("?reden=niet_ingelogd")
    secure.reset()
    secure.set_cookie("__Host-portaal", token)
    secure.get(OVERVIEW, status=200)


@pytest.mark.parametrize("path", [START, "/bestaat-niet", "/health"])
def test_browsers_are_told_to_stay_with_https(secure: Browser, path: str) -> None:
    hsts = secure.get(path, status="*").headers["Strict-Transport-Security"]
    assert hsts == "max-age=31536000; includeSubDomains"


def test_on_a_developers_own_machine_there_is_no_https_to_stay_with(browser: Browser) -> None:
    response = browser.get(START)
    assert "Strict-Transport-Security" not in response.headers
    assert not {"secure"} & set().union(*cookies_of(browser.get("/inloggen")).values())
