"""Logging in as people do: on the pages of the simulated makelaar, whose answers the portal fetches over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import webtest

import portaal.demo
from portaal.simulators.makelaar.accounts import read_accounts
from portaal.simulators.makelaar.app import make_app
from portaal.simulators.makelaar.questions import read_portal
from portaal.simulators.makelaar.state import Makelaar
from portaal.testing.application import Browser
from portaal.testing.eherkenning import SERVICE_UUID, makelaar_server, parties
from portaal.testing.pages import Visitor
from portaal.testing.server import serving

ACCOUNTS = Path(portaal.demo.__file__).parent / "accounts.toml"
PASSWORD = "welkom-portaal"  # noqa: S105 - of the invented people
AMSTERDAM = "99000363"


@dataclass
class Walk:
    """Somebody's way through the makelaar: each method does one screen and returns the next."""

    state: Makelaar
    browser: Browser
    pages: Visitor = field(init=False)

    def __post_init__(self) -> None:
        host = urlsplit(self.state.base_url).netloc
        self.pages = Visitor(make_app(self.state), extra_environ={"HTTP_HOST": host})

    def begin(self) -> webtest.TestResponse:
        """From the portal's choice of makelaar to the makelaar's choice of supplier."""
        choice = form_with(self.browser.get("/inloggen"), "makelaar")
        choice["makelaar"] = self.state.parties.entity_id
        request = form_with(choice.submit(), "SAMLRequest")
        return self.pages.post(urlsplit(request.action).path, request.submit_fields()).follow()

    def log_in(self, username: str, organisation: str | None = None) -> webtest.TestResponse:
        """All of it, as somebody with an SMS code.

        :param organisation: the KvK number to choose, for somebody who acts for several.
        :returns: what the portal answers to the browser that comes back.
        """
        return self.back(self.authenticate(self.begin(), username, organisation))

    def authenticate(
        self, suppliers: webtest.TestResponse, username: str, organisation: str | None = None
    ) -> webtest.TestResponse:
        """From the choice of supplier to the redirect back to the portal."""
        suppliers.forms[0]["supplier"] = "Zekerzijn"
        password = suppliers.forms[0].submit().follow()
        password.forms[0]["username"], password.forms[0]["password"] = username, PASSWORD
        sms = password.forms[0].submit().follow()
        sms.forms[0]["code"] = self.last_code(username)
        answer = sms.forms[0].submit()
        if organisation is not None:
            choice = answer.follow()
            choice.forms[0]["organisation"] = organisation
            answer = choice.forms[0].submit()
        return answer

    def back(self, answer: webtest.TestResponse) -> webtest.TestResponse:
        """The browser follows the makelaar's redirect to the portal."""
        address = urlsplit(answer.location)
        return self.browser.get(f"{address.path}?{address.query}", expect_errors=True)

    def last_code(self, username: str) -> str:
        """The code in the last message on this person's telephone."""
        return self.state.phones.messages[self.state.accounts[username].phone][0].code


def form_with(page: webtest.TestResponse, field_name: str) -> webtest.Form:
    """The form on this page that has this field."""
    return next(form for form in page.forms.values() if field_name in form.fields)


@pytest.fixture(scope="session")
def makelaar(built_app: Any) -> Iterator[Makelaar]:
    """The simulated makelaar that the application under test trusts, listening on this machine."""
    state = Makelaar(
        base_url=makelaar_server().url(),
        parties=parties(),
        portal=read_portal(built_app.registry["eherkenning.metadata"]),
        service_uuid=SERVICE_UUID,
        accounts=read_accounts(ACCOUNTS),
        metadata=b"",
        organisations={},
    )
    with serving(makelaar_server(), make_app(state)):
        yield state


@pytest.fixture
def walk(makelaar: Makelaar, browser: Browser) -> Walk:
    """This test's browser at the makelaar."""
    return Walk(makelaar, browser)


@pytest.fixture
def log_in_with_eherkenning(walk: Walk) -> Callable[..., webtest.TestResponse]:
    """``log_in_with_eherkenning("anna.degroot@amsterdam.example")``: what the portal answers after a whole login."""
    return walk.log_in
