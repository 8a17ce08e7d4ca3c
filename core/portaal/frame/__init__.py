"""The frame around every page: the menus, who is logged in, the message of the page before, and pages for errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    config.include("portaal.frame.portal")
    config.include("portaal.frame.errors")
