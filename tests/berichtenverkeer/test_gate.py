"""What the gate asks of a message beyond its structure, and what it tells about it."""

from __future__ import annotations

import hashlib
import logging
from datetime import date

import pytest
import time_machine

from portaal.berichtenverkeer.gate import Expectation, Gate, Kind, Stage, Verdict, check
from portaal.berichtenverkeer.gate import gate as gate_module
from portaal.berichtenverkeer.gate.door import Door
from portaal.berichtenverkeer.standard import all_types
from portaal.berichtenverkeer.verdict import Refusal, RuleLevels
from portaal.web.i18n import translator
from tests.berichtenverkeer.builder import build, from_model

nl = translator("nl")


def refused(verdict: Verdict) -> tuple[Stage | None, list[tuple[str, str]]]:
    assert verdict.oordeel == "geweigerd"
    return verdict.stage, [(finding.code, finding.plaats) for finding in verdict.findings]


def test_samples_are_good_except_two(samples: dict[str, bytes]) -> None:
    verdicts = {name: check(data) for name, data in samples.items()}
    assert {name for name, verdict in verdicts.items() if verdict.oordeel != "goed"} == {"JW318", "JW323"}
    assert {name: verdict.berichttype for name, verdict in verdicts.items()} == {name: name for name in samples}


def test_jw318_has_an_element_out_of_place(samples: dict[str, bytes]) -> None:
    verdict = check(samples["JW318"])
    assert refused(verdict) == (Stage.STRUCTURE, [("X17", "Client/Verzoek/RetourCode")])
    assert verdict.findings[0].regel == 33
    assert nl(verdict.findings[0].text) == "RetourCode hoort niet op deze plaats."


def test_jw323_has_a_key_twice(samples: dict[str, bytes]) -> None:
    verdict = check(samples["JW323"])
    assert verdict.oordeel == "advies"
    assert [(f.code, f.regel, f.plaats) for f in verdict.findings] == [
        ("TR101", 114, "Declaratie/Clienten/Client[2]/Prestaties/Prestatie[3]")
    ]


def test_verdict_describes_the_bytes_that_came_in() -> None:
    message = build("WMO301")
    verdict = check(message)
    assert (verdict.sha256, verdict.size) == (hashlib.sha256(message).hexdigest(), len(message))
    assert (verdict.oordeel, verdict.findings, verdict.omitted, verdict.stage) == ("goed", (), 0, None)
    header = verdict.header
    assert header is not None
    assert (header.standard, header.release, header.berichttype) == ("iwmo", "3.2", "WMO301")
    assert (header.berichtcode, header.kind) == ("414", Kind.HEEN)
    assert (header.afzender, header.ontvanger) == ("0384", "42420001")
    assert (header.identificatie, header.dagtekening) == ("B1", date(2026, 5, 6))


@pytest.mark.parametrize(
    "text",
    [
        b"<?x?><a></a>",
        b"<a><?x?></a>",
        b"<a>?></a><?x?>",
        b"<?xml version='1.0'?><?x?><a/>",
        b"<?xml version='1.0'?><a>?><?x?></a>",
    ],
)
@pytest.mark.parametrize("size", [1, 4096])
def test_an_instruction_is_refused_wherever_it_stands(text: bytes, size: int) -> None:
    def pass_by(door: Door) -> None:
        for start in range(0, len(text) + 2048, size):
            door.feed((text + b" " * 2048)[start : start + size])
        door.close()

    with pytest.raises(Refusal):
        pass_by(Door())
    assert Door().feed(b"<?xml version='1.0'?><a>?></a>" + b" " * 2048)


def test_a_refused_file_is_hashed_to_the_end() -> None:
    message = b"geen xml" * 50_000
    gate = Gate()
    gate.feed(message[:100_000])
    assert gate.refused
    gate.feed(message[100_000:])
    verdict = gate.close()
    assert (verdict.sha256, verdict.size) == (hashlib.sha256(message).hexdigest(), len(message))


def test_the_largest_size_is_that_of_the_expectation() -> None:
    message = build("WMO301")
    assert check(message, Expectation(max_size=len(message))).oordeel == "goed"
    verdict = check(message, Expectation(max_size=len(message) - 1))
    assert refused(verdict) == (Stage.SIZE, [("B02", "")])
    assert "25 MB" in nl(check(b" " * 25_000_001).findings[0].text)


def test_what_is_too_large_is_told_so_whatever_else_was_found_before_its_end() -> None:
    message = build("WMO301")
    gate = Gate(Expectation(max_size=len(message)))
    gate.feed(b"geen xml" * 200)
    assert gate.refused
    gate.feed(message)
    verdict = gate.close()
    assert refused(verdict) == (Stage.SIZE, [("B02", ""), ("B04", "")])


