"""What products can rely on, as data: the names of the API, what can be given to them, the test kit, and the macros."""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, nodes

from portaal import api, hookspecs
from portaal.testing import pytest_plugin

TEMPLATES = Path(__file__).parents[2] / "templates"
MARK = re.compile(r"\w+")

Surface = dict[str, Any]


def surface() -> Surface:
    """Parameters stand in their order; those that may be left out end in ``=``."""
    return {
        "names": {name: parameters_of(getattr(api, name)) for name in sorted(api.__all__)},
        "hooks": {name: list(inspect.signature(hook).parameters) for name, hook in hooks().items()},
        "directives": {
            name: parameters_of(method)
            for name, method in vars(api.PluginConfigurator).items()
            if not name.startswith("_") and inspect.isfunction(method)
        },
        "fixtures": {name: [] for name in pytest_plugin.__all__},
        "marks": {match[0]: [] for marker in pytest_plugin.MARKERS if (match := MARK.match(marker))},
        "macros": {macro.name: _arguments(macro) for macro in _nodes("macros.jinja2", nodes.Macro)},
        "blocks": {block.name: [] for block in _nodes("base.jinja2", nodes.Block)},
    }


def hooks() -> dict[str, Any]:
    return {name: hook for name, hook in vars(hookspecs).items() if name.startswith("portaal_")}


def parameters_of(thing: Any) -> list[str]:
    """What a function or class takes; of an enumeration its members; nothing for a module or a value."""
    if isinstance(thing, enum.EnumType):
        return [f"{member.name}=" for member in thing]
    try:
        parameters = inspect.signature(thing).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        parameter.name + ("" if parameter.default is parameter.empty else "=")
        for parameter in parameters
        if parameter.name != "self"
    ]


def _nodes(template: str, kind: type[Any]) -> Iterator[Any]:
    source = (TEMPLATES / template).read_text(encoding="utf-8")
    return Environment(autoescape=True).parse(source).find_all(kind)


def _arguments(macro: nodes.Macro) -> list[str]:
    optional = len(macro.args) - len(macro.defaults)
    return [argument.name + ("=" if place >= optional else "") for place, argument in enumerate(macro.args)]


def broken_promises(promised: Surface, now: Surface) -> list[str]:
    """What a product that was written for ``promised`` would miss."""
    found = []
    for kind, names in promised.items():
        for name, parameters in names.items():
            if name not in now[kind]:
                found.append(f"{kind}: {name} is gone")
            else:
                found += [f"{kind}: {name}: {fault}" for fault in _changed(parameters, now[kind][name])]
    return found


def _changed(promised: list[str], now: list[str]) -> list[str]:
    kept = now[: len(promised)]
    if [name.rstrip("=") for name in kept] != [name.rstrip("=") for name in promised]:
        return [f"takes {', '.join(now)} where {', '.join(promised)} was promised"]
    needed = [old for old, new in zip(promised, kept, strict=True) if old.endswith("=") and not new.endswith("=")]
    needed += [name for name in now[len(promised) :] if not name.endswith("=")]
    return [f"{name.rstrip('=')} must be given" for name in needed]
