"""The page frame: what every template knows as ``portal``. Menus come from what the person can really open."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pyramid.csrf import get_csrf_token

from portaal.access import sessions
from portaal.access.policy import standing
from portaal.db.session import needs_transaction
from portaal.frame.flash import Flash
from portaal.frame.menu import Link, ProductMenu, current_product, main_menu, product_menus
from portaal.notifications.service import unread_count
from portaal.web.i18n import LOCALES, PARAMETER, _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

    from portaal.access.identity import GemeenteStanding, Identity

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GemeenteLink:
    """A gemeente one can work for."""

    code: str
    naam: str
    href: str
    current: bool


@dataclass(frozen=True)
class Person:
    """Who is logged in, as the header shows it."""

    display_name: str
    gemeente_naam: str


class PortalFrame:
    """What the frame around a page needs; each part is worked out when a template asks for it."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._settings = request.registry.settings
        self._identity = _identity(request)
        self.locale: str = request.locale_name
        self.session_seconds = int(sessions.INACTIVITY.total_seconds())
        self.warn_seconds = int(sessions.WARNING.total_seconds())

    @property
    def identity(self) -> Person | None:
        if self._identity is None:
            return None
        gemeente = self._gemeente
        return Person(
            self._identity.display_name or self._request.localizer.translate(_("New user")),
            gemeente.naam if gemeente else "",
        )

    @property
    def _gemeente(self) -> GemeenteStanding | None:
        """The gemeente of this page, or the only one the person has."""
        if self._identity is None:
            return None
        code = (self._request.matchdict or {}).get("gemeentecode")
        if code:
            return self._identity.gemeente(code)
        known = self._identity.accessible_gemeenten or self._identity.gemeenten
        return known[0] if len(known) == 1 else None

    @cached_property
    def _products(self) -> list[ProductMenu]:
        return product_menus(self._request, self._gemeente) if self._is_at_work and self._gemeente else []

    @property
    def _is_at_work(self) -> bool:
        return self._identity is not None and standing(self._identity) is None

    @property
    def menu(self) -> list[Link]:
        """The main menu of this gemeente, or of the operator's desk."""
        return main_menu(self._request, self._gemeente, self._products) if self._is_at_work else []

    @property
    def product(self) -> ProductMenu | None:
        """The product this page belongs to, with its pages."""
        return current_product(self._request, self._products)

    @property
    def unread(self) -> int:
        """How many notices wait to be read."""
        if self._identity is None or not self._is_at_work:
            return 0
        return unread_count(self._request.reading_dbsession, self._identity.account_id)

    @property
    def user_menu(self) -> list[Link]:
        if self._identity is None or not self._identity.has_profile:
            return []
        entries = [(_("Your data"), "persoonlijke_instellingen"), (_("Where you are logged in"), "sessies")]
        if self._is_at_work:
            entries += [(_("Notices"), "meldingen"), (_("What you did"), "eigen_handelingen")]
        return [Link(label, self._request.route_path(route)) for label, route in entries]

    @property
    def gemeenten(self) -> list[GemeenteLink]:
        """The gemeenten one can switch between."""
        if self._identity is None:
            return []
        current = self._gemeente
        return [
            GemeenteLink(
                g.code,
                g.naam,
                self._request.route_path("overzicht", gemeentecode=g.code),
                current is not None and g.code == current.code,
            )
            for g in self._identity.accessible_gemeenten
        ]

    @property
    def flashes(self) -> list[Flash]:
        """The messages for this page; they are forgotten once shown. They wait where a form comes back: taking them
        would have to wait for that request's own transaction.
        """
        if self._identity is None or not self._identity.flashes or needs_transaction(self._request):
            return []
        sessions.take_flashes(self._request.registry, self._identity.session_id, len(self._identity.flashes))
        return [Flash(kind, message) for kind, message in self._identity.flashes]  # type: ignore[arg-type]

    @property
    def other_locale_href(self) -> str:
        """This page in the other language; the start, when asking for this page again would do something again."""
        request = self._request
        if request.matched_route is None or needs_transaction(request):
            return self.in_other_locale("start")
        query = {key: value for key, value in request.GET.items() if key != PARAMETER}
        return self.in_other_locale(request.matched_route.name, query, **request.matchdict)

    def in_other_locale(self, route: str, query: Mapping[str, str] = MappingProxyType({}), **parts: str) -> str:
        """The address of a page in the other language."""
        other = next(locale for locale in LOCALES if locale != self.locale)
        return self._request.route_path(route, **parts, _query={**query, PARAMETER: other})

    @property
    def home_href(self) -> str:
        return self._request.route_path("start")

    @property
    def logout_href(self) -> str:
        return self._request.route_path("uitloggen")

    @property
    def expired_href(self) -> str:
        """Where the end of a session leads: to the start page, and after the login back to this page."""
        query = {"reden": "verlopen"}
        if self._request.method == "GET" and self._request.matched_route is not None:
            query["naar"] = self._request.path
        return self._request.route_path("inloggen_op_portals", _query=query)

    @property
    def csrf_token(self) -> str:
        return get_csrf_token(self._request)

    @property
    def operator_name(self) -> str:
        return self._settings["portaal.operator_name"]

    @property
    def environment(self) -> str:
        return self._settings["portaal.environment"]

    @property
    def servicedesk(self) -> dict[str, str]:
        return {
            "phone": self._settings["portaal.servicedesk_phone"],
            "email": self._settings["portaal.servicedesk_email"],
        }

    def static(self, name: str) -> str:
        """The address of a built file, e.g. ``portaal.css``."""
        return self._request.registry["portaal.static"].path(self._request, name)


def _identity(request: Request) -> Identity | None:
    """Who is logged in. The page of an unexpected error must also stand when that cannot be found out."""
    try:
        return request.identity
    except Exception:
        if getattr(request, "exception", None) is None:
            raise
        log.exception("the error page does without the identity")
        return None


def add_frame(event: Any) -> None:
    """Give every template its ``portal``."""
    request = event.get("request")
    if request is not None:
        event["portal"] = request.portal_frame


def includeme(config: Configurator) -> None:
    config.add_request_method(PortalFrame, "portal_frame", reify=True)
    config.add_subscriber(add_frame, "pyramid.events.BeforeRender")
