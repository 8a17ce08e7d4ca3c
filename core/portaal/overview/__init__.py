"""The overview of a gemeente: its products, each with its tiles, and what there is to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    config.include("portaal.overview.tiles")
    config.include("portaal.overview.views")
