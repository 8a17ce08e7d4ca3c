"""A stand-in for the portal around a page: the real templates and languages, without application and database."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from pyramid.config import Configurator

from portaal.web.i18n import _

TEXT = "Zorg & \"Süd\" <b onclick='x'>"


class Portal(SimpleNamespace):
    """What the frame gets from the portal; reading the token is noted, since it sets a cookie."""

    tokens_read = 0

    @property
    def csrf_token(self) -> str:
        self.tokens_read += 1
        return "token-1"

    def static(self, name: str) -> str:
        return f"/static/{name}"


def make_portal(**other: Any) -> Portal:
    known: dict[str, Any] = {
        "identity": None,
        "menu": [],
        "product": None,
        "unread": 0,
        "user_menu": [],
        "gemeenten": [],
        "flashes": [],
        "locale": "nl",
        "other_locale_href": "/?taal=en",
        "home_href": "/",
        "logout_href": "/uitloggen",
        "expired_href": "/inloggen_op_portals?reden=verlopen",
        "session_seconds": 1200,
        "warn_seconds": 120,
        "operator_name": "Operator",
        "environment": "production",
        "servicedesk": {"phone": "030 000", "email": ""},
    }
    return Portal(**(known | other))


def logged_in(**other: Any) -> Portal:
    link = SimpleNamespace(label=_("Help and contact"), href="/x", current=True)
    gemeenten = [SimpleNamespace(code=c, naam=TEXT, href="/g", current=c == "0363") for c in ("0363", "0384")]
    person = SimpleNamespace(display_name=TEXT, gemeente_naam=TEXT)
    return make_portal(identity=person, menu=[link], user_menu=[link], gemeenten=gemeenten, **other)


def frame_config() -> Configurator:
    """Templates, languages and formats, and the routes that the frame links to."""
    config = Configurator(settings={"portaal.public_url": "http://localhost"})
    for part in ("i18n", "formats", "templates"):
        config.include(f"portaal.web.{part}")
    config.registry["portaal.footer"] = []
    for route in ("hulp", "sessie", "inloggen_op_portals"):
        config.add_route(route, f"/{route}")
    return config
