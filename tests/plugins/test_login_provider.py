"""Another way to log in: what the portal keeps in its own hands, whatever the provider forgets or does wrong."""

from __future__ import annotations

import dataclasses
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
import webtest
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account, LoginSession
from portaal.api import (
    AssuranceLevel,
    ContractError,
    LoginChoice,
    LoginProvider,
    LoginRecord,
    LoginRefusedError,
    LoginRequest,
    LoginReturn,
    LoginStart,
    RefusalReason,
)
from portaal.app import make_app
from portaal.audit import AuditEvent
from portaal.login.models import PendingLogin
from portaal.testing.application import Browser, app_settings
from portaal.testing.makelaar import form_with
from portaal.testing.seed import seed
from tests.plugins.kit import example, plugin
from tests.plugins.standstill import Standstill

DESK, KEY = "https://balie.example", "een sleutel die beide kennen"
SETTINGS = {"voorbeeld.desk": DESK, "voorbeeld.desk_key": KEY}
ANNA = "anna-van-de-balie"
START, BACK = "/inloggen", "/inloggen/terug/voorbeeld"
NOT_HERE, FAILED = "Dit inloggen is niet hier begonnen", "Inloggen kan op deze manier nu niet"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Any:
    app = make_app(app_settings(tmp_path_factory.mktemp("desk")) | SETTINGS, example())
    app.registry["portaal.engine"].dispose()
    return app


@pytest.fixture
def browser(built: Any, connection: Connection) -> Iterator[Browser]:
    with opened(built, connection) as found:
        yield found


@contextmanager
def opened(app: Any, connection: Connection) -> Iterator[Browser]:
    """A browser of an application on the test's connection."""
    registry = app.registry
    registry["portaal.engine"] = registry["portaal.reading_engine"] = connection
    yield Browser(app)
    registry["portaal.engine"] = registry["portaal.reading_engine"] = None


def begin(browser: Browser, issuer: str = DESK) -> webtest.TestResponse:
    form = form_with(browser.get(START), "makelaar")
    form["makelaar"] = issuer
    return form.submit(expect_errors=True)


def answer(asked: webtest.TestResponse, **changes: str) -> str:
    """The address to which the desk sends the browser back, signed."""
    from portaal_voorbeeld.desk import Desk

    query = {name: values[0] for name, values in parse_qs(urlsplit(asked.location).query).items()}
    claims = {"question": query["question"], "kvk": "99000363", "person": ANNA, "level": "loa3"} | changes
    signed = claims | {"signature": Desk({"desk": DESK, "desk_key": KEY}).sign(claims), "state": query["state"]}
    assert query["back"] == f"http://localhost{BACK}"
    return f"{BACK}?{urlencode(signed)}"


def heading(response: webtest.TestResponse) -> str:
    return str(response.html.h1.get_text(strip=True))


def refused(browser: Browser, address: str) -> str:
    return heading(browser.get(address, status=403))


# portaal_login_provider
def test_the_desk_logs_somebody_in(browser: Browser, dbsession: Session) -> None:
    planted = browser.get(START) and browser.cookies["portaal"]
    assert "Balie" in browser.get(START)
    response = browser.get(answer(begin(browser)), status=303)
    assert response.location == "http://localhost/"
    assert browser.cookies["portaal"] != planted
    assert browser.get("/").location.endswith("/persoonlijke-instellingen")
    (account,) = dbsession.query(Account).all()
    assert (account.issuer, account.pseudonym) == (DESK, ANNA)
    (line,) = dbsession.query(AuditEvent).filter_by(action="session.start").all()
    assert line.details == {"makelaar": DESK, "level": "loa3"}


def test_without_its_settings_there_is_no_choice(app: Any) -> None:
    page = Browser(app).get(START)
    assert "Balie" not in page
    assert "Voorbeeldmakelaar" in page
    Browser(app).get(f"{BACK}?state=x", status=404)


def test_the_pages_may_lead_to_the_desk_and_nowhere_else(browser: Browser) -> None:
    policy = browser.get(START).headers["Content-Security-Policy"]
    (form_action,) = [part for part in policy.split("; ") if part.startswith("form-action")]
    assert DESK in form_action.split()
    assert len(form_action.split()) == 4  # ourselves, the desk and the makelaar


def test_beginning_needs_the_pages_token(browser: Browser) -> None:
    browser.post(START, {"makelaar": DESK}, status=400)


# ---- what the desk forgets


@pytest.mark.parametrize("level", ["loa1", "loa2", "loa2plus"])
def test_a_level_that_is_too_low_does_not_get_in(browser: Browser, dbsession: Session, level: str) -> None:
    assert refused(browser, answer(begin(browser), level=level)) == "Het niveau van uw inlogmiddel is te laag"
    assert dbsession.query(LoginSession).count() == 0


