"""No plugin gets a name with which something of the portal begins."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portaal.cli import COMMANDS
from portaal.plugins.errors import ContractError
from portaal.plugins.names import TAKEN, check_name
from tests.plugins.kit import example

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core/portaal"
UNDER_GEMEENTE = re.compile(r"/g/\{[^/]*\}/")
SETTING = re.compile(r"""settings(?:\.get\(|\[)f?["']([a-z0-9_]+)\.""")


def pages(registry: Any) -> Iterator[str]:
    """The first part of every address; and the names of routes, but for those that are made of several words."""
    for item in registry.introspector.get_category("routes"):
        route = item["introspectable"]
        address = UNDER_GEMEENTE.sub("/", route["pattern"]).lower()
        yield from re.findall(r"^/(?!voorbeeld/)([a-z_]+)", address.replace("-", "_"))
        if not {"_", "."} & set(route["name"]):
            yield route["name"]


def settings(registry: Any) -> Iterator[str]:
    """The first words of ini settings: those that are set, those in our ini files, and those that the code reads."""
    yield from (key.partition(".")[0] for key in registry.settings if isinstance(key, str) and "." in key)
    for path in ROOT.glob("*.ini"):
        ini = configparser.ConfigParser(interpolation=None)
        ini.read_string(path.read_text(encoding="utf-8"))
        yield from (key.partition(".")[0] for key in ini["app:main"] if "." in key)
    for path in CORE.rglob("*.py"):
        yield from SETTING.findall(path.read_text(encoding="utf-8"))


def rights(registry: Any) -> Iterator[str]:
    permissions = registry["portaal.permissions"]
    yield from (one.name.partition(":")[0] for one in permissions.of_owner("portaal"))


def acts(registry: Any) -> Iterator[str]:
    yield from {code.partition(".")[0] for code in registry["portaal.audit_titles"]} - {"voorbeeld"}


def numbers(registry: Any) -> Iterator[str]:
    """The first words behind ``portaal_`` of the numbers that the core names."""
    for path in CORE.rglob("health/*.py"):
        yield from re.findall(r'"portaal_([a-z]+)(?:_[a-z_]+)?",', path.read_text(encoding="utf-8"))


def commands(registry: Any) -> Iterator[str]:
    yield from COMMANDS


OWNED = {
    "a page of the portal": pages,
    "a command of the portal": commands,
    "a setting of the portal": settings,
    "a right of the portal": rights,
    "an act in the portal's audit trail": acts,
    "a number at /metrics": numbers,
}


@pytest.fixture(scope="module")
def registry(portals: Any) -> Any:
    """That of the portal with the example product, which makes the core add pages about it."""
    return portals.having(example()).registry


def is_free(name: str) -> bool:
    try:
        check_name(name, ())
    except ContractError:
        return False
    return True


@pytest.mark.parametrize("what", OWNED)
def test_no_plugin_is_called_like_it(what: str, registry: Any) -> None:
    words = set(OWNED[what](registry))
    assert words
    assert not sorted(filter(is_free, words))


@pytest.mark.parametrize("what", OWNED)
def test_no_name_is_taken_in_vain(what: str, registry: Any) -> None:
    assert TAKEN.keys() == OWNED.keys()
    assert not sorted(set(TAKEN[what].split()) - set(OWNED[what](registry)))
