"""What every reader of large messages must do: judge as the tree does, whatever comes in.

It is tried on Python's and on each that is installed (entry points `portaal.readers`), so a compiled reader is tested
by installing it beside this checkout and running this file. Bad readers made for it show that each part can fail.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pytest
import time_machine

from portaal.berichtenverkeer.gate import Verdict, check, gate, reader
from portaal.berichtenverkeer.gate.reader import GROUP, MakeReader, installed_reader
from portaal.berichtenverkeer.gate.stream import Stream
from portaal.berichtenverkeer.standard import all_types
from portaal.berichtenverkeer.verdict import Findings, Refusal, Stage
from portaal.web.i18n import translator
from tests.berichtenverkeer.builder import build, from_model
from tests.berichtenverkeer.cases import CASES
from tests.berichtenverkeer.hostile import HARMLESS, HOSTILE, SECRETS
from tests.berichtenverkeer.mutations import mutants

READERS: list[tuple[str, Callable[[], Any]]] = [("python", lambda: Stream)]
READERS += [(point.name, point.load) for point in entry_points(group=GROUP)]
DESCRIBED = [kind for kind in all_types() if kind.root is not None]
MUTANTS_EACH = 12
nl = translator("nl")


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel("2026-05-10T12:00:00Z", tick=False):
        yield


@pytest.fixture(params=[load for _, load in READERS], ids=[name for name, _ in READERS])
def make(request: pytest.FixtureRequest) -> MakeReader:
    made: MakeReader = request.param()
    return made


def read_by(make: MakeReader, message: bytes, monkeypatch: pytest.MonkeyPatch, piece: int = 700) -> Verdict:
    with monkeypatch.context() as patch:
        patch.setattr(gate, "installed_reader", lambda: make)
        patch.setattr(gate, "LARGEST_TREE", 0)
        patch.setattr(gate, "PIECE", piece)
        return check(message)


def judged(verdict: Verdict) -> object:
    findings = sorted((f.code, f.niveau, f.plaats, f.regel) for f in verdict.findings)
    return (
        verdict.oordeel,
        verdict.stage,
        verdict.header,
        verdict.berichttype,
        verdict.sha256,
        verdict.omitted,
        findings,
    )


@cache
def by_rules() -> list[tuple[bytes, Verdict]]:
    """For every rule a message that keeps it and one that breaks it, with the tree's verdict."""
    messages = {build(name, changes) for case in CASES for name in case.types for changes in (case.keeps, case.breaks)}
    return [(message, check(message)) for message in sorted(messages)]


@cache
def changed_at_random() -> list[tuple[bytes, Verdict]]:
    made = []
    for kind in DESCRIBED:
        seeds = [from_model(kind, full=False), from_model(kind, full=True)]
        rng = random.Random(f"{kind.name} reader")  # noqa: S311 - to be the same every time
        made += [(message, check(message)) for message in mutants(seeds, kind, MUTANTS_EACH, rng)]
    return made


# The contract: each part is a list of what is wrong with a reader.


def wrong_on_rules(make: MakeReader, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Rules find the same, at the same place and line."""
    return [m for m, tree in by_rules() if judged(read_by(make, m, monkeypatch)) != judged(tree)]


def wrong_on_changed(make: MakeReader, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The same verdict; words may differ, since a stream knows less of what is around a fault."""
    return [m for m, tree in changed_at_random() if read_by(make, m, monkeypatch).oordeel != tree.oordeel]


def wrong_on_hostile(make: MakeReader, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All refused, by a layer of the gate and not by its falling over; no value is repeated."""
    wrong = []
    for upload in HOSTILE:
        if upload.stage is not Stage.SIZE:
            verdict = read_by(make, upload.make(), monkeypatch, 65_536)
            shown = " ".join(f"{f.plaats} {nl(f.text)} {nl(f.action)}" for f in verdict.findings)
            fell = verdict.stage is Stage.PORTAL
            if verdict.oordeel != "geweigerd" or fell or any(secret.decode() in shown for secret in SECRETS):
                wrong.append(upload.name)
    return wrong


def wrong_on_harmless(make: MakeReader, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    return [name for name, made in HARMLESS.items() if read_by(make, made(), monkeypatch, 65_536).oordeel != "goed"]


CONTRACT: list[Callable[[MakeReader, pytest.MonkeyPatch], list[Any]]] = [
    wrong_on_rules,
    wrong_on_changed,
    wrong_on_hostile,
    wrong_on_harmless,
]


@pytest.mark.parametrize("part", CONTRACT)
def test_a_reader_keeps_the_contract(
    make: MakeReader, part: Callable[[MakeReader, pytest.MonkeyPatch], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert part(make, monkeypatch) == []


def test_samples_get_the_verdict_they_get_as_trees(
    make: MakeReader, shared: Path, samples: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, data in samples.items():
        assert judged(read_by(make, data, monkeypatch)) == judged(check(data)), name


# Bad readers, each caught by one part of the contract


class Blind(Stream):
    """Asks no rule."""

    @property
    def findings(self) -> Findings:
        return Findings()


class Trusting(Stream):
    """Takes everything whose header is right."""

    def close(self) -> None:
        try:
            super().close()
        except Refusal:
            if self.header is None:
                raise


class Clumsy(Stream):
    """Falls over what is not well-formed."""

    def feed(self, piece: bytes) -> None:
        if b"&" in piece:
            raise ValueError(piece)
        super().feed(piece)


@pytest.mark.parametrize(
    ("bad", "part"),
    [(Blind, wrong_on_rules), (Trusting, wrong_on_changed), (Clumsy, wrong_on_hostile), (Clumsy, wrong_on_harmless)],
)
def test_a_bad_reader_does_not(bad: MakeReader, part: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    logging.getLogger("portaal.berichtenverkeer.gate.gate").disabled = True
    try:
        assert part(bad, monkeypatch)
    finally:
        logging.getLogger("portaal.berichtenverkeer.gate.gate").disabled = False


# Which one is used


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([], Stream),
        (["tests.berichtenverkeer.test_reader:Blind"], Blind),
        (["tests.berichtenverkeer.test_reader:Nobody"], Stream),
        (["nergens:Reader"], Stream),
        (["tests.berichtenverkeer.test_reader:Blind", "tests.berichtenverkeer.test_reader:Clumsy"], Stream),
    ],
)
def test_the_one_that_is_installed_is_used(
    points: list[str], expected: type, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    found = [EntryPoint(f"lezer{number}", value, GROUP) for number, value in enumerate(points)]
    monkeypatch.setattr(reader, "entry_points", lambda group: found)
    installed_reader.cache_clear()
    try:
        chosen: Any = installed_reader()
        assert chosen.__name__ == expected.__name__
        assert bool(caplog.records) == (bool(points) and expected is Stream)
    finally:
        installed_reader.cache_clear()
