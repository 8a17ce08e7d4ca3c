"""No pattern of the portal or its products can be made slow: 50 ms on 100 kB of near-misses (ASVS 1.3.12).

Patterns with a name are found in the modules, those that stand in a call in the source. Each is tried in the ways it
is used: looking for one anywhere in a text may take long where matching the whole text does not. Patterns of settings
and forms are pydantic's, whose engine takes time in proportion to the text.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

import pytest

import portaal
import portaal_ijw
import portaal_iwmo
import portaal_wlz_registertoets
from tests.near_misses import NEAR_MISSES, QUICK, seconds

# What runs only in development, in tests, or once by hand.
ELSEWHERE = ("__main__", ".migrations", ".testing", ".simulators", ".scaffold")
ANYWHERE = frozenset({"search", "sub", "subn", "finditer", "findall", "split"})
Named = tuple[str, "re.Pattern[Any]", bool]


@cache
def modules() -> tuple[ModuleType, ...]:
    return tuple(
        importlib.import_module(info.name)
        for package in (portaal, portaal_iwmo, portaal_ijw, portaal_wlz_registertoets)
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not any(part in info.name for part in ELSEWHERE)
    )


def patterns() -> Iterator[Named]:
    """Name, pattern, and whether it is looked for anywhere in a text."""
    for module in modules():
        source = inspect.getsource(module)
        for name, thing in vars(module).items():
            for pattern in compiled_in(thing):
                used = re.findall(rf"\b{name}\.(\w+)\(", source)
                # One in a table is used under another name: then it may be looked for anywhere.
                yield f"{module.__name__}.{name}", pattern, pattern is not thing or bool(ANYWHERE & set(used))
        for line, function, pattern in in_calls(source):
            yield f"{module.__name__}:{line}", re.compile(pattern), function in ANYWHERE


def compiled_in(thing: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(thing, re.Pattern):
        yield thing
    elif isinstance(thing, tuple | list | frozenset):
        for part in thing:
            yield from compiled_in(part)
    elif isinstance(thing, dict):
        yield from compiled_in(tuple(thing.values()))


def in_calls(source: str) -> Iterator[tuple[int, str, str | bytes]]:
    """Patterns that stand in a call such as ``re.fullmatch(r"...", text)``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            first = node.args[0]
            is_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
            if is_re and isinstance(first, ast.Constant) and isinstance(first.value, str | bytes):
                yield node.lineno, node.func.attr, first.value


def test_no_pattern_can_be_made_slow() -> None:
    found = list(patterns())
    assert len(found) >= 60
    for name, pattern, is_anywhere in found:
        for text in NEAR_MISSES:
            subject = text if isinstance(pattern.pattern, str) else text.encode()
            ways = [pattern.fullmatch, pattern.match, *([pattern.search] if is_anywhere else [])]
            for way in ways:
                assert seconds(way, subject) < QUICK, (name, way.__name__, text[:20])


@pytest.mark.parametrize(("pattern", "is_slow"), [(r"(a+)+b", True), (r"a+b", False)])
def test_a_slow_pattern_would_be_found(pattern: str, is_slow: bool) -> None:
    assert (seconds(re.compile(pattern).fullmatch, "a" * 26) >= QUICK) is is_slow
