"""Is the portal well? ``/health`` for whoever restarts it, ``/ready`` for whoever sends it visitors, ``/metrics``.

And is its audit trail? Nobody asks for that; it is looked at every day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    for part in ("networks", "views", "metrics", "audit_trail"):
        config.include(f"portaal.health.{part}")
