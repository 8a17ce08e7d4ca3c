"""Guessing codes, with real threads and real commits (R-78, ASVS 2.4.1, 6.3.8)."""

from __future__ import annotations

import itertools
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account, Role
from portaal.app import make_app
from portaal.onboarding import codes, limiter
from portaal.onboarding.issuing import issue
from portaal.onboarding.models import MAX_TRIES, AttemptWindow, CodeKind, VerificationCode
from portaal.onboarding.verifying import Try, take_try, verify
from portaal.plugins.contract import HookContext
from portaal.testing.application import Browser, app_settings
from portaal.testing.people import People
from portaal.testing.seed import seed

GUESSES = 40
THREADS = 8
WRONG = "0" * codes.LENGTH


@pytest.fixture
def people(fresh_database: Engine) -> Any:
    """People in a database where every commit is real."""
    with Session(fresh_database, expire_on_commit=False) as dbsession:
        seed(dbsession)
        dbsession.commit()
        yield People(dbsession, itertools.count(1))


@pytest.fixture
def newcomer(people: People) -> Account:
    return people.new(verified=False)


@pytest.fixture
def code(people: People, newcomer: Account) -> str:
    beheerder = people.new(Role.GEBRUIKERSBEHEERDER)
    code = issue(people.dbsession, newcomer.id, "0363", CodeKind.GEBRUIKER, beheerder.id)
    people.dbsession.commit()
    return code


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every look at a code that was really issued."""
    looks: list[str] = []
    matches = codes.matches

    def counting(code_hash: str, *rest: Any) -> bool:
        if code_hash != codes._decoy_hash():
            looks.append(code_hash)
        return matches(code_hash, *rest)

    monkeypatch.setattr(codes, "matches", counting)
    return looks


def all_at_once(number: int, act: Any) -> list[Any]:
    """The answers to acts made by as many threads as a server has, which begin together."""
    together = Barrier(min(number, THREADS))

    def wait_and_act(n: int) -> Any:
        if n < together.parties:
            together.wait()
        return act(n)

    with ThreadPoolExecutor(together.parties) as pool:
        return list(pool.map(wait_and_act, range(number)))


def test_forty_guesses_at_once_over_http_get_five_looks(
    fresh_database: Engine,
    people: People,
    newcomer: Account,
    code: str,
    looks: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(limiter, "PER_ACCOUNT", 1000)  # so that only the code's own count is in the way
    settings = app_settings(tmp_path) | {"portaal.engine": fresh_database}
    settings |= {"portaal.session_options": {}, "portaal.reading_session_options": {}}
    app = make_app(settings)
    browsers = []
    for _ in range(GUESSES):
        browser = Browser(app, extra_environ={"HTTP_HOST": "localhost", "REMOTE_ADDR": "192.0.2.1"})
        browser.log_in_as(people.dbsession, newcomer)
        page = browser.get("/verificatie")
        browsers.append((browser, page.html.select_one("input[name=csrf_token]")["value"]))

    def guess(number: int) -> int:
        browser, token = browsers[number]
        values = {"verificatiecode": WRONG, "csrf_token": token}
        return browser.post("/verificatie", values, expect_errors=True).status_int

    assert set(all_at_once(GUESSES, guess)) == {422}
    assert len(looks) == MAX_TRIES
    with fresh_database.connect() as connection:
        assert connection.scalar(sa.select(VerificationCode.tries)) == MAX_TRIES
    browser, token = browsers[0]
    browser.post("/verificatie", {"verificatiecode": code, "csrf_token": token}, status=422)
    assert len(looks) == MAX_TRIES


def test_the_limiter_counts_each_attempt_once(fresh_database: Engine, newcomer: Account) -> None:
    def attempt(_: int) -> bool:
        try:
            with fresh_database.begin() as connection:
                take_try(connection, newcomer.id, ["0363"], "192.0.2.1")
        except limiter.TooManyAttemptsError:
            return False
        return True

    assert sum(all_at_once(GUESSES, attempt)) == limiter.PER_ACCOUNT
    with Session(fresh_database) as dbsession:
        assert dbsession.get_one(AttemptWindow, f"account:{newcomer.id}").attempts == limiter.PER_ACCOUNT


def test_of_two_who_enter_the_right_code_at_once_one_succeeds(
    fresh_database: Engine, newcomer: Account, code: str
) -> None:
    def enter(_: int) -> CodeKind | None:
        with fresh_database.begin() as connection:
            attempt = take_try(connection, newcomer.id, ["0363"], "192.0.2.1")
        with Session(fresh_database) as dbsession, dbsession.begin():
            return verify(dbsession, attempt, codes.read(code) or "")

    assert sorted(map(str, all_at_once(2, enter))) == ["None", "gebruiker"]


def test_what_cannot_be_counted_is_not_looked_at(
    fresh_database: Engine, newcomer: Account, code: str, looks: list[str]
) -> None:
    AttemptWindow.__table__.drop(fresh_database)
    with pytest.raises(sa.exc.DBAPIError), fresh_database.begin() as connection:
        take_try(connection, newcomer.id, ["0363"], "192.0.2.1")
    assert not looks


@pytest.mark.parametrize("address", [None, "", "nergens"])
def test_an_attempt_from_nowhere_is_not_looked_at(
    fresh_database: Engine, newcomer: Account, code: str, address: Any
) -> None:
    with pytest.raises(ValueError, match="does not appear"), fresh_database.begin() as connection:
        take_try(connection, newcomer.id, ["0363"], address)


def test_every_attempt_makes_the_same_number_of_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    from portaal.onboarding.verifying import MOST_CODES

    made: list[str] = []
    monkeypatch.setattr(codes, "matches", lambda code_hash, *rest: made.append(code_hash))
    row = type("Row", (), {"id": uuid.uuid4(), "code_hash": "x", "gemeentecode": "0363", "kind": CodeKind.GEBRUIKER})
    for candidates in range(MOST_CODES + 1):
        made.clear()
        verify(None, Try(uuid.uuid4(), (row,) * candidates), WRONG)  # type: ignore[arg-type]  # nothing matches: no query
        assert len(made) == MOST_CODES


def test_addresses_are_forgotten_after_an_hour(fresh_database: Engine, newcomer: Account) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        with fresh_database.begin() as connection:
            take_try(connection, newcomer.id, ["0363"], "192.0.2.1")
        traveller.shift(limiter.WINDOW)
        with Session(fresh_database) as dbsession, dbsession.begin():
            limiter.cleaning_job().run(HookContext(dbsession, "portaal", None))  # type: ignore[arg-type]  # no settings
            assert dbsession.scalars(sa.select(AttemptWindow)).all() == []
