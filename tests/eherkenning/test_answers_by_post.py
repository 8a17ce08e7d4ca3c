"""Answers that come by POST: an artifact, or the whole answer where a makelaar sends that (rules 11, 15).

Another site's POST brings no SameSite=Lax cookie along; here the browser leaves it out in the same way.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import webtest
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portaal.access.models import LoginSession
from portaal.app import make_app
from portaal.eherkenning.makelaars import Entry, add_entry
from portaal.login.models import PendingLogin
from portaal.simulators.makelaar.questions import read_portal
from portaal.simulators.makelaar.state import Makelaar
from portaal.testing.application import Browser, app_settings
from portaal.testing.makelaar import Walk, form_with
from tests.eherkenning.test_logging_in import ANNA, BRAM, form_with_action, heading

ACS = "/eherkenning/acs"


@pytest.fixture(scope="session")
def post_app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A portal whose makelaar answers by POST."""
    folder = tmp_path_factory.mktemp("post")
    settings = app_settings(folder)
    makelaars = Path(settings["eherkenning.makelaars"])
    makelaars.unlink()
    add_entry(makelaars, Entry(name="Voorbeeldmakelaar", metadata="makelaar.xml", answers="post"))
    app = make_app(settings | {"portaal.engine": None})
    app.registry["portaal.engine"].dispose()
    return app


@pytest.fixture
def post_walk(post_app: Any, connection: Connection, makelaar: Makelaar) -> Iterator[Walk]:
    registry = post_app.registry
    registry["portaal.engine"] = registry["portaal.reading_engine"] = connection
    state = Makelaar(
        makelaar.base_url,
        makelaar.parties,
        read_portal(registry["eherkenning.metadata"]),
        makelaar.service_uuid,
        makelaar.accounts,
        b"",
        {},
    )
    yield Walk(state, Browser(post_app, extra_environ={"HTTP_HOST": "localhost"}))
    registry["portaal.engine"] = registry["portaal.reading_engine"] = None


def from_another_site(browser: Browser, fields: dict[str, str], **kwargs: Any) -> webtest.TestResponse:
    """What a browser does with a form of the makelaar that posts here."""
    kept = browser.cookies.get("portaal")
    browser.reset()
    response = browser.post(ACS, fields, **kwargs)
    assert response.headers["Pragma"] == "no-cache" or response.status_int != 303
    assert "Set-Cookie" not in response.headers  # it would replace the one that was left out
    browser.reset()
    if kept:
        browser.set_cookie("portaal", kept.strip('"'))
    return response


def come_back(browser: Browser, response: webtest.TestResponse) -> webtest.TestResponse:
    address = urlsplit(response.location)
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"http://localhost{ACS}"
    return browser.get(f"{address.path}?{address.query}", expect_errors=True)


def answer_fields(walk: Walk, username: str = ANNA) -> dict[str, str]:
    form = form_with(walk.authenticate(walk.begin(), username), "SAMLResponse")
    assert form.action == f"http://localhost{ACS}"
    return dict(form.submit_fields())


# ---- an artifact by POST, which every makelaar may send


def test_an_artifact_by_post_logs_in(walk: Walk) -> None:
    answer = walk.authenticate(walk.begin(), ANNA)
    fields = dict(parse_qsl(urlsplit(answer.location).query))
    bounced = from_another_site(walk.browser, fields, status=303)
    assert come_back(walk.browser, bounced).location == "http://localhost/"


def test_a_whole_answer_by_post_is_not_looked_at_where_the_makelaar_sends_artifacts(
    walk: Walk, dbsession: Session
) -> None:
    answer = walk.authenticate(walk.begin(), ANNA)
    relay_state = dict(parse_qsl(urlsplit(answer.location).query))["RelayState"]
    fields = {"SAMLResponse": base64.b64encode(b"<x/>").decode(), "RelayState": relay_state}
    from_another_site(walk.browser, fields, status=303)
    (pending,) = dbsession.query(PendingLogin).all()
    assert pending.posted is None
    assert walk.back(answer).status_int == 303


# ---- the whole answer by POST


