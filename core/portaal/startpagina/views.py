"""The start page, and where somebody who is logged in goes from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED

from portaal.access import sessions
from portaal.access.network import on_network
from portaal.access.policy import standing
from portaal.access.reasons import NEXT_STEP
from portaal.startpagina import wanted
from portaal.startpagina.tiles import KTO_ADDRESS, address, tiles
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

# Why the browser was sent here (?reden=...): kind of alert and its text.
NOTICES = {
    "uitgelogd": ("ok", _("You are logged out.")),
    "verlopen": ("info", _("You were logged out automatically, because you had not done anything for a while.")),
    "niet_ingelogd": ("info", _("You are not logged in (any more). Log in to go on.")),
}


def start(request: Request) -> Response:
    """To the start page, the next step of signing up, the page that was asked for, or the work (R-49, R-50)."""
    identity = request.identity
    if identity is None:
        return HTTPSeeOther(request.route_url("inloggen_op_portals"))
    obstacle = standing(identity)
    if obstacle in NEXT_STEP:
        return HTTPSeeOther(request.route_url(NEXT_STEP[obstacle]))
    path = wanted.take(request)
    if path:
        return HTTPSeeOther(f"{request.host_url}{path}")
    gemeenten = sorted(identity.accessible_gemeenten, key=lambda gemeente: bool(gemeente.missing_agreements))
    if gemeenten:
        return HTTPSeeOther(request.route_url("overzicht", gemeentecode=gemeenten[0].code))
    return HTTPSeeOther(request.route_url("servicedesk"))


def log_in_to_portals(request: Request) -> dict[str, Any]:
    """The public page with a tile per portal (R-26).

    Whose session ended on a page comes back there after logging in: the page's address is given along.
    """
    wanted.remember(request, request.response, request.GET.get("naar", ""))
    return {
        "tiles": request.registry["portaal.startpagina.tiles"],
        "kto_address": request.registry["portaal.startpagina.kto"],
        "on_network": on_network(request),
        "notice": NOTICES.get(request.GET.get("reden", "")),
        "minutes": int(sessions.INACTIVITY.total_seconds() // 60),
    }


def includeme(config: Configurator) -> None:
    settings = config.registry.settings
    config.registry["portaal.startpagina.tiles"] = tiles(settings)
    config.registry["portaal.startpagina.kto"] = address(settings, KTO_ADDRESS)
    config.add_route("start", "/")
    config.add_view(start, route_name="start", request_method="GET", permission=NO_PERMISSION_REQUIRED)
    config.add_route("inloggen_op_portals", "/Inloggen-op-portals")
    config.add_view(
        log_in_to_portals,
        route_name="inloggen_op_portals",
        request_method="GET",
        permission=NO_PERMISSION_REQUIRED,
        renderer="portaal:templates/startpagina/inloggen_op_portals.jinja2",
    )
