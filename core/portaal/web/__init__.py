"""What pages are made with: languages, forms, formats, templates, static files; and the limits and headers of HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    for part in ("i18n", "formats", "templates", "headers", "limits", "static"):
        config.include(f"portaal.web.{part}")
