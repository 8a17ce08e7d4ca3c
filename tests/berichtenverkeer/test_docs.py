"""The tables in `docs/berichtenverkeer` are made from the code and say what it does.

Run with PORTAAL_WRITE_DOCS=1 to write them anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from portaal.berichtenverkeer.gate.words import FAULTS
from portaal.berichtenverkeer.rules import RULES
from portaal.berichtenverkeer.standard import all_types
from portaal.web.i18n import translator
from tests.berichtenverkeer.cases import CASES
from tests.berichtenverkeer.conftest import ROOT

DOCS = ROOT / "docs" / "berichtenverkeer"
nl = translator("nl")


def rules_page() -> str:
    """One line per rule and function, in the order of the codes."""
    lines = []
    for rule in sorted(RULES, key=lambda rule: (rule.code, rule.numbers)):
        prefixes = [prefix for prefix, name in (("WMO", "iwmo"), ("JW", "ijw")) if name in rule.standards]
        types = f"{'/'.join(prefixes)} {', '.join(rule.numbers)}"
        tests = sum(case.code == rule.code and bool(set(case.numbers.split()) & set(rule.numbers)) for case in CASES)
        where = f"`test_rule[{rule.code}-*]` ({tests})" if tests else "`test_product_codes_are_*`"
        texts = (str(rule.text), nl(rule.text))
        lines.append((rule.code, types, *texts, rule.retourcode, rule.level, f"`{rule.function}`", where))
    heads = ("Rule", "Messages", "What is wrong", "Wat er mis is", "Code", "Level", "Function in `rules/`", "Tests")
    return f"""# Rules within one message

This table is made from the code, which `tests/berichtenverkeer/test_docs.py` guards. Level `bericht` is
controleniveau 2 of the standards, `extern` are the rules that need a clock or a list. The code is what a receiver
puts in the retour. Every test has a message that breaks the rule and one that just keeps it.

{_table(heads, lines)}"""


def faults_page() -> str:
    """One line per finding of the gate itself."""
    heads = ("Code", "What is wrong", "Wat er mis is", "Wat te doen")
    lines = [(code, str(text), nl(text), nl(action)) for code, (text, action) in sorted(FAULTS.items())]
    return f"""# What the gate itself finds

This table is made from the code, which `tests/berichtenverkeer/test_docs.py` guards. B: the file, its XML, its type
or its sender; X: the structure of the message. How the gate works stands in [gate.md](gate.md), the rules within a
message in [regels.md](regels.md).

{_table(heads, lines)}"""


def types_page() -> str:
    """One line per type of message of every release."""
    heads = ("Type", "Release", "Naam", "Van", "Naar", "Berichtcode", "Retour")
    lines = [
        (kind.name, str(kind.release), kind.title, kind.sender, kind.receiver, kind.code or "", kind.retour or "")
        for kind in all_types()
    ]
    return f"""# Types of messages

This table is made from the standard's data, which `tests/berichtenverkeer/test_docs.py` guards. What a type is made
of is told by `portaal bericht beschrijf WMO301`; one without a berichtcode is known by name only.

{_table(heads, lines)}"""


def _table(heads: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    rows = [heads, tuple("---" for _ in heads), *lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


@pytest.mark.parametrize(
    ("name", "page"), [("regels.md", rules_page()), ("findings.md", faults_page()), ("berichten.md", types_page())]
)
def test_page_is_up_to_date(name: str, page: str) -> None:
    path: Path = DOCS / name
    if os.environ.get("PORTAAL_WRITE_DOCS"):
        path.write_text(page, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page
