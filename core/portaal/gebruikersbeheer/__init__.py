"""The work of the gebruikersbeheerder: the people of the gemeente, their codes and their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    config.include("portaal.gebruikersbeheer.views")
    config.include("portaal.gebruikersbeheer.acts")
    config.include("portaal.gebruikersbeheer.logging_out")
