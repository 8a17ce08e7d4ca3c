"""What is remembered of a login stands in the database: it outlives a restart, and all nodes share it."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import LoginSession
from portaal.app import make_app
from portaal.login import pending
from portaal.login.levels import AssuranceLevel
from portaal.login.models import PendingLogin
from portaal.login.pending import Asked
from portaal.login.record import LoginRecord
from portaal.login.refusal import LoginRefusedError, RefusalReason
from portaal.simulators.makelaar.state import Makelaar
from portaal.testing.application import Browser, app_settings
from portaal.testing.makelaar import Walk
from portaal.testing.seed import seed

ANNA = "anna.degroot@amsterdam.example"
THREADS = 8
ASKED = Asked("eherkenning", "urn:makelaar", {"request_id": "_r"})
RECORD = LoginRecord(
    issuer="urn:makelaar",
    kvk_nummer="99000363",
    rsin=None,
    pseudonym="p" * 64,
    level=AssuranceLevel.LOA3,
    branch=None,
    intermediary_kvk=None,
    assertion_id="_once",
    expires_at=clock.now() + timedelta(days=1),
)


@pytest.fixture
def start(fresh_database: Engine, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Start another node on the same database; or the same one again."""
    with Session(fresh_database) as dbsession:
        seed(dbsession)
        dbsession.commit()
    settings = app_settings(tmp_path) | {
        "portaal.engine": fresh_database,
        "portaal.session_options": {},
        "portaal.reading_session_options": {},
    }
    return lambda: make_app(settings)


def browser_on(app: Any, like: Browser | None = None) -> Browser:
    browser = Browser(app, extra_environ={"HTTP_HOST": "localhost"})
    if like is not None:
        browser.set_cookie("portaal", like.cookies["portaal"])
    return browser


def test_a_restart_between_request_and_answer_does_not_matter(
    start: Callable[[], Any], makelaar: Makelaar, fresh_database: Engine
) -> None:
    before = Walk(makelaar, browser_on(start()))
    answer = before.authenticate(before.begin(), ANNA)
    after = Walk(makelaar, browser_on(start(), like=before.browser))
    assert after.back(answer).status_int == 303
    assert after.browser.get("/").location.endswith("/persoonlijke-instellingen")
    with Session(fresh_database) as dbsession:
        assert dbsession.query(LoginSession).count() == 1


def test_what_was_used_on_one_node_is_used_on_the_other(start: Callable[[], Any], makelaar: Makelaar) -> None:
    one = Walk(makelaar, browser_on(start()))
    suppliers = one.begin()
    other = Walk(makelaar, browser_on(start(), like=one.browser))
    answer = one.authenticate(suppliers, ANNA)
    assert one.back(answer).status_int == 303
    assert other.back(answer).status_int == 403


def test_logging_in_again_ends_the_session_that_was_there(
    start: Callable[[], Any], makelaar: Makelaar, fresh_database: Engine
) -> None:
    walk = Walk(makelaar, browser_on(start()))
    walk.log_in(ANNA)
    walk.log_in(ANNA)
    with Session(fresh_database) as dbsession:
        assert sorted(session.ended_at is None for session in dbsession.query(LoginSession)) == [False, True]


def outcomes(act: Callable[[], object]) -> list[str]:
    """What became of the same act in several threads at once."""
    barrier, found = threading.Barrier(THREADS), []

    def run() -> None:
        barrier.wait()
        try:
            act()
            found.append("done")
        except LoginRefusedError as refusal:
            found.append(refusal.reason.value)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


def test_of_many_answers_at_once_one_gets_the_request(fresh_database: Engine) -> None:
    with Session(fresh_database) as dbsession:
        pending.remember(dbsession, ASKED, "relay", "browser")
        dbsession.commit()
    registry: Any = {"portaal.engine": fresh_database}
    found = outcomes(lambda: pending.claim(registry, "eherkenning", "relay", "browser"))
    assert found == ["done", *[RefusalReason.REPLAYED.value] * (THREADS - 1)]


def test_of_many_logins_with_one_assertion_one_succeeds(fresh_database: Engine) -> None:
    def use() -> None:
        with Session(fresh_database) as dbsession:
            pending.use_once(dbsession, RECORD)
            dbsession.commit()

    assert outcomes(use) == ["done", *[RefusalReason.REPLAYED.value] * (THREADS - 1)]


def test_an_assertion_that_was_used_stays_so_until_it_is_worth_nothing(fresh_database: Engine) -> None:
    with Session(fresh_database) as dbsession:
        pending.use_once(dbsession, RECORD)
        dbsession.commit()
    with Session(fresh_database) as dbsession:
        pending.remember(dbsession, ASKED, "relay", "browser")
        with pytest.raises(LoginRefusedError) as refusal:
            pending.use_once(dbsession, RECORD)
    assert refusal.value.reason is RefusalReason.REPLAYED


def test_the_same_id_from_another_makelaar_is_another_assertion(fresh_database: Engine) -> None:
    with Session(fresh_database) as dbsession:
        pending.use_once(dbsession, RECORD)
        pending.use_once(dbsession, dataclasses.replace(RECORD, issuer="urn:another"))
        dbsession.commit()


def test_the_database_holds_no_token_of_a_browser(fresh_database: Engine) -> None:
    with Session(fresh_database) as dbsession:
        pending.remember(dbsession, ASKED, "a-token", "browser-token")
        dbsession.commit()
        (row,) = dbsession.query(PendingLogin).all()
        values = [str(getattr(row, column.key)) for column in PendingLogin.__table__.columns]
    assert not any("token" in value for value in values)
