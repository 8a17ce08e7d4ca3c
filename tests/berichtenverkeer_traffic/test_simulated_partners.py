"""What the simulated partners say is what the standards say, judged by the official schemas."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from lxml import etree

from portaal.berichtenverkeer.gate import Kind, check
from portaal.berichtenverkeer.tracking.retourcodes import RetourScan
from portaal.simulators.ketenpartners.behaviour import Behaviour
from portaal.simulators.ketenpartners.chain import Chain
from portaal.simulators.ketenpartners.istandaard import RETOUREN, make_retour, make_start
from portaal.simulators.ketenpartners.portal import Portal

TODAY = date(2026, 11, 21)
FOLDERS = {"WMO": ("iwmo-3.2-reconstructed", "iwmo-3.2"), "JW": ("ijw-3.2",)}


def official(shared: Path, berichttype: str) -> etree.XMLSchema:
    for folder in FOLDERS[berichttype[:-3]]:
        path = shared / f"istandaarden/xsd/{folder}/{berichttype.lower()}.xsd"
        if path.exists():
            return etree.XMLSchema(etree.parse(path))
    raise LookupError(berichttype)


def refusing(content: bytes) -> frozenset[str] | None:
    scan = RetourScan()
    for start in range(0, len(content), 100):
        scan.feed(content[start : start + 100])
    return scan.close()


@pytest.mark.parametrize("refuse", [False, True])
@pytest.mark.parametrize("berichttype", RETOUREN)
def test_a_retour_is_right_and_keeps_the_header_of_its_heen(
    shared: Path, samples: Callable[[str], bytes], berichttype: str, refuse: bool
) -> None:
    heen = samples(berichttype)
    retour = make_retour(berichttype, heen, "R1", TODAY, refuse=refuse)
    schema = official(shared, RETOUREN[berichttype].berichttype)
    assert schema.validate(etree.fromstring(retour)), schema.error_log
    before, after = check(heen).header, check(retour).header
    assert before
    assert after
    assert (after.kind, after.berichttype) == (Kind.RETOUR, RETOUREN[berichttype].berichttype)
    assert (after.afzender, after.ontvanger, after.identificatie, after.dagtekening) == (
        before.afzender,
        before.ontvanger,
        before.identificatie,
        before.dagtekening,
    )
    assert after.envelope_sender == before.envelope_receiver
    assert refusing(retour) == (frozenset({"9332"}) if refuse else frozenset())


def test_a_thousand_messages_of_one_second_are_told_apart() -> None:
    partners = Chain(Portal("http://localhost:1", "geheim"), Behaviour())
    with time_machine.travel(datetime(2026, 11, 21, tzinfo=UTC), tick=False):
        made = {partners._identification("S") for _ in range(1000)}
    assert len(made) == 1000
    assert {len(identification) for identification in made} == {12}


@pytest.mark.parametrize("standaard", ["iwmo", "ijw"])
def test_a_start_message_is_right(shared: Path, standaard: str) -> None:
    start = make_start(standaard, "42420001", "0363", "S1", TODAY)
    schema = official(shared, "WMO305" if standaard == "iwmo" else "JW305")
    assert schema.validate(etree.fromstring(start)), schema.error_log
    verdict = check(start)
    assert verdict.oordeel == "goed", verdict.findings
    assert verdict.header
    assert verdict.header.envelope_receiver == "0363"


@pytest.mark.parametrize(
    "junk", [b"", b"<a>", b"geen xml", b"<!DOCTYPE x><x/>", b"<m:RetourCode xmlns:m='u'>99999</m:RetourCode>"]
)
def test_what_is_no_retour_has_no_known_codes(junk: bytes) -> None:
    assert refusing(junk) is None


@pytest.mark.parametrize(
    ("environment", "url"),
    [("production", "http://localhost:6543/"), ("kto", "http://localhost:6543/"), ("development", "https://ib.nl/")],
)
def test_the_simulator_starts_in_development_on_this_machine_only(environment: str, url: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "portaal.simulators.ketenpartners", "--token", "x", "--port", "0", "--portal-url", url],
        env={"PORTAAL_ENVIRONMENT": environment, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "development" in ended.stderr