def test_a_whole_answer_by_post_logs_in(post_walk: Walk, dbsession: Session) -> None:
    bounced = from_another_site(post_walk.browser, answer_fields(post_walk), status=303)
    assert "SAML" not in bounced.location
    assert dbsession.query(LoginSession).count() == 0
    assert come_back(post_walk.browser, bounced).location == "http://localhost/"
    (pending,) = dbsession.query(PendingLogin).all()
    assert pending.used_at is not None
    assert pending.posted is None  # it is not kept


def test_cancelling_by_post(post_walk: Walk) -> None:
    page = form_with_action(post_walk.begin(), "/annuleren").submit()
    bounced = from_another_site(post_walk.browser, dict(form_with(page, "SAMLResponse").submit_fields()))
    assert heading(come_back(post_walk.browser, bounced)) == "U hebt het inloggen geannuleerd"


def test_the_first_answer_counts_and_only_once(post_walk: Walk, dbsession: Session) -> None:
    fields = answer_fields(post_walk)
    bounced = from_another_site(post_walk.browser, fields)
    from_another_site(post_walk.browser, fields | {"SAMLResponse": base64.b64encode(b"<evil/>").decode()})
    assert come_back(post_walk.browser, bounced).status_int == 303
    again = from_another_site(post_walk.browser, fields)
    assert come_back(post_walk.browser, again).status_int == 403
    assert dbsession.query(LoginSession).count() == 1


def test_an_answer_posted_for_another_browser_is_not_taken(post_walk: Walk, dbsession: Session) -> None:
    """An attacker posts their own answer in the browser of somebody else."""
    fields = answer_fields(post_walk, BRAM)
    post_walk.browser.reset()
    post_walk.browser.get("/inloggen")
    bounced = from_another_site(post_walk.browser, fields)
    assert heading(come_back(post_walk.browser, bounced)) == "Dit inloggen is niet hier begonnen"
    assert dbsession.query(LoginSession).count() == 0


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("SAMLResponse", "x")],
        [("RelayState", "x")],
        [("SAMLart", "x")],
        [("SAMLart", "x"), ("SAMLart", "y"), ("RelayState", "x")],
        [("SAMLResponse", "x"), ("RelayState", "x" * 81)],
        [("SAMLResponse", "x" * 300_000), ("RelayState", "x")],
        [("SAMLart", "x" * 201), ("RelayState", "é")],
        [("SAMLResponse", ""), ("SAMLResponse", ""), ("RelayState", ""), ("RelayState", "")],
    ],
)
def test_a_strange_post_leads_to_a_page_and_to_nothing_else(
    browser: Browser, dbsession: Session, fields: list[tuple[str, str]]
) -> None:
    response = browser.post(ACS, fields, status=303)
    assert heading(come_back(browser, response)) == "Dit inloggen is niet hier begonnen"
    assert dbsession.query(LoginSession).count() == 0


def test_a_posted_file_leads_to_a_page_too(browser: Browser) -> None:
    response = browser.post(ACS, {"RelayState": "x"}, upload_files=[("SAMLResponse", "a.xml", b"<x/>")], status=303)
    assert come_back(browser, response).status_int == 403


def test_a_post_of_more_than_the_largest_answer_is_refused(browser: Browser) -> None:
    browser.post(ACS, {"SAMLResponse": "x" * 400_000}, status=413)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"@@@",
        base64.b64encode(b"no xml"),
        base64.b64encode(b"<x/>"),
        base64.b64encode(b"\xff\xfe<\0"),
    ],
)
def test_an_answer_that_is_no_answer_is_refused(post_walk: Walk, message: bytes) -> None:
    fields = answer_fields(post_walk) | {"SAMLResponse": message.decode()}
    response = come_back(post_walk.browser, from_another_site(post_walk.browser, fields))
    assert heading(response) == "Het inloggen is niet gelukt"


def test_line_breaks_in_the_base64_do_not_matter(post_walk: Walk) -> None:
    fields = answer_fields(post_walk)
    text = fields["SAMLResponse"]
    fields["SAMLResponse"] = "\r\n".join(text[at : at + 76] for at in range(0, len(text), 76))
    assert come_back(post_walk.browser, from_another_site(post_walk.browser, fields)).status_int == 303