@pytest.mark.parametrize(
    "changes",
    [{"kvk": "1234567"}, {"kvk": ""}, {"kvk": "99000363 "}, {"person": ""}, {"person": "a" * 201}, {"person": "é" * 9}],
)
def test_what_has_not_its_form_does_not_get_in(browser: Browser, dbsession: Session, changes: dict[str, str]) -> None:
    assert refused(browser, answer(begin(browser), **changes)) == "Het inloggen is niet gelukt"
    assert dbsession.query(Account).count() == 0


def test_an_answer_counts_once_also_after_it_was_refused(browser: Browser, dbsession: Session) -> None:
    good = answer(begin(browser))
    browser.get(good, status=303)
    assert refused(browser, good) == NOT_HERE  # logging in gave the browser a new token
    low = answer(begin(browser), level="loa2")
    refused(browser, low)
    assert refused(browser, low.replace("loa2", "loa3")) == "Deze login is al gebruikt"
    assert dbsession.query(LoginSession).count() == 1


def test_an_assertion_counts_once(browser: Browser, dbsession: Session) -> None:
    """The desk signs one question again for another request: its own check is taken away here."""
    first = begin(browser)
    question = parse_qs(urlsplit(first.location).query)["question"][0]
    browser.get(answer(first), status=303)
    second = begin(browser)
    (waiting,) = dbsession.query(PendingLogin).filter_by(used_at=None).all()
    waiting.remembered = {"question": question}
    dbsession.commit()
    assert refused(browser, answer(second, question=question)) == "Deze login is al gebruikt"


def test_an_answer_means_nothing_in_another_browser(browser: Browser, dbsession: Session) -> None:
    good = answer(begin(browser))
    browser.reset()
    assert refused(browser, good) == NOT_HERE
    browser.get(START)
    assert refused(browser, good) == NOT_HERE
    assert dbsession.query(LoginSession).count() == 0


def test_an_answer_that_took_too_long_is_refused(browser: Browser) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        good = answer(begin(browser))
        traveller.shift(timedelta(minutes=30, seconds=1))
        assert refused(browser, good) == "Het inloggen duurde te lang"


def test_a_parameter_that_comes_twice_is_refused(browser: Browser) -> None:
    twice = answer(begin(browser)).replace("?", "?level=loa4&")  # whoever reads the last one would take it
    assert refused(browser, twice) == "Het inloggen is niet gelukt"


def test_a_request_to_the_makelaar_is_not_answered_by_the_desk(browser: Browser) -> None:
    page = begin(browser, "urn:etoegang:HM:00000099000000000001:entities:9000")
    state = form_with(page, "RelayState")["RelayState"].value
    assert refused(browser, f"{BACK}?state={state}") == NOT_HERE


def test_who_is_no_longer_known_after_a_restart_is_not_believed(browser: Browser, dbsession: Session) -> None:
    good = answer(begin(browser))
    (waiting,) = dbsession.query(PendingLogin).all()
    waiting.issuer = "https://vroeger.example"
    dbsession.commit()
    assert refused(browser, good) == "Het inloggen is niet gelukt"


def test_what_is_remembered_is_forgotten_with_the_answer(browser: Browser, dbsession: Session) -> None:
    good = answer(begin(browser))
    (waiting,) = dbsession.query(PendingLogin).all()
    assert list(waiting.remembered) == ["question"]
    browser.get(good, status=303)
    dbsession.refresh(waiting)
    assert waiting.remembered == {}


def test_a_restart_and_another_node_do_not_matter(fresh_database: Engine, tmp_path: Path) -> None:
    with Session(fresh_database) as dbsession:
        seed(dbsession)
        dbsession.commit()
    own = {"portaal.engine": fresh_database, "portaal.session_options": {}, "portaal.reading_session_options": {}}
    settings = app_settings(tmp_path) | SETTINGS | own
    one, other = (Browser(make_app(settings, example())) for _ in range(2))
    good = answer(begin(one))
    other.set_cookie("portaal", one.cookies["portaal"])
    assert other.get(good, status=303).location == "http://localhost/"
    assert refused(one, good) == "Deze login is al gebruikt"


# ---- what a provider does wrong


RECORD = LoginRecord(
    DESK, "99000363", None, ANNA, AssuranceLevel.LOA3, None, None, "1", clock.now() + timedelta(days=1)
)


