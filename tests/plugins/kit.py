"""Plugins made on the spot, as if they were installed."""

from __future__ import annotations

import sys
import tomllib
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from typing import Any

from pyramid.config import Configurator

from portaal.api import Permission, PluginInfo, Role, _, hookimpl
from portaal.scaffold.write import Product, write_product

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
    made = types.ModuleType(f"tests.plugin_{name}")  # so that the templates of the tests are its own
    given = {"plugin_info": lambda: info(name), "permissions": lambda: [permission(name)]} | hooks
    for hook, function in given.items():
        setattr(made, f"portaal_{hook}", hookimpl(function))
    return made


def plugin(name: str, **hooks: Callable[..., Any]) -> dict[str, Candidate]:
    """The candidate of a plugin, as ``make_app`` takes it."""
    made = module(name, **hooks)
    return {name: Candidate(name, lambda: made)}


def real_configurator() -> Configurator:
    """What a plugin is not given: found in the frames of whoever calls it."""
    frame = sys._getframe()
    while not isinstance(found := frame.f_locals.get("config"), Configurator):
        assert frame.f_back is not None
        frame = frame.f_back
    return found


def example() -> dict[str, EntryPoint]:
    """The example plugin by its entry point, as ``make_app`` takes it. Other tests do not find it installed."""
    if str(EXAMPLE) not in sys.path:
        sys.path.append(str(EXAMPLE))
    (distribution,) = Distribution.discover(path=[str(INSTALLED)])
    return {point.name: point for point in distribution.entry_points}


def written(name: str, folder: Path, edits: Sequence[tuple[str, str, str]] = ()) -> EntryPoint:
    """A product as the scaffold writes it, changed here and there, as if it were installed.

    :param edits: a file (``*`` for its package), a text in it (none for all of it), and what stands there instead.
    :returns: its entry point; it can be imported once its folder is on the path.
    """
    root = write_product(Product(name, "Proef"), folder)
    for file, old, new in edits:
        path = root / file.replace("*", f"portaal_{name}")
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new) if old else new, encoding="utf-8")
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    installed = root / f"portaal_{name}-0.1.0.dist-info"
    installed.mkdir()
    requires = "".join(f"Requires-Dist: {text}\n" for text in project["dependencies"])
    (installed / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 0.1.0\n{requires}")
    points = project["entry-points"]["portaal.plugins"]
    (installed / "entry_points.txt").write_text(f"[portaal.plugins]\n{name} = {points[name]}\n")
    (distribution,) = Distribution.discover(path=[str(root)])
    (entry_point,) = distribution.entry_points
    return entry_point
