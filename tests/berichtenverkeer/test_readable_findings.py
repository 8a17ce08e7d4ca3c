"""In the readable view every finding stands at its place."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
import time_machine

from portaal.berichtenverkeer.gate import check
from portaal.berichtenverkeer.readable.places import shows
from portaal.berichtenverkeer.readable.reader import read
from tests.berichtenverkeer.builder import build, from_model
from tests.berichtenverkeer.cases import CASES, Case
from tests.berichtenverkeer.mutations import mutants
from tests.berichtenverkeer.reading import DESCRIBED, large, text_of, view_of


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel("2026-05-10T12:00:00Z", tick=False):
        yield


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_every_finding_of_a_rule_stands_at_its_place(case: Case) -> None:
    for name in case.types:
        view = view_of(build(name, case.breaks))
        assert view.findings
        assert all(placed.here for placed in view.findings)


def test_every_finding_of_a_mutated_message_has_a_place() -> None:
    rng = random.Random(20)  # noqa: S311 - the same changes every time
    seen = 0
    for kind in DESCRIBED:
        for data in mutants([from_model(kind, full=True)], kind, 40, rng):
            view = view_of(data)
            lost = [p.finding for p in view.findings if p.finding.plaats and not p.here]
            assert not lost
            seen += sum(placed.here for placed in view.findings)
    assert seen > 500


def test_a_finding_on_another_page_is_there_and_not_here() -> None:
    data = large(200).replace(b"<m:Eenheid>04", b"<m:Eenheid>99")
    findings = check(data).findings
    pages = list(read([data]))
    assert len(findings) > 50
    for finding in findings:
        assert len([page for page in pages if shows(page, finding)]) == 1


def test_findings_are_told_once_with_what_to_do() -> None:
    data = build("WMO301", {"Client/Geslacht": "7"})
    text = text_of(data, "nl", check(data).findings)
    assert text.count("! X05, regel 23: Deze code staat niet in de lijst Geslacht.") == 1
    assert "Geslacht: 7\n    ! X05" in text
