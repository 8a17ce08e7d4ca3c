"""The table of facts names tests that exist (docs/wlz-registertoets/facts.md)."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FACTS = (ROOT / "docs/wlz-registertoets/facts.md").read_text(encoding="utf-8")


def test_every_fact_has_tests_that_exist() -> None:
    rows = [line for line in FACTS.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 15
    for row in rows:
        fact, tests = row.strip("| ").split(" | ")
        file = ""
        for named, name in re.findall(r"`([\w/]*\.py|)(?:::(\w+))?`", tests):
            file = named or file
            path = ROOT / file if "/" in file else HERE / file
            assert not name or f"def {name}(" in path.read_text(encoding="utf-8"), f"{fact}: {file}::{name}"
        assert file, fact
