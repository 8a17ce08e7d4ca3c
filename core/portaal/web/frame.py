"""The page frame: what every template knows as ``portal``. Menus come from what the person can really open."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyramid.csrf import get_csrf_token

from portaal.access import sessions
from portaal.access.policy import standing
from portaal.web.flash import Flash
from portaal.web.i18n import LOCALES, PARAMETER, _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from translationstring import TranslationString

    from portaal.access.identity import GemeenteStanding, Identity

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Link:
    """An entry of a menu."""

    label: TranslationString | str
    href: str
    current: bool = False


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
        return Person(self._identity.display_name or self._request.localizer.translate(_("New user")),
                      gemeente.naam if gemeente else "")

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

    @property
    def menu(self) -> list[Link]:
        """The main menu of this gemeente, or of the operator's desk."""
        identity, gemeente = self._identity, self._gemeente
        if identity is None or standing(identity) is not None:
            return []
        links = [] if gemeente is None else [
            self._link(entry.label, entry.route, gemeentecode=gemeente.code)
            for entry in menu_entries(self._request, gemeente)
        ]
        if identity.is_operator:
            links.append(self._link(_("Servicedesk"), "servicedesk"))
        return links

    def _link(self, label: TranslationString | str, route: str, **parts: str) -> Link:
        href = self._request.route_path(route, **parts)
        path = self._request.path
        current = path == href or (href.count("/") > 3 and path.startswith(href.rstrip("/") + "/"))
        return Link(label, href, current)

    @property
    def user_menu(self) -> list[Link]:
        if self._identity is None or not self._identity.has_profile:
            return []
        links = [Link(_("Your data"), self._request.route_path("persoonlijke_instellingen"))]
        if standing(self._identity) is None:
            links.append(Link(_("What you did"), self._request.route_path("eigen_handelingen")))
        return links

    @property
    def gemeenten(self) -> list[GemeenteLink]:
        """The gemeenten one can switch between."""
        if self._identity is None:
            return []
        current = self._gemeente
        return [
            GemeenteLink(g.code, g.naam, self._request.route_path("overzicht", gemeentecode=g.code),
                         current is not None and g.code == current.code)
            for g in self._identity.accessible_gemeenten
        ]

    @property
    def flashes(self) -> list[Flash]:
        """The messages for this page; they are forgotten once shown."""
        if self._identity is None or not self._identity.flashes:
            return []
        sessions.take_flashes(self._request.registry, self._identity.session_id)
        return [Flash(kind, message) for kind, message in self._identity.flashes]  # type: ignore[arg-type]

    @property
    def other_locale_href(self) -> str:
        """This page in the other language."""
        other = next(locale for locale in LOCALES if locale != self.locale)
        query = {key: value for key, value in self._request.GET.items() if key != PARAMETER} | {PARAMETER: other}
        route = self._request.matched_route
        if route is None or self._request.method != "GET":
            return self._request.route_path("start", _query={PARAMETER: other})
        return self._request.route_path(route.name, **self._request.matchdict, _query=query)

    @property
    def home_href(self) -> str:
        return self._request.route_path("start")

    @property
    def logout_href(self) -> str:
        return self._request.route_path("uitloggen")

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


@dataclass(frozen=True)
class Entry:
    label: TranslationString | str
    route: str


def menu_entries(request: Request, gemeente: GemeenteStanding) -> list[Entry]:
    """What stands in the menu of a gemeente for this person: every entry whose page they may open."""
    from portaal.access.reach import may_open

    plugins = request.registry["portaal.plugins"]
    candidates = [Entry(_("Overview"), "overzicht")]
    for plugin, entries in plugins.answers("portaal_menu"):
        if plugin.name in gemeente.active_products:
            candidates += [
                Entry(f"{plugin.info.title}: {request.localizer.translate(entry.label)}", f"{plugin.name}.{entry.route}")
                for entry in sorted(entries, key=lambda entry: entry.order)
            ]
    candidates += [
        Entry(_("Users"), "gebruikers"),
        Entry(_("Settings"), "instellingen"),
        Entry(_("Audit trail"), "audit"),
    ]
    return [entry for entry in candidates if may_open(request, entry.route, gemeentecode=gemeente.code)]


def add_frame(event: Any) -> None:
    """Give every template its ``portal``."""
    request = event.get("request")
    if request is not None:
        event["portal"] = request.portal_frame


def includeme(config: Configurator) -> None:
    config.add_request_method(PortalFrame, "portal_frame", reify=True)
    config.add_subscriber(add_frame, "pyramid.events.BeforeRender")