def provider(**parts: Any) -> LoginProvider:
    def begin_well(start: LoginStart) -> LoginRequest:
        return LoginRequest(f"{DESK}/?state={start.state}")

    given: dict[str, Any] = {
        "choices": (LoginChoice(DESK, "Balie"),),
        "origins": (DESK,),
        "begin": begin_well,
        "finish": lambda back: RECORD,
    }
    return LoginProvider(**(given | parts))


Open = Callable[[LoginProvider], Browser]


@pytest.fixture
def portal_with(tmp_path: Path, connection: Connection) -> Iterator[Open]:
    """A browser of a portal with one more provider."""
    with ExitStack() as stack:

        def start(given: LoginProvider) -> Browser:
            app = make_app(app_settings(tmp_path), plugin("proef", login_provider=lambda setup: given))
            app.registry["portaal.engine"].dispose()
            return stack.enter_context(opened(app, connection))

        yield start


def back_from(browser: Browser, asked: webtest.TestResponse) -> webtest.TestResponse:
    state = parse_qs(urlsplit(asked.location).query)["state"][0]
    return browser.get(f"/inloggen/terug/proef?state={state}", expect_errors=True)


def test_a_provider_that_does_all_well_logs_in(portal_with: Open) -> None:
    browser = portal_with(provider())
    assert back_from(browser, begin(browser)).status_int == 303


def logins(browser: Browser) -> str:
    """What ``/ready`` says of them."""
    checks = browser.get("/ready", expect_errors=True).json["checks"]
    (found,) = [check for check in checks if (check["owner"], check["name"]) == ("portaal", "logins")]
    return str(found.get("text", ""))


def raising(error: BaseException) -> Callable[[Any], Any]:
    def function(_: Any) -> Any:
        raise error

    return function


def stop(_: Any) -> Any:
    sys.exit(1)


WRONG_FINISHES: dict[str, Callable[[LoginReturn], Any]] = {
    "an error": raising(LookupError("x")),
    "sys.exit": stop,
    "nothing": lambda back: None,
    "something else": lambda back: {"kvk_nummer": "99000363"},
}


@pytest.mark.parametrize("wrong", WRONG_FINISHES)
def test_a_provider_that_fails_refuses_one_login_and_is_named(
    portal_with: Open, dbsession: Session, caplog: pytest.LogCaptureFixture, wrong: str
) -> None:
    browser = portal_with(provider(finish=WRONG_FINISHES[wrong]))
    response = back_from(browser, begin(browser))
    assert response.status_int == 403
    assert heading(response) == FAILED
    assert "login provider proef failed" in caplog.text
    assert logins(browser).startswith("proef failed at the last login")
    assert dbsession.query(LoginSession).count() == 0
    makelaar = begin(browser, "urn:etoegang:HM:00000099000000000001:entities:9000")
    assert makelaar.status_int == 200


@pytest.mark.parametrize(
    "wrong",
    [
        lambda start: None,
        lambda start: "https://balie.example/",
        lambda start: LoginRequest("https://elders.example/?state=x"),
        lambda start: LoginRequest("https://balie.example.elders.example/"),
        lambda start: LoginRequest("https://balie.example@elders.example/"),
        lambda start: LoginRequest("javascript:alert(1)"),
        lambda start: LoginRequest(f"{DESK}/", remember={"x": "y" * 4000}),
        lambda start: LoginRequest(f"{DESK}/", remember={"x": 1}),
        raising(ConnectionError()),
    ],
)
def test_a_request_that_may_not_go_out_stays_here(portal_with: Open, dbsession: Session, wrong: Any) -> None:
    response = begin(portal_with(provider(begin=wrong)))
    assert response.status_int == 403
    assert heading(response) == FAILED
    assert dbsession.query(PendingLogin).count() == 0


