"""Plugins made on the spot, as if they were installed."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from typing import Any

from portaal.api import Permission, PluginInfo, Role, _, hookimpl

EXAMPLE = Path(__file__).parent / "example"
INSTALLED = EXAMPLE / "installed"  # where its entry point is found


@dataclass(frozen=True)
class Candidate:
    """Stands in for an entry point."""

    name: str
    load: Callable[[], Any]
    dist: Any = None


def info(name: str, api: tuple[int, int] = (1, 0)) -> PluginInfo:
    return PluginInfo(name=name, title=name.title(), description=_("Overview"), api=api)


def permission(name: str) -> Permission:
    return Permission(f"{name}:pagina:bekijken", _("Overview"), (Role.GEBRUIKER,))


def module(name: str, **hooks: Callable[..., Any]) -> types.ModuleType:
    """A plugin module with an info, one permission, and these hooks (``includeme=...``, ``menu=...``)."""
    made = types.ModuleType(f"plugin_{name}")
    given = {"plugin_info": lambda: info(name), "permissions": lambda: [permission(name)]} | hooks
    for hook, function in given.items():
        setattr(made, f"portaal_{hook}", hookimpl(function))
    return made


def plugin(name: str, **hooks: Callable[..., Any]) -> dict[str, Candidate]:
    """The candidate of a plugin, as ``make_app`` takes it."""
    made = module(name, **hooks)
    return {name: Candidate(name, lambda: made)}


def example() -> dict[str, EntryPoint]:
    """The example plugin by its entry point, as ``make_app`` takes it. Other tests do not find it installed."""
    if str(EXAMPLE) not in sys.path:
        sys.path.append(str(EXAMPLE))
    (distribution,) = Distribution.discover(path=[str(INSTALLED)])
    return {point.name: point for point in distribution.entry_points}
