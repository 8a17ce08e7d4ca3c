"""A message read as a stream gets the verdict it gets as a tree."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
import time_machine

from portaal.berichtenverkeer.gate import Verdict, check, gate
from portaal.berichtenverkeer.standard import MessageType, all_types
from tests.berichtenverkeer.builder import build, from_model
from tests.berichtenverkeer.cases import CASES
from tests.berichtenverkeer.mutations import mutants

DESCRIBED = [t for t in all_types() if t.root is not None]
EACH = [(case, name) for case in CASES for name in case.types]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel("2026-05-10T12:00:00Z", tick=False):
        yield


@pytest.fixture(params=[128, 700, 65_536])
def streamed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on every message is read as a stream, in pieces of this size."""
    monkeypatch.setattr(gate, "LARGEST_TREE", 0)
    monkeypatch.setattr(gate, "PIECE", request.param)


def outcome(verdict: Verdict) -> object:
    findings = sorted((f.code, f.niveau, f.plaats, f.regel) for f in verdict.findings)
    return verdict.oordeel, verdict.stage, verdict.header, verdict.berichttype, verdict.sha256, findings


@pytest.fixture(scope="module")
def as_trees() -> dict[bytes, Verdict]:
    """The verdicts on the messages of all rules, read as trees."""
    with time_machine.travel("2026-05-10T12:00:00Z", tick=False):
        messages = [build(name, changes) for case, name in EACH for changes in (case.keeps, case.breaks)]
        return {message: check(message) for message in messages}


@pytest.mark.usefixtures("streamed")
def test_rules_find_the_same(as_trees: dict[bytes, Verdict]) -> None:
    for message, verdict in as_trees.items():
        assert outcome(check(message)) == outcome(verdict)


@pytest.mark.parametrize("kind", DESCRIBED, ids=lambda t: t.name)
def test_changed_messages_get_the_same_verdict(kind: MessageType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words may differ: a stream knows less of what is around a fault. What is refused, and by what layer, may not."""
    seeds = [from_model(kind, full=False), from_model(kind, full=True)]
    rng = random.Random(f"{kind.name} 2")  # noqa: S311 - to be the same every time
    for mutant in mutants(seeds, kind, 40, rng):
        tree = check(mutant)
        with monkeypatch.context() as patch:
            patch.setattr(gate, "LARGEST_TREE", 0)
            patch.setattr(gate, "PIECE", 600)
            stream = check(mutant)
        assert stream.oordeel == tree.oordeel, mutant.decode()
        if tree.stage != stage_of_attributes(tree):
            assert stream.stage == tree.stage, (tree, stream, mutant.decode())


def stage_of_attributes(verdict: Verdict) -> object:
    """A stream leaves attributes to the schema, a tree refuses them before it."""
    return verdict.stage if [f.code for f in verdict.findings] == ["B28"] else None