def test_a_provider_that_hangs_is_not_waited_for(portal_with: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = Standstill()
    monkeypatch.setattr("portaal.login.providers.TimeLimit", lambda seconds: limit)
    browser = portal_with(provider(finish=lambda back: limit.hang()))
    for _ in range(4):
        asked = begin(browser)  # from the third time on it is not even begun
        assert heading(back_from(browser, asked) if asked.status_int == 303 else asked) == FAILED
    limit.release()
    assert "StillBusyError" in logins(browser)


def test_a_provider_is_well_again_when_it_does_its_work(portal_with: Open) -> None:
    answers: list[Any] = [None, RECORD]
    browser = portal_with(provider(finish=lambda back: answers.pop(0)))
    assert heading(back_from(browser, begin(browser))) == FAILED
    assert back_from(browser, begin(browser)).status_int == 303
    assert logins(browser) == ""


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ({"issuer": "urn:etoegang:HM:00000099000000000001:entities:9000"}, "Het inloggen is niet gelukt"),
        ({"level": "loa4"}, "Het niveau van uw inlogmiddel is te laag"),
        ({"level": None}, "Het niveau van uw inlogmiddel is te laag"),
        ({"expires_at": clock.now() - timedelta(days=1)}, "Deze login is niet meer geldig"),
        ({"expires_at": (clock.now() + timedelta(days=1)).replace(tzinfo=None)}, "Het inloggen is niet gelukt"),
        ({"assertion_id": ""}, "Het inloggen is niet gelukt"),
        ({"assertion_id": "a\0b"}, "Het inloggen is niet gelukt"),
        ({"assertion_id": "a\ud800b"}, "Het inloggen is niet gelukt"),
        ({"kvk_nummer": None}, "Het inloggen is niet gelukt"),
        ({"rsin": "12"}, "Het inloggen is niet gelukt"),
        ({"branch": "x"}, "Het inloggen is niet gelukt"),
        ({"intermediary_kvk": 99000384}, "Het inloggen is niet gelukt"),
    ],
)
def test_a_record_is_held_against_what_holds_for_every_login(
    portal_with: Open, dbsession: Session, change: dict[str, Any], title: str
) -> None:
    browser = portal_with(provider(finish=lambda back: dataclasses.replace(RECORD, **change)))
    response = back_from(browser, begin(browser))
    assert heading(response) == title
    assert dbsession.query(LoginSession).count() == 0


@pytest.mark.parametrize("reason", [RefusalReason.UNREACHABLE, RefusalReason.CANCELLED])
def test_a_refusal_has_its_own_page_and_is_no_failure(
    portal_with: Open, reason: RefusalReason, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    browser = portal_with(provider(finish=raising(LoginRefusedError(reason, "why"))))
    page = back_from(browser, begin(browser))
    assert page.status_int == (200 if reason is RefusalReason.CANCELLED else 403)
    (line,) = [record for record in caplog.records if record.getMessage() == "login refused"]
    assert (vars(line)["reason"], vars(line)["detail"]) == (reason.value, "why")
    assert logins(browser) == ""


# ---- who is not taken in


@pytest.mark.parametrize(
    "given",
    [
        lambda: "a provider",
        lambda: provider(choices=()),
        lambda: provider(choices=[LoginChoice(DESK, "Balie")]),
        lambda: provider(choices=("Balie",)),
        lambda: provider(choices=(LoginChoice("", "Balie"),)),
        lambda: provider(choices=(LoginChoice("x" * 201, "Balie"),)),
        lambda: provider(choices=(LoginChoice(DESK, ""),)),
        lambda: provider(choices=(LoginChoice(DESK, "Balie"), LoginChoice(DESK, "Tweede balie"))),
        lambda: provider(choices=(LoginChoice("urn:etoegang:HM:00000099000000000001:entities:9000", "Vals"),)),
        lambda: provider(origins=()),
        lambda: provider(origins=("*",)),
        lambda: provider(origins=("https://balie.example; script-src *",)),
        lambda: provider(origins=("https://balie.example/pad",)),
        lambda: provider(origins=("http://balie.example",)),
        lambda: provider(begin=None),
        lambda: provider(finish="x"),
        lambda: 1 / 0,
    ],
)
def test_a_provider_that_breaks_the_contract_is_quarantined(tmp_path: Path, given: Callable[[], Any]) -> None:
    candidates = plugin("proef", login_provider=lambda setup: given()) | example()
    settings = app_settings(tmp_path) | SETTINGS | {"portaal.strict_plugins": "false"}
    registry = make_app(settings, candidates).registry
    registry["portaal.engine"].dispose()
    (bad,) = registry["portaal.plugins"].quarantined
    assert (bad.name, bad.phase) == ("proef", "configure")
    assert [choice.name for choice in registry["portaal.login_providers"].choices] == ["Balie", "Voorbeeldmakelaar"]


def test_it_is_refused_in_strict_mode(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="tuple of choices"):
        make_app(app_settings(tmp_path), plugin("proef", login_provider=lambda setup: provider(choices=())))


# ---- a plugin without products


def test_a_plugin_that_only_logs_in_is_no_product(tmp_path: Path) -> None:
    hooks: dict[str, Any] = {"login_provider": lambda setup: provider(), "permissions": lambda: None}
    registry = make_app(app_settings(tmp_path), plugin("proef", **hooks) | example()).registry
    registry["portaal.engine"].dispose()
    plugins = registry["portaal.plugins"]
    assert [each.name for each in plugins] == ["proef", "voorbeeld"]
    assert [each.name for each in plugins.products] == ["voorbeeld"]