@pytest.mark.parametrize(
    ("name", "gemeente_sends", "envelope"),
    [
        ("WMO301", True, ("0384", "42420001")),
        ("WMO302", False, ("42420001", "0384")),
        ("JW305", False, ("42420001", "0384")),
        ("JW306", True, ("0384", "42420001")),
        ("WMO307", False, ("42420001", "0384")),
        ("WMO318", True, ("0384", "42420001")),
        ("JW319", True, ("0384", "42420001")),
        ("JW320", False, ("42420001", "0384")),
        ("WMO323", False, ("42420001", "0384")),
        ("WMO325", True, ("0384", "42420001")),
    ],
)
def test_the_header_of_a_retour_is_not_swapped_but_its_envelope_is(
    name: str, gemeente_sends: bool, envelope: tuple[str, str]
) -> None:
    """IV028: a retour keeps the parties of its heen, so its sender stands under Ontvanger."""
    message = with_parties(name)
    verdict = check(message)
    assert verdict.header is not None
    assert (verdict.header.envelope_sender, verdict.header.envelope_receiver) == envelope
    for gemeente in ("0384", "0363"):
        judged = check(message, Expectation(afzender_gemeente=gemeente))
        if not gemeente_sends:
            assert refused(judged) == (Stage.SENDER, [("B47", "Header")])
        elif gemeente == "0384":
            assert judged.oordeel != "geweigerd"
        else:
            place = "Header/Ontvanger" if verdict.header.kind is Kind.RETOUR else "Header/Afzender"
            assert refused(judged) == (Stage.SENDER, [("B46", place)])


def with_parties(name: str) -> bytes:
    """A message of this type between gemeente 0384 and provider 42420001."""
    kind = next(t for t in all_types() if t.name == name)
    return from_model(kind, full=False).replace(b">1111<", b">0384<").replace(b">11111111<", b">42420001<")


def test_only_welcome_types_pass() -> None:
    message = build("WMO301")
    assert check(message, Expectation(berichttypen=frozenset({"WMO301", "WMO305"}))).oordeel == "goed"
    verdict = check(message, Expectation(berichttypen=frozenset({"JW301"})))
    assert refused(verdict) == (Stage.TYPE, [("B45", "")])
    assert nl(verdict.findings[0].text) == "Berichten van het type WMO301 kunt u hier niet versturen."


@pytest.mark.parametrize(("day", "oordeel"), [("2023-03-31", "goed"), ("2023-04-01", "advies")])
@pytest.mark.parametrize("largest_tree", [0, 1 << 20])
def test_a_release_that_has_ended_is_told(
    day: str, oordeel: str, largest_tree: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_module, "LARGEST_TREE", largest_tree)
    with time_machine.travel(f"{day}T12:00:00Z", tick=False):
        verdict = check(with_parties("WMO401"))
        strict = check(with_parties("WMO401"), Expectation(levels=RuleLevels(extern="weigering")))
    assert (verdict.oordeel, strict.oordeel == "geweigerd") == (oordeel, oordeel == "advies")
    assert [f.code for f in verdict.findings] == (["B49"] if oordeel == "advies" else [])
    for found in verdict.findings:
        assert nl(found.text) == "Dit bericht is gemaakt voor iEb 1.0. Die release geldt niet meer."
        assert "voor iEb 4.0" in nl(found.action)


def test_ieb_goes_to_the_cak() -> None:
    verdict = check(with_parties("WMO401"))
    assert verdict.header is not None
    assert (verdict.header.envelope_sender, verdict.header.envelope_receiver) == ("0384", "CAK")


def test_a_hundred_faults_are_told_and_the_rest_counted() -> None:
    product = {
        "ToewijzingNummer": "x",
        "Toewijzingsdatum": "2026-05-01",
        "Toewijzingstijd": "10:30:00",
        "Ingangsdatum": "2026-05-01",
    }
    message = build("WMO301", {"Client/ToegewezenProducten/ToegewezenProduct": [product] * 250})
    verdict = check(message)
    assert (len(verdict.findings), verdict.omitted) == (100, 150)
    assert {finding.code for finding in verdict.findings} == {"X08"}
    assert verdict.findings[9].plaats == "Client/ToegewezenProducten/ToegewezenProduct[10]/ToewijzingNummer"


def test_a_fault_of_the_gate_refuses_the_file_and_logs_no_value(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(data: bytes) -> None:
        raise ValueError(data.decode())

    monkeypatch.setattr(gate_module, "parse", fail)
    with caplog.at_level(logging.ERROR):
        verdict = check(build("WMO301"))
    assert refused(verdict) == (Stage.PORTAL, [("B99", "")])
    [record] = caplog.records
    assert (record.getMessage(), vars(record)["error"], record.exc_info) == ("the gate failed", "ValueError", None)
    assert "999900006" not in str(vars(record))
