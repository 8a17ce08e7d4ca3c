"""The installed plugins, found in the metadata of distributions: nothing is imported."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

GROUP = "portaal.plugins"


def discover() -> dict[str, EntryPoint]:
    """The installed plugins by entry-point name, in the order of their names."""
    found = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return {point.name: point for point in found}
