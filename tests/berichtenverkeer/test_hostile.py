"""Nothing hostile gets in, nothing good stays out, and no answer repeats what was in the file."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Iterator

import pytest
import time_machine

from portaal.berichtenverkeer.gate import Expectation, Gate, Stage, Verdict, check, gate
from portaal.berichtenverkeer.gate.door import PIECE
from portaal.berichtenverkeer.gate.header import check_versions, read_header, type_of
from portaal.berichtenverkeer.gate.reading import check_structure, parse
from portaal.berichtenverkeer.gate.stream import Stream
from portaal.berichtenverkeer.verdict import Refusal
from portaal.web.i18n import translator
from tests.berichtenverkeer.hostile import HARMLESS, HOSTILE, SECRETS, Hostile

ONLY_THE_DOOR = {
    "B02",  # size
    "B06",  # UTF-7 and EBCDIC look like something else
    "B07",  # in a comment
    "B08",  # parsed as UTF-8 whatever it says
    "B10",  # invisible characters
    "B23",  # CDATA
    "B25",  # many comments
    "B27",  # large parts
}
HARMLESS_TO_A_PARSER = {"doctype_in_comment", "instruction_in_comment", "namespaces_flood"}
ONLY_TREES = {"B22"}  # a stream leaves processing instructions out
BEHIND_THE_DOOR = [u for u in HOSTILE if u.code not in ONLY_THE_DOOR and u.name not in HARMLESS_TO_A_PARSER]
LANGUAGES = [translator("nl"), translator("en")]
SECONDS = 10.0  # of the processor: it takes a part of one, and what is slow takes minutes
EXTRA_MEMORY = 64 << 20


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel("2026-05-10T12:00:00Z", tick=True):
        yield


def words(verdict: Verdict) -> str:
    """Everything that a verdict can show."""
    shown = [f"{f.code} {f.plaats} {t(f.text)} {t(f.action)}" for f in verdict.findings for t in LANGUAGES]
    return " ".join(shown)


def test_there_are_enough_and_no_two_are_the_same() -> None:
    assert len(HOSTILE) >= 200
    assert len({upload.name for upload in HOSTILE}) == len(HOSTILE)


@pytest.mark.parametrize("upload", HOSTILE, ids=lambda upload: upload.name)
def test_hostile_upload_is_refused_by_its_own_layer(upload: Hostile) -> None:
    data = upload.make()
    start = time.process_time()
    verdict = check(data)
    assert time.process_time() - start < SECONDS
    codes = {finding.code for finding in verdict.findings}
    assert (verdict.oordeel, verdict.stage) == ("geweigerd", upload.stage)
    assert upload.code in codes
    assert verdict.size == len(data)
    shown = words(verdict)
    assert not [secret for secret in SECRETS if secret.decode() in shown]


@pytest.mark.parametrize("portion", [1, 999, 70_000])
def test_the_size_of_portions_makes_no_difference(portion: int) -> None:
    for upload in HOSTILE:
        data = upload.make()
        if len(data) / portion > 20_000 or upload.stage is Stage.SIZE:
            continue  # too long to wait for; and of a file that is too large only what came in is looked at
        one = Gate()
        for start in range(0, len(data), portion):
            one.feed(data[start : start + portion])
        by_portion, at_once = one.close(), check(data)
        assert by_portion.sha256 == at_once.sha256
        assert [f.code for f in by_portion.findings] == [f.code for f in at_once.findings], upload.name


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_hostile_is_good(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (check(HARMLESS[name]()).oordeel, check(HARMLESS[name]()).findings) == ("goed", ())
    monkeypatch.setattr(gate, "LARGEST_TREE", 0)
    assert check(HARMLESS[name]()).oordeel == "goed", "the same as a stream"


@pytest.mark.parametrize("upload", BEHIND_THE_DOOR, ids=lambda upload: upload.name)
def test_the_parser_refuses_without_the_door(upload: Hostile) -> None:
    """The layers cover for each other: here the checks on the bytes are off."""
    data = upload.make()
    with pytest.raises(Refusal):
        _as_tree(data)
    if upload.code not in ONLY_TREES:
        with pytest.raises(Refusal):
            _as_stream(data)


def _as_tree(data: bytes) -> None:
    root = parse(data)
    message_type = type_of(root, Expectation())
    header = root.find(f"{{{message_type.namespace}}}Header")
    if header is not None:
        check_versions(header, message_type)
    check_structure(root, message_type)
    if header is not None and read_header(header, message_type) is None:
        raise Refusal(Stage.STRUCTURE)


def _as_stream(data: bytes) -> None:
    stream = Stream(data, Expectation(), Gate()._inspection)
    for start in range(0, len(data), PIECE):
        stream.feed(data[start : start + PIECE])
    stream.close()


def test_a_byte_order_mark_is_advice() -> None:
    verdict = check(b"\xef\xbb\xbf" + HARMLESS["single_quotes"]())
    assert [(f.code, f.niveau, f.regel) for f in verdict.findings] == [("OP192", "advies", 1)]
    assert verdict.oordeel == "advies"


def test_no_upload_takes_much_memory() -> None:
    """Each in a process of its own, since what libxml2 takes is not counted by Python."""
    heavy = [upload for upload in HOSTILE if len(upload.make()) > 300_000]
    assert len(heavy) > 10
    context = multiprocessing.get_context("fork")
    for upload in heavy:
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_grow, args=(upload, sender))
        process.start()
        grown = receiver.recv()
        process.join()
        assert grown < EXTRA_MEMORY, (upload.name, grown >> 20)


def _grow(upload: Hostile, sender: multiprocessing.connection.Connection) -> None:
    data = upload.make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    check(data)
    sender.send((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
