"""A hook without a contract, a page, a test and a use does not exist."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from portaal import api, hookspecs
from tests.plugins.kit import EXAMPLE, example

HOOKS = {name: spec for name, spec in vars(hookspecs).items() if name.startswith("portaal_")}
OF_OTHERS = {"Any", "BaseModel", "Command", "Mapping", "None", "Sequence", "TranslationString"}
PAGES = Path(__file__).parents[2] / "docs/plugins/hooks"
CODE_BLOCK = re.compile(r"```python\n(.*?)\n```", re.DOTALL)
MARKED_TEST = re.compile(r"^# (portaal_[a-z_, ]+)\n(?:@.*\n(?:    .*\n|\]\)\n)*)*def test_", re.MULTILINE)


def page(hook: str) -> str:
    return (PAGES / f"{hook}.md").read_text(encoding="utf-8")


def signature(hook: str) -> str:
    return f"def {hook}{str(inspect.signature(HOOKS[hook])).replace(chr(39), '')}"


def marked() -> set[str]:
    """The hooks that stand in a comment right above a test."""
    found: set[str] = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        for names in MARKED_TEST.findall(path.read_text(encoding="utf-8")):
            found.update(name.strip() for name in names.split(","))
    return found


def test_there_are_hooks() -> None:
    assert len(HOOKS) >= 20
    assert all(hasattr(spec, "portaal_spec") for spec in HOOKS.values())


@pytest.mark.parametrize("hook", HOOKS)
def test_its_docstring_is_a_contract(hook: str) -> None:
    text = inspect.getdoc(HOOKS[hook]) or ""
    assert text.split("\n\n")[0].endswith("."), "begin with a sentence"
    assert ":returns:" in text
    assert "None" in text.split(":returns:")[1], "say what None means"
    assert re.search(r"^Order: .+\.$", text, re.MULTILINE), "say in which order, and whether it matters"
    assert re.search(r"^Example: .*voorbeeld", text, re.MULTILINE), "say what the example product does with it"
    for parameter in inspect.signature(HOOKS[hook]).parameters:
        assert f":param {parameter}:" in text


@pytest.mark.parametrize("hook", HOOKS)
def test_it_is_typed_and_its_types_are_in_the_api(hook: str) -> None:
    annotations = inspect.get_annotations(HOOKS[hook])
    assert annotations.keys() == {*inspect.signature(HOOKS[hook]).parameters, "return"}
    named = {name for annotation in annotations.values() for name in re.findall(r"[A-Z]\w+", str(annotation))}
    ours = {name for name in named if name not in OF_OTHERS}
    assert ours <= set(api.__all__)


@pytest.mark.parametrize("hook", HOOKS)
def test_it_has_a_page_with_its_signature_and_the_examples_code(hook: str) -> None:
    blocks = CODE_BLOCK.findall(page(hook))
    assert blocks[0] == signature(hook)
    sources = [path.read_text(encoding="utf-8") for path in (EXAMPLE / "portaal_voorbeeld").glob("*.py")]
    for block in blocks[1:]:
        assert any(block in source for source in sources), f"this is not in the example:\n{block}"
    assert any(f"def {hook}(" in block for block in blocks[1:])
    assert f"]({hook}.md)" in (PAGES / "README.md").read_text(encoding="utf-8")


def test_every_directive_is_on_the_page() -> None:
    directives = {name for name in vars(api.PluginConfigurator) if not name.startswith("_")} - {"plugin"}
    described = set(re.findall(r"^\| `(\w+)", page("portaal_includeme"), re.MULTILINE))
    assert described == directives


@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_uses_it(hook: str) -> None:
    (entry_point,) = example().values()
    implementation: Any = getattr(entry_point.load(), hook)
    assert hasattr(implementation, "portaal_impl")


@pytest.mark.parametrize("hook", HOOKS)
def test_a_test_names_it(hook: str) -> None:
    assert hook in marked()


def test_no_page_describes_what_is_not_there() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == {*HOOKS, "README"}
