"""Portaal Zorg: a portal framework for products around care messages, and the core of that portal."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyramid.router import Router

# Pyramid 2.1 imports it, whatever we do; the log is for what somebody can act on.
warnings.filterwarnings("ignore", message="pkg_resources is deprecated", category=UserWarning)


def main(global_config: dict[str, str] | None = None, **settings: Any) -> Router:
    """The paste app factory, for a web server of one's own: the portal as a WSGI application.

    :raises portaal.configuration.UnsafeConfigurationError: a setting that production does not allow, or one missing.
    """
    from portaal.app import make_app
    from portaal.known_settings import unknown_settings

    for text in unknown_settings(settings):  # outside development the portal refuses them
        warnings.warn(text, stacklevel=2)
    return make_app(settings)
