"""Every hostile answer comes in where the answers of a makelaar do, by artifact and by POST: nobody is logged in."""

from __future__ import annotations

import base64
import dataclasses
import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
import webtest
from sqlalchemy.orm import Session

from portaal.access.models import LoginSession
from portaal.eherkenning.artifact import ArtifactAnswer, ArtifactResolver, read_envelope
from portaal.eherkenning.configuration import ACS_PATH, NAME
from portaal.eherkenning.parties import Makelaar, ServiceProvider
from portaal.eherkenning.provider import REQUEST_ID as REMEMBERED
from portaal.eherkenning.provider import Eherkenning
from portaal.login import pending
from portaal.login.pending import Asked
from portaal.login.providers import LoginProviders
from portaal.testing.application import Browser
from portaal.testing.eherkenning import MAKELAAR
from tests.eherkenning.forge import NOW, QUESTION_ID, REQUEST_ID, Recipe, makelaar, provider
from tests.eherkenning.test_artifacts import artifact
from tests.eherkenning.test_hostile_answers import BY_ARTIFACT, BY_POST

Knock = Callable[[bytes], webtest.TestResponse]


class Envelope(ArtifactResolver):
    """Instead of a makelaar's artifact service: what it would send."""

    sent = b""

    def resolve(self, provider: ServiceProvider, makelaar: Makelaar, artifact: str, now: datetime) -> ArtifactAnswer:
        return ArtifactAnswer(QUESTION_ID, read_envelope(self.sent))


@pytest.fixture
def door(app: Any, browser: Browser, dbsession: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Knock]]:
    """``door["artifact"](message)`` and ``door["post"](message)``: what the portal answers to a browser it sent."""
    envelope, known = Envelope(), dataclasses.replace(makelaar(), answers_by_post=True)
    providers = LoginProviders()
    providers.add(NAME, Eherkenning(provider(), {MAKELAAR: known}, envelope).login_provider())
    monkeypatch.setitem(app.registry, "portaal.login_providers", providers)
    monkeypatch.setitem(app.registry, "eherkenning.makelaars", {MAKELAAR: known})
    states = (f"state-{number}" for number in range(10_000))

    def sent_before() -> str:
        if "portaal" not in browser.cookies:
            browser.get("/inloggen")
        state, token = next(states), browser.cookies["portaal"].strip('"')
        pending.remember(dbsession, Asked(NAME, MAKELAAR, {REMEMBERED: REQUEST_ID}), state, token)
        dbsession.commit()
        return state

    def by_artifact(message: bytes) -> webtest.TestResponse:
        envelope.sent = message
        return browser.get(ACS_PATH, {"SAMLart": artifact(), "RelayState": sent_before()}, expect_errors=True)

    def by_post(message: bytes) -> webtest.TestResponse:
        fields = {"SAMLResponse": base64.b64encode(message).decode(), "RelayState": sent_before()}
        posted = browser.post(ACS_PATH, fields, expect_errors=True)
        return posted.follow(expect_errors=True) if posted.status_int == 303 else posted

    with time_machine.travel(NOW, tick=False):
        yield {"artifact": by_artifact, "post": by_post}


def made(way: str, recipe: Recipe) -> bytes:
    return recipe.resolved() if way == "artifact" else recipe.posted()


@pytest.mark.parametrize(("way", "cases"), [("artifact", BY_ARTIFACT), ("post", BY_POST)], ids=["artifact", "post"])
def test_no_hostile_answer_logs_in_and_a_good_one_does(
    door: dict[str, Knock],
    way: str,
    cases: list[Any],
    dbsession: Session,
    database_kind: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if database_kind != "sqlite":
        cases = cases[::10]  # which database it is hardly matters here
    with caplog.at_level(logging.INFO, logger="portaal.login.views"):
        for case in cases:
            response = door[way](made(way, case.recipe))
            assert response.status_int in (200, 403, 413), case.name
            if response.status_int != 413:  # more than may be posted
                said = [record for record in caplog.records if record.name == "portaal.login.views"]
                assert said[-1].__dict__["reason"] == case.reason, case.name
            assert "<h1" in response.text, case.name
            caplog.clear()
    assert dbsession.query(LoginSession).count() == 0
    assert door[way](made(way, Recipe())).location == "http://localhost/"
    assert dbsession.query(LoginSession).count() == 1
