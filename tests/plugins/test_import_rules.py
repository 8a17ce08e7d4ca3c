"""Doors in both directions: the core knows no product, and products use nothing of the core but ``portaal.api``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from portaal.scaffold.write import Product, write_product
from portaal.testing.conformance.code import API, inner_doors

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core/portaal"
KIT = "portaal.testing"
PRODUCTS = sorted(path.parent for path in (ROOT / "plugins").glob("*/portaal_*/__init__.py"))
# Logging in is tested from both sides, so the tests of portaal_oidc use what is within the portal as well.
THREE = [path for path in PRODUCTS if path.name != "portaal_oidc"]


def products_in(path: Path, products: set[str]) -> Iterator[str]:
    """The products that a file of the core imports or names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names = [node.value]
        for name in names:
            if name.replace(":", ".").partition(".")[0] in products:
                yield f"{path.name}:{getattr(node, 'lineno', 0)} {name}"


def test_the_plugins_are_found() -> None:
    found = [path.name for path in PRODUCTS]
    assert found == ["portaal_ijw", "portaal_iwmo", "portaal_oidc", "portaal_wlz_registertoets"]


def test_the_core_knows_no_product() -> None:
    names = {path.name for path in PRODUCTS}
    assert not [fault for path in sorted(CORE.rglob("*.py")) for fault in products_in(path, names)]


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda path: path.name)
def test_a_product_uses_the_api_alone(product: Path) -> None:
    faults = [
        f"{path.relative_to(ROOT)}:{line} {fault}"
        for path in sorted(product.rglob("*.py"))
        for line, fault in inner_doors(path)
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("product", THREE, ids=lambda path: path.name)
def test_its_tests_use_the_api_and_the_test_kit(product: Path) -> None:
    """What an outside team has: if a product of ours needs more for its tests, the kit lacks something."""
    assert faults_in_tests(product.parent / "tests") == []


def test_so_do_those_of_a_new_product(tmp_path: Path) -> None:
    assert faults_in_tests(write_product(Product("proef", "Proef"), tmp_path) / "tests") == []


def faults_in_tests(folder: Path) -> list[str]:
    paths = sorted(folder.rglob("*.py"))
    assert len([path for path in paths if path.name.startswith("test_")]) >= 2
    return [f"{path.name}:{line} {fault}" for path in paths for line, fault in inner_doors(path, (API, KIT))]


@pytest.mark.parametrize(
    "line",
    [
        "import portaal_iwmo",
        "from portaal_iwmo.plugin import NAME",
        "import_module('portaal_iwmo.plugin')",
        "template = 'portaal_iwmo:templates/page.jinja2'",
    ],
)
def test_a_product_in_the_core_would_be_found(line: str, tmp_path: Path) -> None:
    path = tmp_path / "feature.py"
    path.write_text(line)
    assert list(products_in(path, {"portaal_iwmo"}))


@pytest.mark.parametrize(
    "line",
    [
        "import portaal",
        "import portaal.clock",
        "from portaal import clock",
        "from portaal.access.models import Role",
        "from portaal.api import make_app",
        "import_module('portaal.clock')",
        "request.registry['portaal.settings']",
    ],
)
def test_an_inner_door_would_be_found(line: str, tmp_path: Path) -> None:
    path = tmp_path / "feature.py"
    path.write_text(line)
    assert list(inner_doors(path))


@pytest.mark.parametrize(
    "line",
    [
        "import portaal.api",
        "from portaal import api",
        "from portaal.api import Role",
        "from . import notes",
        "template = 'portaal:templates/base.jinja2'",
        "import portaal_other",
    ],
)
def test_what_is_allowed_is_let_through(line: str, tmp_path: Path) -> None:
    path = tmp_path / "feature.py"
    path.write_text(line)
    assert not list(inner_doors(path))
