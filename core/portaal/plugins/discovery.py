"""The installed plugins, found in the metadata of distributions: nothing is imported."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from itertools import groupby
from typing import Any

from portaal.plugins.errors import ContractError

GROUP = "portaal.plugins"


class Contested(EntryPoint):
    """A name that several distributions claim: which of them is meant is not ours to guess."""

    def load(self) -> Any:
        raise ContractError(f"several distributions have a plugin called {self.name!r}: {self.value}")


def discover() -> dict[str, EntryPoint]:
    """The installed plugins by entry-point name, in the order of their names."""
    found = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return {name: _the_one(list(points)) for name, points in groupby(found, lambda point: point.name)}


def _the_one(points: list[EntryPoint]) -> EntryPoint:
    if len(points) == 1:
        return points[0]
    owners = ", ".join(sorted(point.dist.name if point.dist else point.value for point in points))
    return Contested(points[0].name, owners, GROUP)
