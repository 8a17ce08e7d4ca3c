"""The pages for teams that write products say what is there, all of it, and name tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from portaal import api
from portaal.testing import pytest_plugin
from portaal.testing.conformance.suite import CHECKS
from portaal.testing.pytest_plugin import MARKERS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs/plugins"
ROW = re.compile(r"^\| (\d+) \| ([MSC]) \| .+? \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def names_of_tests(path: str) -> set[str]:
    """The test functions of a file, those in classes included."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_the_yardstick_has_thirty_rows_with_tests_that_exist() -> None:
    rows = ROW.findall(page("yardstick.md"))
    assert [int(number) for number, _, _ in rows] == list(range(1, 31))
    for number, _, proof in rows:
        named = TEST.findall(proof)
        assert named, f"row {number} names no test"
        missing = [f"{path}::{name}" for path, name in named if name not in names_of_tests(path)]
        assert not missing, f"row {number}: {missing}"


def test_every_check_has_a_heading_with_its_meaning() -> None:
    text = " ".join(page("conformance.md").split())
    assert re.findall(r"^## (\w+)$", page("conformance.md"), re.MULTILINE) == list(CHECKS)
    for check in CHECKS.values():
        assert f"## {check.name} {check.meaning}" in text


def test_every_fixture_and_mark_is_described() -> None:
    described = set(re.findall(r"^\| `(\w+)` \|", page("testkit.md"), re.MULTILINE))
    assert described == set(pytest_plugin.__all__)
    for marker in MARKERS:
        assert f"@pytest.mark.{marker.partition(':')[0].partition('(')[0]}" in page("testkit.md")


def test_what_the_pages_name_of_the_api_is_there() -> None:
    """Names behind ``portaal.api.`` in the pages for authors."""
    for path in DOCS.rglob("*.md"):
        named = set(re.findall(r"portaal\.api\.(\w+)", path.read_text(encoding="utf-8")))
        assert named <= set(api.__all__), f"{path.name}: {named - set(api.__all__)}"


def test_files_that_the_pages_name_are_there() -> None:
    for path in DOCS.glob("*.md"):
        if path.name != "tutorial.md":  # its files are those of the product that it makes
            for name in re.findall(r"`((?:tests|docs|plugins|core)/[\w./-]+)`", path.read_text(encoding="utf-8")):
                assert (ROOT / name).exists(), f"{path.name}: {name}"
