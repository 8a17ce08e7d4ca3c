"""Products as plugins: found by entry point, checked, tried on scratch, then taken in or quarantined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    config.include("portaal.plugins.static_files")
    config.include("portaal.plugins.isolation")
    config.include("portaal.plugins.openapi")
    config.add_audit_titles({"product.remove_leftovers": _("Removed what was left of a product")})
