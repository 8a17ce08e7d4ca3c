"""The message traffic of the products that have any; the toolkit knows how it is carried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.registry import Registry

    from portaal.plugins.contract import Traffic


def all_traffic(registry: Registry) -> Mapping[str, Traffic]:
    """The traffic of every product that has any, by the product's name."""
    if "portaal.traffic" not in registry:
        registry["portaal.traffic"] = {
            plugin.name: traffic for plugin, traffic in registry["portaal.plugins"].answers("portaal_traffic")
        }
    return registry["portaal.traffic"]
