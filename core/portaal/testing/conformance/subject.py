"""The product that is looked at: where it stands, what it answers, which pages it has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from portaal.access.permissions import Permission
from portaal.plugins.loader import Plugin
from portaal.testing.application import Portals

PLACEHOLDER = re.compile(r"\{(?P<name>\w+)(?::(?P<pattern>(?:[^{}]|\{[^{}]*\})+))?\}|\*\w+$")
# What stands in for the variable parts of an address: nothing with these ids exists.
STAND_INS = ("00000000-0000-4000-8000-000000000000", "1", "x", "2026", "2026-01", "2026-01-01", "0" * 40)


class DoesNotLoadError(Exception):
    """The portal does not take the product in."""


@dataclass(frozen=True)
class Route:
    """An address of the product.

    :param views: the permission per request method.
    """

    name: str
    pattern: str
    views: Mapping[str, str] = field(hash=False)

    @property
    def is_fixed(self) -> bool:
        """Whether nothing of the address varies but the gemeente."""
        return [found["name"] for found in PLACEHOLDER.finditer(self.pattern)] == ["gemeentecode"]


class Subject:
    """A product under test.

    :param examples: values for variable parts of addresses, where none of the stand-ins fits.
    :param settings: settings without which it cannot be switched on.
    """

    def __init__(
        self,
        entry_point: EntryPoint,
        portals: Portals,
        *,
        examples: Mapping[str, str] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.entry_point = entry_point
        self.name = entry_point.name
        self.settings = settings or {}
        self._portals = portals
        self._examples = examples or {}

    # ---- its files

    @cached_property
    def package(self) -> str:
        return self.entry_point.value.partition(":")[0].partition(".")[0]

    @cached_property
    def folder(self) -> Path:
        """The folder of its import package."""
        spec = find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise DoesNotLoadError(f"there is no import package {self.package}")
        return Path(spec.submodule_search_locations[0])

    def files(self, suffix: str) -> Iterator[Path]:
        """Its files whose names end so, in order."""
        yield from sorted(path for path in self.folder.rglob(f"*{suffix}") if "__pycache__" not in path.parts)

    def place(self, path: Path, line: int | None = None) -> str:
        """A file as an author knows it, e.g. ``portaal_voorbeeld/views.py:12``."""
        where = str(path.relative_to(self.folder.parent))
        return where if line is None else f"{where}:{line}"

    # ---- what it answers

    @cached_property
    def module(self) -> ModuleType:
        module: ModuleType = self.entry_point.load()
        return module

    @cached_property
    def app(self) -> Any:
        """The portal with this product and no other.

        :raises DoesNotLoadError: it is not taken in; the text says why.
        """
        try:
            return self._portals.having({self.name: self.entry_point})
        except (Exception, SystemExit) as error:
            raise DoesNotLoadError(f"{type(error).__name__}: {error}") from error

    @property
    def plugin(self) -> Plugin:
        plugin: Plugin = self.app.registry["portaal.plugins"].accepted[self.name]
        return plugin

    def answer(self, hook: str, **arguments: Any) -> Any:
        """What it answers to a hook; an empty tuple where it does not implement it."""
        answer = self.app.registry["portaal.plugins"].call(self.plugin, hook, **arguments)
        return () if answer is None else answer

    def implements(self, hook: str) -> bool:
        return hasattr(self.module, hook)

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """All of its permissions, also those that its settings and tiles bring."""
        found: tuple[Permission, ...] = self.app.registry["portaal.permissions"].of_owner(self.name)
        return found

    def dutch(self, message: Any) -> str:
        """The Dutch text of a message id; empty where there is none."""
        return self.catalogue.get(str(message), "")

    @cached_property
    def catalogue(self) -> dict[str, str]:
        """Dutch by message id: the portal's, and its own."""
        from portaal.testing.catalogues import CORE_DUTCH, read_folder

        folders = [CORE_DUTCH, *(path / "nl" for path in self.app.registry["portaal.catalogues"])]
        return {message: text for folder in folders for message, text in read_folder(folder).items()}

    # ---- its pages

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The routes that the product itself adds, in order."""
        introspector = self.app.registry.introspector
        views: dict[str, dict[str, str]] = {}
        for item in introspector.get_category("views") or ():
            view = item["introspectable"]
            methods = view["request_methods"] or ()
            for method in [methods] if isinstance(methods, str) else methods:
                permission = next(r["value"] for r in item["related"] if r.category_name == "permissions")
                views.setdefault(view["route_name"] or "", {})[method] = permission
        routes = (item["introspectable"] for item in introspector.get_category("routes") or ())
        own = f"/g/{{gemeentecode:[0-9]{{4}}}}/{self.name}/"
        return tuple(
            Route(route["name"], route["pattern"], views.get(route["name"], {}))
            for route in routes
            if route["pattern"].startswith(own)
        )

    def path(self, route: Route, gemeente: str) -> str:
        """The address of a route for a gemeente.

        :raises LookupError: nothing is known that could stand in its variable parts.
        """

        def fill(found: re.Match[str]) -> str:
            name, pattern = found["name"], found["pattern"] or "[^/]+"
            if name == "gemeentecode":
                return gemeente
            for value in [self._examples[name]] if name in self._examples else STAND_INS:
                if re.fullmatch(pattern, value):
                    return value
            raise LookupError(
                f"route {route.name}: nothing is known that fits {{{name}}}; name a value in suite(..., examples=...)"
            )

        return PLACEHOLDER.sub(fill, route.pattern)
