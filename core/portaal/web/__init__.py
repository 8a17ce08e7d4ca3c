"""What every page shares: languages, forms, frame, errors, security headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    for part in ("i18n", "formats", "templates", "frame", "headers", "limits", "errors", "product_static", "static"):
        config.include(f"portaal.web.{part}")
