"""What is recognised without a parser is right to the schema, and is judged as the parser would have it judged."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterator
from typing import cast

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from portaal.berichtenverkeer.gate import Verdict, check, gate
from portaal.berichtenverkeer.gate.sieve import Sieve
from portaal.berichtenverkeer.gate.stream import Stream
from portaal.berichtenverkeer.rules.lines import Lines
from portaal.berichtenverkeer.rules.seen import MANY, Seen
from portaal.berichtenverkeer.rules.shape import Written, shapes
from portaal.berichtenverkeer.standard import DataType, MessageType, all_types
from portaal.berichtenverkeer.standard.ordinary import NOTHING, ordinary
from portaal.berichtenverkeer.standard.schema import compiled
from tests.berichtenverkeer.builder import OWN_PREFIX, SHARED_PREFIX, build, from_model, leaves
from tests.berichtenverkeer.cases import CASES
from tests.berichtenverkeer.mutations import mutants

DESCRIBED = [t for t in all_types() if t.root is not None]
PREFIXES = (f"{OWN_PREFIX}:", f"{SHARED_PREFIX}:")
REPEATING = [t for t in DESCRIBED if shapes(t, *PREFIXES)]
VALUES = {
    datatype.name: (kind, path, datatype)
    for kind in DESCRIBED
    for path, datatype in leaves(kind)
    if ordinary(datatype) != NOTHING
}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel("2026-05-10T12:00:00Z", tick=False):
        yield


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Written]:
    """From here on every message is read as a stream; what the sieve takes out of it is in the list."""
    monkeypatch.setattr(gate, "LARGEST_TREE", 0)
    parts: list[Written] = []
    pass_over = Stream._pass_over

    def record(stream: Stream, lines: Lines) -> None:
        parts.extend(lines.each())
        pass_over(stream, lines)

    monkeypatch.setattr(Stream, "_pass_over", record)
    return parts


def elements(root: etree._Element, path: str) -> list[etree._Element]:
    found = root.xpath("/".join(f"*[local-name()='{step}']" for step in path.split("/")))
    return cast("list[etree._Element]", found)


def outermost(message: bytes, kind: MessageType) -> list[str]:
    """The texts of the parts that have a shape."""
    text = message.decode()
    names = "|".join(shapes(kind, *PREFIXES))
    return [m[0] for m in re.finditer(rf"<{OWN_PREFIX}:({names})[\s>].*?</{OWN_PREFIX}:\1>", text, re.DOTALL)]


def shape_fits(text: str, kind: MessageType) -> bool:
    name = text[len(f"<{OWN_PREFIX}:") :].partition(">")[0].split()[0]
    written = shapes(kind, *PREFIXES)[name].read(text)
    return written is not None and written.end == len(text)


@pytest.mark.parametrize("name", VALUES)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_ordinary_value_is_valid(name: str, data: st.DataObject) -> None:
    kind, path, datatype = VALUES[name]
    value = data.draw(st.from_regex(re.compile(ordinary(datatype)), fullmatch=True))
    root = etree.fromstring(from_model(kind, full=True))
    elements(root, path)[0].text = value
    assert compiled(kind).validate(root), value


def test_nearly_every_type_of_value_has_an_ordinary_way() -> None:
    unusual = {d.name for k in DESCRIBED for _path, d in leaves(k) if ordinary(d) == NOTHING}
    assert unusual <= {"Versie"}


@pytest.mark.parametrize("name", VALUES)
def test_no_ordinary_value_is_empty(name: str) -> None:
    """An empty text stands for an element that is left out."""
    assert not re.fullmatch(ordinary(VALUES[name][2]), "")


def test_a_type_of_value_that_is_not_understood_has_none() -> None:
    base = VALUES["Bedrag"][2].base, VALUES["Naam"][2].base
    assert ordinary(DataType("Zeven", base[0], maximum=7)) == NOTHING
    assert ordinary(DataType("Iets", base[1], pattern=r".*a")) == NOTHING


@pytest.mark.parametrize("kind", REPEATING, ids=lambda t: t.name)
def test_parts_have_their_shape(kind: MessageType) -> None:
    for full in (False, True):
        parts = outermost(from_model(kind, full=full), kind)
        assert parts or not full
        assert all(shape_fits(part, kind) for part in parts)
        assert all(shape_fits(re.sub(r">\s+<", "><", part), kind) for part in parts)


@pytest.mark.parametrize("kind", REPEATING, ids=lambda t: t.name)
def test_a_changed_part_that_still_has_its_shape_is_valid(kind: MessageType) -> None:
    rng = random.Random(f"{kind.name} 3")  # noqa: S311 - to be the same every time
    message = from_model(kind, full=True).decode()
    good = outermost(message.encode(), kind)
    fits = 0
    for mutant in mutants([message.encode()], kind, 150, rng):
        for part in set(outermost(mutant, kind)) - set(good):
            name = part[1:].partition(">")[0]
            place = next((g for g in good if g.startswith(f"<{name}>")), None)
            if place is not None and shape_fits(part, kind):
                fits += 1
                root = etree.fromstring(message.replace(place, part, 1).encode())
                assert compiled(kind).validate(root), part
    assert fits


def doubled(message: bytes) -> bytes:
    """The message with its last outermost repeated part, if it has one, three times."""
    root = etree.fromstring(message)
    kind = next(t for t in DESCRIBED if t.namespace == etree.QName(root).namespace)
    for last in [e for e in root.iter() if etree.QName(e).localname in shapes(kind, *PREFIXES)][-1:]:
        for _ in range(2):
            last.addnext(copy.deepcopy(last))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def outcome(verdict: Verdict) -> object:
    findings = sorted((f.code, f.niveau, f.plaats, f.regel) for f in verdict.findings)
    return verdict.oordeel, verdict.stage, verdict.header, verdict.sha256, findings


def test_rules_find_the_same_at_the_same_place(taken: list[Written], monkeypatch: pytest.MonkeyPatch) -> None:
    repeating = {kind.name for kind in REPEATING}
    messages = [
        doubled(build(name, changes))
        for case in CASES
        for name in case.types
        if name in repeating
        for changes in (case.keeps, case.breaks)
    ]
    for message in messages:
        stream = check(message)
        with monkeypatch.context() as patch:
            patch.setattr(gate, "LARGEST_TREE", len(message))
            tree = check(message)
        assert outcome(stream) == outcome(tree), message.decode()
    assert len(taken) > len(messages)


@pytest.mark.parametrize("kind", REPEATING, ids=lambda t: t.name)
def test_changed_messages_get_the_same_verdict(
    kind: MessageType, taken: list[Written], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(f"{kind.name} 4")  # noqa: S311 - to be the same every time
    for mutant in mutants([doubled(from_model(kind, full=True))], kind, 60, rng):
        stream = check(mutant)
        with monkeypatch.context() as patch:
            patch.setattr(gate, "LARGEST_TREE", len(mutant))
            tree = check(mutant)
        assert stream.oordeel == tree.oordeel, mutant.decode()
        if tree.oordeel != "geweigerd":
            assert outcome(stream) == outcome(tree), mutant.decode()
    assert taken


DECLARATION = doubled(from_model(next(t for t in REPEATING if t.number == "323"), full=True)).decode()
PART = "</m:Client>"


@pytest.mark.parametrize(
    "change",
    [
        (PART, f"{PART}<!-- <m:Client> -->"),
        ("<m:Clienten>", "<m:Clienten><!-- a -->"),
        ("<m:Clienten>", '<m:Clienten xmlns:b="{own}" xmlns:x="{shared}">'),
        (PART, f"{PART}x"),
        (PART, f"{PART}</m:Clienten></m:Declaratie></m:Bericht>"),
        (PART, f"{PART}<m:Clienten>"),
        ("<m:Clienten>", "<m:Clienten><m:Clienten>"),
        ("<m:Header>", "<m:Header><m:Client>"),
        ("<m:Client>", '<m:Client a="1">'),
    ],
    ids=range(9),
)
def test_what_changes_the_meaning_of_tags_is_left_to_the_parser(change: tuple[str, str], taken: list[Written]) -> None:
    """The part that the sieve could take is good; what is around it is not, or is a comment."""
    kind = next(t for t in REPEATING if t.number == "323")
    before, after = change
    after = after.replace("{own}", kind.namespace).replace("{shared}", kind.release.shared_namespace)
    message = DECLARATION.replace(before, after, 1).encode()
    stream = check(message)
    assert (stream.oordeel == "geweigerd") == ("<!--" not in after)
    if "<!--" in after:
        assert not taken


def test_the_sieve_holds_back_no_more_than_a_part() -> None:
    kind = next(t for t in REPEATING if t.number == "323")
    root = etree.fromstring(DECLARATION.encode())
    sieve = Sieve(kind, root)
    assert list(sieve.sift(b"<m:Bericht><m:Clienten>")) == []
    filler = b"<a/>" * 20_000
    out: list[bytes | Lines] = []
    for _ in range(20):
        out += sieve.sift(filler)
    assert b"".join(p for p in out if isinstance(p, bytes)) + sieve.rest() == b"<m:Bericht><m:Clienten>" + filler * 20


def test_a_key_is_new_once_however_many_there_are() -> None:
    seen = Seen()
    keys = [("Prestatie", number, str(number)) for number in range(MANY + 1000)]
    assert all(seen.add(key) for key in keys)
    assert all(key in seen for key in keys)
    assert not any(seen.add(key) for key in keys)
    assert seen.lacks([("Prestatie", -1, "-1")])
    assert not seen.lacks([("Prestatie", -1, "-1"), keys[0]])
    assert ("Prestatie", -1, "-1") not in seen


@pytest.mark.parametrize("there", [0, MANY - 3, MANY + 3])
def test_many_keys_are_remembered_at_once(there: int) -> None:
    seen = Seen()
    seen.update(range(there))
    assert seen.lacks(range(there, there + 10))
    seen.update(range(there, there + 10))
    assert not any(seen.lacks([key]) for key in range(there + 10))
    assert seen.lacks([there + 10])
    assert not seen.add(there)
