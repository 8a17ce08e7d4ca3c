"""Whatever is changed in a message, nobody becomes somebody else.

PORTAAL_MUTATIONS says how many messages are changed (2,000 when it is not set) and PORTAAL_MUTATIONS_SEED with which
dice. A changed message may still log in: what nobody signs, such as KeyInfo, means nothing.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
from lxml import etree

from portaal.eherkenning.artifact import read_envelope
from portaal.eherkenning.response import verify_artifact_response, verify_response
from portaal.eherkenning.xml import parse
from portaal.login.record import LoginRecord
from portaal.login.refusal import LoginRefusedError
from tests.eherkenning.forge import QUESTION_ID, VICTIM, Recipe, encrypt_assertion, expected
from tests.eherkenning.mutations import mutate

MUTATIONS = int(os.environ.get("PORTAAL_MUTATIONS", "2000"))
SEED = int(os.environ.get("PORTAAL_MUTATIONS_SEED", "20261121"))


def by_post(message: bytes) -> LoginRecord:
    return verify_response(parse(message), expected())


def by_artifact(message: bytes) -> LoginRecord:
    return verify_artifact_response(read_envelope(message), QUESTION_ID, expected())


def foreign() -> bytes:
    """A message about somebody else, as an attacker could make it: right in all but its signatures."""
    return etree.tostring(Recipe(person=VICTIM, assertion_by=None, response_by=None).make_response())


@pytest.mark.timeout(0 if "PORTAAL_MUTATIONS" in os.environ else 300)
def test_no_changed_message_logs_in_as_somebody_else() -> None:
    dice = random.Random(SEED)  # noqa: S311 - so that a failure can be had again
    messages = [
        (by_post, Recipe().posted()),
        (by_artifact, Recipe().resolved()),
        (by_artifact, Recipe(response_by=None).resolved()),
        (by_post, Recipe(hold=encrypt_assertion).posted()),
    ]
    originals = [verify(message) for verify, message in messages]
    other = foreign()
    outcomes: Counter[str] = Counter()
    for number in range(MUTATIONS):
        (verify, message), original = messages[number % len(messages)], originals[number % len(messages)]
        changed = mutate(dice, message, other)
        try:
            record = verify(changed)
        except LoginRefusedError as refusal:
            outcomes[refusal.reason.value] += 1
        else:
            assert record == original, f"mutation {number} with seed {SEED}"
            outcomes["the same"] += 1
    assert outcomes["signature"] > MUTATIONS / 10, outcomes  # most must get as far as the signatures
    assert outcomes["the same"] < MUTATIONS / 5, outcomes
    print(dict(outcomes))  # noqa: T201 - for who runs many
