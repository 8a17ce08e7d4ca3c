"""Who may do what: accounts and roles, sessions, the resource tree and the security policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    for part in ("cookies", "csrf", "network", "policy", "permissions", "reach"):
        config.include(f"portaal.access.{part}")
