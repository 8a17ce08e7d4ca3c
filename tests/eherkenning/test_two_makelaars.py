"""Two makelaars are known: an answer of the one is worth nothing where the other was asked, whoever it names."""

from __future__ import annotations

import dataclasses
import itertools
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from functools import cache

import pytest
import time_machine

from portaal.eherkenning.artifact import ArtifactAnswer, ArtifactResolver, read_envelope
from portaal.eherkenning.parties import KeyPair, Makelaar, ServiceProvider
from portaal.eherkenning.provider import REQUEST_ID as REMEMBERED
from portaal.eherkenning.provider import Eherkenning
from portaal.login.provider import LoginReturn
from portaal.login.refusal import LoginRefusedError, RefusalReason
from portaal.simulators.makelaar.keys import new_pair
from portaal.testing.eherkenning import parties
from tests.eherkenning.forge import ACS, NOW, PERSON, QUESTION_ID, REQUEST_ID, Recipe, makelaar, provider, text

ONE, OTHER = makelaar().entity_id, "urn:etoegang:HM:00000099000000000002:entities:9000"
WAYS = ["artifact", "post"]


@cache
def keys() -> dict[str, KeyPair]:
    return {ONE: parties().makelaar, OTHER: new_pair("makelaar")}


class Resolver(ArtifactResolver):
    """Whatever artifact is brought, this is behind it."""

    def __init__(self, envelope: bytes) -> None:
        self._envelope = envelope

    def resolve(self, provider: ServiceProvider, makelaar: Makelaar, artifact: str, now: datetime) -> ArtifactAnswer:
        return ArtifactAnswer(QUESTION_ID, read_envelope(self._envelope))


@pytest.fixture(autouse=True)
def when_the_answers_are_made() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def finish(asked: str, recipe: Recipe, way: str) -> str:
    """Who logs in with this answer where this makelaar was asked."""
    other = dataclasses.replace(makelaar(), entity_id=OTHER, certificates=(keys()[OTHER].certificate,))
    portal = Eherkenning(provider(), {ONE: makelaar(), OTHER: other}, Resolver(recipe.resolved()))
    posted = b64encode(recipe.posted()) if way == "post" else None
    record = portal.finish(LoginReturn(asked, {"SAMLart": "x"}, {REMEMBERED: REQUEST_ID}, ACS, posted))
    assert record.pseudonym == PERSON.pseudonym
    return record.issuer


def answer(named: str, signed: str, assertion_signed: str = "") -> Recipe:
    """An answer with a makelaar's name at every level, signed by a makelaar; its assertion perhaps by another."""
    issuer = text("saml:Issuer", named)
    return Recipe(
        assertion=issuer,
        response=issuer,
        artifact_response=issuer,
        assertion_by=lambda: keys()[assertion_signed or signed],
        response_by=lambda: keys()[signed],
        artifact_by=lambda: keys()[signed],
    )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("asked", "named", "signed"), [*itertools.product([ONE, OTHER], repeat=3)])
def test_who_was_asked_must_have_signed_in_their_own_name(asked: str, named: str, signed: str, way: str) -> None:
    if asked == named == signed:
        assert finish(asked, answer(named, signed), way) == asked
        return
    with pytest.raises(LoginRefusedError) as refusal:
        finish(asked, answer(named, signed), way)
    assert refusal.value.reason is (RefusalReason.WRONG_PARTY if asked == signed else RefusalReason.SIGNATURE)


@pytest.mark.parametrize("way", WAYS)
def test_an_assertion_of_the_one_is_nothing_in_an_answer_of_the_other(way: str) -> None:
    with pytest.raises(LoginRefusedError) as refusal:
        finish(ONE, answer(ONE, ONE, assertion_signed=OTHER), way)
    assert refusal.value.reason is RefusalReason.SIGNATURE
