"""The product's code: which doors of the portal it uses, and where it gets the time from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import portaal.api
from portaal.testing.conformance.check import Needs, check
from portaal.testing.conformance.subject import Subject

API = "portaal.api"
INNER_NAME = re.compile(r"portaal\.(?!api\b|plugins$)[a-z_]+(\.\w+)*")
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}


@check(Needs.SOURCE)
def it_uses_the_api_alone(subject: Subject) -> Iterator[str]:
    """The code imports nothing of the portal but portaal.api, and uses no inner names of it."""
    for path in subject.files(".py"):
        for line, fault in inner_doors(path):
            yield f"{subject.place(path, line)} {fault}"


def inner_doors(path: Path, allowed: tuple[str, ...] = (API,)) -> Iterator[tuple[int, str]]:
    """Where a file goes past what it may use of the portal: the line, and what it does there.

    :param allowed: the modules it may import, with what is in them.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _is_inner(alias.name, allowed):
                    yield node.lineno, f"imports {alias.name}"
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                if _is_inner(node.module, allowed) and _is_inner(name, allowed):
                    yield node.lineno, f"imports {name}"
                elif node.module == API and alias.name not in portaal.api.__all__:
                    yield node.lineno, f"imports {name}, which is not part of the API"
        elif isinstance(node, ast.Constant) and _names_inner(node.value, allowed):
            yield node.lineno, f"names {node.value!r}, which is the portal's own"


def _names_inner(value: object, allowed: tuple[str, ...]) -> bool:
    """Whether a text in the code is the name of something inside the portal."""
    return isinstance(value, str) and INNER_NAME.fullmatch(value) is not None and _is_inner(value, allowed)


def _is_inner(module: str, allowed: tuple[str, ...]) -> bool:
    """Whether a module belongs to the portal, and is none of those that may be used."""
    if module != "portaal" and not module.startswith("portaal."):
        return False
    return not any(module == door or module.startswith(f"{door}.") for door in allowed)


@check(Needs.SOURCE)
def it_asks_the_portal_for_the_time(subject: Subject) -> Iterator[str]:
    """The code asks portaal.api.now() and today(), so that a test can move the clock and every moment has a zone."""
    for path in subject.files(".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                name = ast.unparse(node.func.value).rpartition(".")[2]
                if (name, node.func.attr) in CLOCKS:
                    yield f"{subject.place(path, node.lineno)} asks {name}.{node.func.attr}()"
