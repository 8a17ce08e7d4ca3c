"""The parts of the core import only from the layers that docs/decisions/0006-layers.md puts before their own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = ROOT / "core/portaal"
DECISION = ROOT / "docs/decisions/0006-layers.md"


def layers() -> dict[str, int]:
    """The number of each part's layer, the ground first."""
    lines = re.findall(r"^    (.+)$", DECISION.read_text(encoding="utf-8"), re.MULTILINE)
    return {part: number for number, line in enumerate(lines) for part in line.split()}


def modules() -> Iterator[tuple[str, Path]]:
    """Each module with the part of the core that it is of."""
    for path in sorted(CORE.rglob("*.py")):
        part = path.relative_to(CORE).parts[0].removesuffix(".py")
        if not part.startswith("__") and not {"files", "migrations"} & set(path.parts):
            yield part, path


def imported_when_loaded(tree: ast.AST) -> Iterator[str]:
    """What a module takes from the core at its top level, by the part it is of."""
    for node in ast.iter_child_nodes(tree):
        is_for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if is_for_types or isinstance(node, ast.FunctionDef):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("portaal."))
        elif isinstance(node, ast.ImportFrom) and node.module == "portaal":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("portaal."):
            yield (node.module or "").split(".")[1]
        else:
            yield from imported_when_loaded(node)


def faults(text: str, part: str) -> list[str]:
    """The parts that a module of this part may not import."""
    known = layers()
    return [other for other in imported_when_loaded(ast.parse(text)) if other != part and known[other] >= known[part]]


def test_every_part_has_a_layer() -> None:
    assert {part for part, _ in modules()} == set(layers())


def test_nothing_is_imported_from_a_later_layer() -> None:
    found = [
        f"{path.relative_to(CORE)} imports {other}"
        for part, path in modules()
        for other in faults(path.read_text(encoding="utf-8"), part)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "from portaal.app import make_app",
        "from portaal import app",
        "import portaal.app",
        "try:\n    from portaal.app import make_app\nexcept ImportError:\n    pass",
        "class Late:\n    from portaal.app import make_app",
    ],
)
def test_an_import_from_a_later_layer_would_be_found(text: str) -> None:
    assert faults(text, "db") == ["app"]


@pytest.mark.parametrize(
    "text",
    [
        "from portaal.db.base import Base",
        "from portaal import clock",
        "def late():\n    from portaal.app import make_app",
        "if TYPE_CHECKING:\n    from portaal.app import make_app",
    ],
)
def test_what_is_allowed_is_let_through(text: str) -> None:
    assert not faults(text, "db" if "Base" in text else "web")
