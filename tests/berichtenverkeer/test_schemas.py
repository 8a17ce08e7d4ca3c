"""The schemas that are generated agree with the official ones, on samples and on messages changed at random."""

from __future__ import annotations

import os
import random
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from portaal.berichtenverkeer.standard import MessageType, all_types, by_namespace, message_type
from portaal.berichtenverkeer.standard.schema import compiled
from tests.berichtenverkeer.builder import from_model
from tests.berichtenverkeer.mutations import mutants

DESCRIBED = [t for t in all_types() if t.root is not None]
PER_STANDARD = int(os.environ.get("PORTAAL_MUTATIONS", "400"))
FOLDERS = {"iwmo": ("iwmo-3.2", "iwmo-3.2-reconstructed"), "ijw": ("ijw-3.2",), "ieb": ("ieb-1.0",)}


@cache
def official(shared: Path, kind: MessageType) -> etree.XMLSchema:
    """The official schema; of the retours of iWmo the one reconstructed from public tables."""
    for folder in FOLDERS[kind.release.standard]:
        for name in (kind.name, kind.name.lower()):
            path = shared / "istandaarden" / "xsd" / folder / f"{name}.xsd"
            if path.is_file():
                return etree.XMLSchema(etree.parse(path))
    raise LookupError(kind.name)


@pytest.mark.parametrize("kind", DESCRIBED, ids=lambda t: t.name)
def test_everything_the_model_can_say_is_valid_to_both(shared: Path, kind: MessageType) -> None:
    for full in (False, True):
        tree = etree.fromstring(from_model(kind, full=full))
        assert compiled(kind).validate(tree)
        assert official(shared, kind).validate(tree), official(shared, kind).error_log


@pytest.mark.parametrize("kind", DESCRIBED, ids=lambda t: t.name)
def test_changed_messages_get_the_same_verdict(shared: Path, samples: dict[str, bytes], kind: MessageType) -> None:
    """Set PORTAAL_MUTATIONS to change that many per standard instead of the few of every run.

    No difference is known: any one that appears is shown with the official reason.
    """
    seeds = [from_model(kind, full=False), from_model(kind, full=True)]
    if kind.name in samples and kind.release.version == "3.2":
        seeds.append(samples[kind.name])
    of_standard = sum(t.release is kind.release for t in DESCRIBED)
    count = -(-PER_STANDARD // of_standard)
    rng = random.Random(f"{kind.name} 1")  # noqa: S311 - to be the same every time
    mine, theirs = compiled(kind), official(shared, kind)
    verdicts = {True: 0, False: 0}
    for number, mutant in enumerate(mutants(seeds, kind, count, rng)):
        tree = etree.fromstring(mutant)
        verdict = mine.validate(tree)
        verdicts[verdict] += 1
        assert verdict == theirs.validate(tree), (number, mutant.decode(), theirs.error_log, mine.error_log)
    if count >= 100:
        assert min(verdicts.values()) > count / 20, "the changes are too wild or too tame to say anything"


def test_samples_are_valid_except_the_one_that_is_known_not_to_be(samples: dict[str, bytes]) -> None:
    for name, data in samples.items():
        tree = etree.fromstring(data)
        kind = by_namespace(etree.QName(tree).namespace or "")
        assert kind is message_type(name)
        assert compiled(kind).validate(tree) == (name != "JW318"), name


def test_a_type_known_by_name_only_has_no_schema() -> None:
    with pytest.raises(ValueError, match="WMO405"):
        compiled(message_type("WMO405"))
