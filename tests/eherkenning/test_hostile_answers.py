"""No hostile answer leads to a login, by artifact or by POST, and each is refused for what is wrong with it."""

from __future__ import annotations

import pytest

from portaal.login.refusal import LoginRefusedError
from tests.eherkenning.forge import PERSON, Recipe
from tests.eherkenning.hostile import CASES
from tests.eherkenning.hostile.case import Case

BY_ARTIFACT = [case for case in CASES if "artifact" in case.ways]
BY_POST = [case for case in CASES if "post" in case.ways]


def test_the_recipe_itself_logs_in() -> None:
    assert Recipe().verify_resolved().pseudonym == Recipe().verify_posted().pseudonym == PERSON.pseudonym


@pytest.mark.parametrize("case", BY_ARTIFACT, ids=lambda case: case.name)
def test_hostile_by_artifact(case: Case) -> None:
    with pytest.raises(LoginRefusedError) as refusal:
        case.recipe.verify_resolved()
    assert refusal.value.reason is case.reason, refusal.value


@pytest.mark.parametrize("case", BY_POST, ids=lambda case: case.name)
def test_hostile_by_post(case: Case) -> None:
    with pytest.raises(LoginRefusedError) as refusal:
        case.recipe.verify_posted()
    assert refusal.value.reason is case.reason, refusal.value


def test_there_are_many_and_no_two_the_same() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))
    assert min(len(BY_ARTIFACT), len(BY_POST)) >= 200
