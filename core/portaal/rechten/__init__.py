"""Who may do what, and why: per gemeente as a table, and for one person from the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    config.include("portaal.rechten.views")
