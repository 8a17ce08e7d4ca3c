"""Jinja2 for every template of the core and the plugins: escaped, strict, found by absolute asset spec."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pyramid_jinja2 import (
    add_jinja2_extension,
    add_jinja2_renderer,
    add_jinja2_search_path,
    get_jinja2_environment,
)

if TYPE_CHECKING:
    from pyramid.config import Configurator

PACKAGE_TEMPLATES = Path(__file__).parent.parent / "templates"
CHECKOUT_TEMPLATES = Path(__file__).parents[3] / "templates"


def includeme(config: Configurator) -> None:
    """What pyramid_jinja2's own includeme does, but for a search path: it reads the source of all callers for that."""
    if not PACKAGE_TEMPLATES.exists():  # a checkout: the wheel carries them inside the package
        config.override_asset(to_override="portaal:templates/", override_with=f"{CHECKOUT_TEMPLATES}/")
    config.add_settings(
        {
            "jinja2.undefined": "strict",
            "jinja2.trim_blocks": True,
            "jinja2.lstrip_blocks": True,
            "jinja2.i18n.domain": "portaal",
        }
    )
    for directive in (add_jinja2_renderer, add_jinja2_search_path, add_jinja2_extension, get_jinja2_environment):
        config.add_directive(directive.__name__, directive)
    config.add_jinja2_renderer(".jinja2")
