"""Every act that is recorded anywhere has a title, so that nobody reads a code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "core/portaal", *sorted((ROOT / "plugins").glob("*/portaal_*"))]
# The ways in which an act is named where it is recorded.
NAMED = re.compile(r'(?:action=|_record\(\s*\w+(?:\.\w+)*,\s*)"([a-z_]+\.[a-z_]+)"')


def recorded() -> dict[str, str]:
    found = {}
    for folder in SOURCES:
        for path in sorted(folder.rglob("*.py")):
            if "scaffold" not in path.parts:
                for match in NAMED.finditer(path.read_text(encoding="utf-8")):
                    found.setdefault(match[1], f"{path.relative_to(ROOT)}")
    return found


def test_acts_are_found() -> None:
    assert {"role.grant", "account.end", "audit.export"} <= set(recorded())


def test_every_act_has_a_title(built_app: Any) -> None:
    titles = built_app.registry["portaal.audit_titles"]
    nameless = {action: place for action, place in recorded().items() if action not in titles}
    assert not nameless, "\n".join(f"{place}: {action}" for action, place in nameless.items())


def test_the_products_acts_have_titles(built_app: Any) -> None:
    from portaal_wlz_registertoets import consulting, lists, signals
    from portaal_wlz_registertoets.pages import colleagues, reports

    modules = (consulting, lists, signals, colleagues, reports)
    names = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, str) and value.startswith("wlz_registertoets.")
    }
    assert len(names) > 10
    assert names <= set(built_app.registry["portaal.audit_titles"])
