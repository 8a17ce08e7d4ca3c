"""The table of the manual's requirements is whole; it and the one of security name tests that exist."""

from __future__ import annotations

import ast
import re
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROWS = re.findall(r"^\| (R-[^|]+) \|", (ROOT / "docs/manual.md").read_text(encoding="utf-8"), re.MULTILINE)
TABLES = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("manual.md", "security.md"))
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", TABLES)


def numbers(row: str) -> list[int]:
    """The requirements of a row: ``R-07, R-11`` or ``R-16 to R-19`` or both."""
    ranges = (re.findall(r"\d+", part) for part in row.split(","))
    return list(chain.from_iterable(range(int(ends[0]), int(ends[-1]) + 1) for ends in ranges))


def test_every_requirement_stands_there_once() -> None:
    assert sorted(chain.from_iterable(map(numbers, ROWS))) == list(range(1, 96))


def test_the_tests_exist() -> None:
    assert len(NAMED) > 60
    for path, name in NAMED:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, f"{path}::{name}"
