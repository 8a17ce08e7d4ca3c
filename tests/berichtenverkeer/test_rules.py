"""Every rule: a message that breaks it, and it alone, and one that just keeps it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from portaal.berichtenverkeer.gate import Expectation, check
from portaal.berichtenverkeer.rules import RULES
from portaal.berichtenverkeer.verdict import Lists, RuleLevels
from tests.berichtenverkeer.builder import build
from tests.berichtenverkeer.cases import CASES, Case

EACH = [(case, name) for case in CASES for name in case.types]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel("2026-05-10T12:00:00Z", tick=False):
        yield


@pytest.mark.parametrize(("case", "name"), EACH, ids=[f"{case.code}-{name}" for case, name in EACH])
def test_rule(case: Case, name: str) -> None:
    kept = check(build(name, case.keeps))
    assert (kept.oordeel, kept.findings) == ("goed", ())
    broken = check(build(name, case.breaks))
    assert broken.oordeel == "advies"
    assert {finding.code for finding in broken.findings} == {case.code, *case.also}
    places = {finding.plaats for finding in broken.findings if finding.code == case.code}
    assert case.at in places
    assert all(finding.regel and finding.niveau == "advies" for finding in broken.findings)


def test_every_rule_has_a_case_for_every_number_it_is_for() -> None:
    tried = {(code, name) for case, name in EACH for code in (case.code, *case.also)}
    lacking = {
        (rule.code, number)
        for rule in RULES
        for number in rule.numbers
        if rule.code != "TR381" and not {(rule.code, f"WMO{number}"), (rule.code, f"JW{number}")} & tried
    }
    assert not lacking


IN_THE_SCHEMA = {"CS015", "CS025", "CS319"}
IN_ANOTHER_RULE = {("iwmo", "CS318")}  # iWmo's CS050 leaves no room for NaamGebruik 6
ELSEWHERE = {"TR319"}  # officially between messages, yet checked within one by the official check too


def test_the_rules_are_those_that_the_standards_name(shared: Path) -> None:
    """Every technical rule on the content of one message or on something outside it, for exactly its messages; and
    every condition and constraint.
    """
    folder = shared / "istandaarden" / "regels"
    with (folder / "technische_regels_3.2.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["controleniveau"] != "berichtoverstijgend"]
    assert len(rows) >= 26
    named = {row["code"]: {*row["iwmo_berichten"].split(), *row["ijw_berichten"].split()} for row in rows}
    assert {code: names for code, names in checked().items() if code[:2] == "TR" and code not in ELSEWHERE} == named
    for standard in ("iwmo", "ijw"):
        with (folder / f"cd_cs_rs_per_element_{standard}-3.2.csv").open(encoding="utf-8-sig") as file:
            codes = {row["Regelcode"].strip() for row in csv.DictReader(file)} - IN_THE_SCHEMA
        ours = {rule.code for rule in RULES if standard in rule.standards and rule.code[:2] != "TR"}
        assert ours == {code for code in codes if code[:2] in {"CS", "CD"} and (standard, code) not in IN_ANOTHER_RULE}


def checked() -> dict[str, set[str]]:
    """Per rule the messages that it is checked on."""
    found: dict[str, set[str]] = {}
    for rule in RULES:
        prefixes = [prefix for prefix, standard in (("WMO", "iwmo"), ("JW", "ijw")) if standard in rule.standards]
        found.setdefault(rule.code, set()).update(prefix + number for prefix in prefixes for number in rule.numbers)
    return found


LISTS = Lists(productcodes={"45": frozenset({"45A01", "45A03"}), "50": frozenset({"50A02"})})


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("JW301", "Client/ToegewezenProducten/ToegewezenProduct[1]/Product/Code"),
        ("JW305", "Client/StartProducten/StartProduct[1]/Product/Code"),
        ("JW307", "Client/StopProducten/StopProduct[1]/Product/Code"),
        ("JW315", "Client/AangevraagdeProducten/AangevraagdProduct[1]/Product/Code"),
        ("JW317", "Client/Verzoek/NieuweProducten/NieuwProduct[1]/Product/Code"),
        ("JW323", "Declaratie/Clienten/Client[1]/Prestaties/Prestatie[1]/ProductCode"),
    ],
)
def test_product_codes_are_looked_up_in_the_list_that_is_given(name: str, path: str) -> None:
    known = Expectation(lists=LISTS)
    assert check(build(name), known).oordeel == "goed"
    verdict = check(build(name, {path: "45A99"}), known)
    assert [(f.code, f.plaats) for f in verdict.findings] == [("TR381", path)]
    assert check(build(name, {path: "45A99"})).oordeel == "goed", "without a list there is nothing to look up"


def test_levels_decide_what_refuses() -> None:
    wrong = build("WMO301", {"Client/Bsn": "999900007", "Header/Afzender": "0999"})
    levels = {f.code: f.niveau for f in check(wrong, Expectation(levels=RuleLevels(bericht="weigering"))).findings}
    assert levels == {"CS002": "weigering", "TR378": "advies"}
    verdict = check(wrong, Expectation(levels=RuleLevels(extern="weigering")))
    assert {f.code: f.niveau for f in verdict.findings} == {"CS002": "advies", "TR378": "weigering"}
    assert (verdict.oordeel, verdict.stage) == ("geweigerd", "regels")


def test_retours_and_ieb_have_no_rules_of_their_own() -> None:
    assert {number for rule in RULES for number in rule.numbers} == {
        "301",
        "305",
        "307",
        "315",
        "317",
        "319",
        "323",
        "325",
    }
    assert {standard for rule in RULES for standard in rule.standards} == {"iwmo", "ijw"}


def test_rules_of_one_standard_leave_the_other_alone() -> None:
    overlap = {
        "Client/ToegewezenProducten/ToegewezenProduct[2]/Product": {"Categorie": "45", "Code": "45A01"},
    }
    assert [f.code for f in check(build("JW301", overlap)).findings] == ["TR302"]
    assert check(build("WMO319", {"Antwoord/RedenAfwijzingVerzoek": "8"})).oordeel == "goed"


def test_dates_beyond_the_calendar_do_not_trip_the_rules() -> None:
    """XML Schema allows years above 9999, and years before 1."""
    for year in ("12026", "-2026"):
        product = "Client/ToegewezenProducten/ToegewezenProduct[1]"
        verdict = check(build("WMO301", {f"{product}/Einddatum": f"{year}-12-31"}))
        assert {f.code for f in verdict.findings} == ({"CS003"} if year.startswith("-") else set())
        period = {"Begindatum": f"{year}-04-01", "Einddatum": f"{year}-04-30"}
        declared = check(build("JW323", {"Declaratie/DeclaratiePeriode": period}))
        assert "CS340" in {f.code for f in declared.findings}
