"""What everyone may read without logging in: the start page, the manual, help and the legal pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    config.include("portaal.startpagina.views")
    config.include("portaal.startpagina.pages")
