"""The promise of docs/plugins/compatibility.md: within a major version nothing goes away. It stands in ``api_1.json``.

Who adds to the API adds to the file as well: ``python -m tests.plugins.test_compatibility`` writes it. A line that
disappears from it is a promise that is broken.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from portaal.api import API_VERSION
from portaal.plugins.loader import check_info
from tests.plugins.kit import info
from tests.plugins.surface import Surface, broken_promises, surface

PROMISED = Path(__file__).parent / f"api_{API_VERSION[0]}.json"


@pytest.fixture
def promised() -> Surface:
    content: Surface = json.loads(PROMISED.read_text(encoding="utf-8"))
    return content


def test_nothing_that_was_promised_is_gone(promised: Surface) -> None:
    assert not broken_promises(promised, surface())


def test_what_was_added_is_promised_from_now_on(promised: Surface) -> None:
    assert surface() == promised, "run: python -m tests.plugins.test_compatibility"


@pytest.mark.parametrize(
    ("kind", "name", "now", "fault"),
    [
        ("names", "now", None, "names: now is gone"),
        ("hooks", "portaal_menu", None, "portaal_menu is gone"),
        ("fixtures", "log_in", None, "log_in is gone"),
        ("macros", "csrf", None, "csrf is gone"),
        ("blocks", "main", None, "main is gone"),
        ("names", "MenuEntry", ["label", "route", "order="], "takes label, route"),
        ("names", "MenuEntry", ["route", "label"], "takes route, label where"),
        ("names", "MenuEntry", ["route", "label", "order"], "order must be given"),
        ("names", "MenuEntry", ["route", "label", "order=", "icon"], "icon must be given"),
        ("hooks", "portaal_activated", [], "takes  where context was promised"),
        ("directives", "add_route", ["name", "pattern", "factory"], "factory must be given"),
    ],
)
def test_what_breaks_a_product_is_found(kind: str, name: str, now: Any, fault: str, promised: Surface) -> None:
    changed = copy.deepcopy(promised)
    if now is None:
        del changed[kind][name]
    else:
        changed[kind][name] = now
    (found,) = broken_promises(promised, changed)
    assert fault in found


def test_an_addition_breaks_nothing(promised: Surface) -> None:
    added = copy.deepcopy(promised)
    added["names"]["MenuEntry"].append("icon=")
    added["names"]["something_new"] = ["needed"]
    assert broken_promises(promised, added) == []


@pytest.mark.parametrize("minor", range(API_VERSION[1] + 1))
def test_a_product_for_an_earlier_minor_version_runs(minor: int) -> None:
    assert check_info("proef", info("proef", (API_VERSION[0], minor)))


if __name__ == "__main__":
    PROMISED.write_text(json.dumps(surface(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
