"""The pages for teams that write products say what is there, all of it, and name tests that exist."""

from __future__ import annotations

import ast
import re
import sys
from inspect import signature
from pathlib import Path
from types import ModuleType

import pydantic
import pytest

from portaal import api
from portaal.plugins.answers import CHECKS as ANSWERS
from portaal.settings.fields import fields_of
from portaal.testing import pytest_plugin
from portaal.testing.conformance.suite import CHECKS
from portaal.testing.pytest_plugin import MARKERS
from tests.settings.proef import certificate

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs/plugins"
FILTERS = ("day", "short_day", "moment", "short_moment", "iso", "number", "size")
BLOCK = re.compile(r"^```\w*\n(.+?)^```", re.DOTALL | re.MULTILINE)
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


def test_everything_of_the_api_is_told() -> None:
    told = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md"))
    code = " ".join([*BLOCK.findall(told), *re.findall(r"`([^`\n]+)`", BLOCK.sub("", told))])
    missing = {name for name in api.__all__ if not re.search(rf"(?<!\w){name}(?!\w)", code)}
    assert missing == set()


def test_every_macro_block_and_filter_is_told() -> None:
    told = page("api.md")
    macros = re.findall(r"{% macro (\w+)\(", (ROOT / "templates/macros.jinja2").read_text(encoding="utf-8"))
    assert set(re.findall(r"`m\.(\w+)`", told)) == set(macros)
    for block in re.findall(r"{% block (\w+) %}", (ROOT / "templates/base.jinja2").read_text(encoding="utf-8")):
        assert f"`{block}`" in told
    for name in FILTERS:
        assert f"`|{name}`" in told


def test_every_kind_and_parameter_of_a_setting_is_told() -> None:
    told = page("settings.md")
    parameters = set(signature(api.setting).parameters)
    assert {name for name in parameters if f"`{name}`" not in told and f"{name}=" not in told} == {"default"}
    for kind in (
        "str",
        "int",
        "bool",
        "StrEnum",
        "frozenset",
        "HttpUrl",
        "EmailStr",
        "date",
        "SecretStr",
        "Certificate",
    ):
        assert re.search(rf"^\| .*`{kind}\b", told, re.MULTILINE), kind


def test_the_settings_of_the_page_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    model, hook = BLOCK.findall(page("settings.md"))
    module = ModuleType("tests.plugins.settings_page")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    names = vars(module)
    names.update({name: getattr(api, name) for name in api.__all__})
    given = "from pydantic import BaseModel, ConfigDict, HttpUrl, SecretStr, model_validator\n"
    exec("from __future__ import annotations\n" + given + model + hook, names)  # noqa: S102  # of our own page
    tab = names["portaal_settings_tab"]()
    assert [field.name for field in fields_of(tab.model)] == ["url", "key", "certificate"]
    assert ANSWERS["portaal_settings_tab"]("voorbeeld", tab) is tab
    with pytest.raises(pydantic.ValidationError, match="private key"):
        tab.model(certificate=certificate())
    assert tab.test_connection(tab.model(url="https://dienst.example.nl/")).succeeded
