"""Every abnormal answer of a broker: no session, and a page that says what to do, in Dutch and English."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account, LoginSession
from portaal_oidc.discovery import is_usable
from portaal_oidc.simulator.answers import ALL

from .conftest import ANNA, SECRET, Walk

FAILED = ("Het inloggen is niet gelukt", "Logging in failed")
AT_BROKER = ("Het inloggen is bij de makelaar niet gelukt", "Logging in failed at the makelaar")
NOT_VALID = ("Deze login is niet meer geldig", "This login is no longer valid")
TOO_LOW = ("Het niveau van uw inlogmiddel is te laag", "The level of your means of logging in is too low")
UNREACHABLE = ("De makelaar is niet bereikbaar", "The makelaar cannot be reached")
NOT_HERE = ("Dit inloggen is niet hier begonnen", "This login was not started here")
CANCELLED = ("U hebt het inloggen geannuleerd", "You cancelled logging in")
PAGES = {
    "expired": NOT_VALID,
    "no_end": NOT_VALID,
    "endless": None,
    "old": NOT_VALID,
    "from_the_future": NOT_VALID,
    "not_yet": NOT_VALID,
    "no_auth_time": NOT_VALID,
    "earlier_login": NOT_VALID,
    "no_level": TOO_LOW,
    "unknown_level": TOO_LOW,
    "level_in_a_list": TOO_LOW,
    "low_level": TOO_LOW,
    "mixed_up_state": NOT_HERE,
    "invented_code": AT_BROKER,
    "server_error": AT_BROKER,
    "unmet_authentication_requirements": TOO_LOW,
    "access_denied": CANCELLED,
}


def heading(response: Any) -> str:
    return str(response.html.h1.get_text(strip=True))


@pytest.mark.portaal_database("sqlite")  # what is refused does not depend on it
@pytest.mark.parametrize("answer", ALL)
def test_an_abnormal_answer_gets_nobody_in(
    walk: Walk, dbsession: Session, caplog: pytest.LogCaptureFixture, answer: str
) -> None:
    caplog.set_level(logging.DEBUG)
    dutch, english = PAGES.get(answer, FAILED) or NOT_VALID
    for language, title in (("nl", dutch), ("en", english)):
        response = walk.back(walk.authenticate(walk.begin(language), answer=answer))
        assert heading(response) == title
        assert response.status_int == (200 if answer == "access_denied" else 403)
        assert "/inloggen" in response
        if answer != "access_denied":
            assert len(response.html.select_one("code.nl-code").text) == 8  # the reference for the Servicedesk
    assert dbsession.query(LoginSession).count() == 0
    assert dbsession.query(Account).count() == 0
    logged = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records if "portaal" in record.name)
    assert "login provider" not in logged  # it was refused, not broken
    for secret in (walk.simulator.people[ANNA].pseudonym, "99000363", SECRET, "eyJ"):
        assert secret not in logged


@pytest.mark.parametrize("answer", ["no_level", "unknown_level", "level_in_a_list"])
def test_a_missing_level_is_refused_by_the_provider_itself(
    walk: Walk, caplog: pytest.LogCaptureFixture, answer: str
) -> None:
    """And not only by the portal, which looks at the level again."""
    walk.log_in(answer=answer)
    (line,) = [record for record in caplog.records if record.getMessage() == "login refused"]
    assert vars(line)["detail"] == "the level of this login is missing or unknown"


def test_the_button_of_the_broker_cancels(walk: Walk) -> None:
    sent = walk.begin()
    page = walk.pages.get(sent.location.removeprefix(walk.simulator.issuer))
    icon = walk.pages.get(
        page.html.find("link", {"rel": "icon"})["href"]
    )  # else a browser asks for one that is not there
    assert icon.content_type == "image/svg+xml"
    response = walk.back(page.form.submit("annuleren").location)
    assert (response.status_int, heading(response)) == (200, CANCELLED[0])


@pytest.mark.parametrize(
    ("fault", "page"),
    [
        ("down", UNREACHABLE),
        ("slow", UNREACHABLE),
        ("gone", AT_BROKER),
        ("garbage", FAILED),
        ("list", FAILED),
        ("empty", FAILED),
        ("huge", UNREACHABLE),
    ],
)
def test_trouble_with_the_exchange(
    walk: Walk, dbsession: Session, monkeypatch: pytest.MonkeyPatch, fault: str, page: tuple[str, str]
) -> None:
    location = walk.authenticate(walk.begin())
    walk.simulator.faults["token"] = fault
    if fault == "slow":
        monkeypatch.setattr("portaal_oidc.discovery.SECONDS", 0.5)
    assert heading(walk.back(location)) == page[0]
    assert dbsession.query(LoginSession).count() == 0
    walk.simulator.faults.clear()
    monkeypatch.setattr("portaal_oidc.discovery.SECONDS", 60.0)
    assert walk.log_in().status_int == 303


@pytest.mark.parametrize(
    ("address", "fault", "page"),
    [
        ("discovery", "down", UNREACHABLE),
        ("discovery", "gone", UNREACHABLE),
        ("discovery", "garbage", FAILED),
        ("discovery", "list", FAILED),
        ("discovery", "empty", FAILED),
        ("discovery", "other_issuer", FAILED),
        ("discovery", "other_origin", FAILED),
        ("discovery", "no_code_flow", FAILED),
        ("discovery", "no_pkce", FAILED),
        ("jwks", "down", UNREACHABLE),
        ("jwks", "garbage", FAILED),
        ("jwks", "empty", FAILED),
        ("jwks", "list", FAILED),
    ],
)
def test_trouble_with_what_the_broker_says_of_itself(
    walk_with: Callable[..., Walk], address: str, fault: str, page: tuple[str, str]
) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        walk = walk_with()
        walk.simulator.faults[address] = fault
        assert heading(walk.begin()) == page[0]
        walk.simulator.faults.clear()
        assert heading(walk.begin()) == UNREACHABLE[0]  # it is left alone for a while
        traveller.shift(timedelta(seconds=6))
        assert walk.log_in().status_int == 303


@pytest.mark.parametrize("algorithms", ['["ES256"]', '["PS256", "RS512"]'])
def test_an_algorithm_that_the_operator_does_not_name_is_refused(
    walk_with: Callable[..., Walk], algorithms: str
) -> None:
    assert heading(walk_with(algorithms=algorithms).begin()) == FAILED[0]


def test_it_is_refused_in_the_token_too(walk_with: Callable[..., Walk]) -> None:
    """A broker that does not say what it signs with."""
    walk = walk_with(algorithms='["PS256"]')
    walk.simulator.faults["discovery"] = "no_algorithms"
    assert heading(walk.log_in()) == FAILED[0]


@pytest.mark.parametrize(
    ("key", "usable"),
    [
        ({"kty": "RSA", "n": "A" * 342}, True),
        ({"kty": "RSA", "n": "A" * 342, "use": "sig"}, True),
        ({"kty": "RSA", "n": "A" * 342, "use": "enc"}, False),
        ({"kty": "RSA", "n": "A" * 341}, False),
        ({"kty": "RSA"}, False),
        ({"kty": "EC"}, True),
        ({"kty": "oct", "k": "AAAA"}, False),
        ({}, False),
        ("RSA", False),
    ],
)
def test_only_large_public_keys_that_sign_are_used(key: Any, usable: bool) -> None:
    assert is_usable(key) is usable


def test_a_wrong_secret_is_told_apart(walk: Walk) -> None:
    location = walk.authenticate(walk.begin())
    before, walk.simulator.secret = walk.simulator.secret, "another one, also long"
    try:
        assert heading(walk.back(location)) == AT_BROKER[0]
    finally:
        walk.simulator.secret = before


def test_where_the_broker_does_not_say_when_somebody_logged_in_the_operator_can_allow_that(
    walk_with: Callable[..., Walk],
) -> None:
    walk = walk_with(auth_time="false")
    assert "max_age" not in walk.begin().location
    assert walk.log_in(answer="no_auth_time").status_int == 303
    assert heading(walk.log_in(answer="earlier_login")) == NOT_VALID[0]
