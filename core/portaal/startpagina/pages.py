"""The pages behind the links in the footer, and security.txt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.security import NO_PERMISSION_REQUIRED
from translationstring import TranslationString

from portaal import clock
from portaal.access import sessions
from portaal.access.cookies import cookie_name
from portaal.organisations import processing
from portaal.startpagina import wanted
from portaal.startpagina.tiles import address
from portaal.web import i18n
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

SECURITY_TXT_DAYS = 180
REGISTER = "portaal.register_of_processing"


@dataclass(frozen=True)
class Page:
    """A page of text: its template has the name of its route."""

    route: str
    path: str
    title: TranslationString


FOOTER = (
    Page("handleiding", "/handleiding", _("User manual")),
    Page("hulp", "/hulp-en-contact", _("Help and contact")),
    Page("veilig_gebruik", "/veilig-en-zorgvuldig-gebruik", _("Safe and careful use of data")),
    Page("toegankelijkheid", "/toegankelijkheid", _("Accessibility statement")),
    Page("privacy", "/privacy", _("Privacy")),
    Page("cookies", "/cookies", _("Cookies")),
    Page("kwetsbaarheid", "/kwetsbaarheid-melden", _("Report a vulnerability")),
)


def show(request: Request) -> dict[str, Any]:
    """A page of text, with the facts that it must not get wrong."""
    settings = request.registry.settings
    return {
        "minutes": int(sessions.INACTIVITY.total_seconds() // 60),
        "hours": int(sessions.MAXIMUM.total_seconds() // 3600),
        "session_cookie": cookie_name(request),
        "language_cookie": i18n.COOKIE,
        "wanted_cookie": wanted.cookie_name(request),
        "statement_address": request.registry["portaal.startpagina.toegankelijkheid"],
        "security_contact": security_contact(settings),
        "register": request.registry[REGISTER],
    }


def security_contact(settings: dict[str, Any]) -> str:
    """The e-mail address for reports about security; the servicedesk's when none is set, perhaps empty."""
    return settings.get("portaal.security_email") or settings.get("portaal.servicedesk_email", "")


def security_txt(request: Request) -> Response:
    """Whom to tell about a vulnerability, in the form of RFC 9116; 404 where no address is set."""
    contact = security_contact(request.registry.settings)
    if not contact:
        raise HTTPNotFound
    expires = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=SECURITY_TXT_DAYS)
    response = request.response
    response.content_type = "text/plain"
    response.text = (
        f"Contact: mailto:{contact}\n"
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}\n"
        f"Preferred-Languages: {', '.join(i18n.LOCALES)}\n"
        f"Canonical: {request.route_url('security_txt')}\n"
        f"Policy: {request.route_url('kwetsbaarheid')}\n"
    )
    return response


def includeme(config: Configurator) -> None:
    config.registry["portaal.footer"] = FOOTER
    config.registry[REGISTER] = processing.read_register(config.registry.settings.get(processing.SETTING, ""))
    config.registry["portaal.startpagina.toegankelijkheid"] = address(
        config.registry.settings, "portaal.startpagina.adres.toegankelijkheidsverklaring"
    )
    for page in FOOTER:
        config.add_route(page.route, page.path)
        config.add_view(
            show,
            route_name=page.route,
            request_method="GET",
            permission=NO_PERMISSION_REQUIRED,
            renderer=f"portaal:templates/startpagina/{page.route}.jinja2",
        )
    config.add_route("security_txt", "/.well-known/security.txt")
    config.add_view(security_txt, route_name="security_txt", request_method="GET", permission=NO_PERMISSION_REQUIRED)
