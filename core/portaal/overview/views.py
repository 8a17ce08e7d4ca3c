"""The overview page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther

from portaal.access.models import Account
from portaal.access.resources import GemeenteContext
from portaal.overview.tiles import rendered_tiles

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response


def overview(context: GemeenteContext, request: Request) -> dict[str, Any]:
    """The products of a gemeente that this person has something to do with (R-49)."""
    plugins = request.registry["portaal.plugins"]
    mine = {grant.product for grant in request.identity.grants if grant.gemeentecode == context.code and grant.product}
    products = [
        {"info": plugin.info, "tiles": rendered_tiles(request, plugin, context.code)}
        for plugin in plugins
        if plugin.name in context.standing.active_products & mine
    ]
    return {"gemeente": context.standing, "products": products, "is_first_time": not request.identity.welcomed}


def welcome_seen(request: Request) -> Response:
    """The welcome of a first visit was read (R-77)."""
    from portaal import clock

    request.dbsession.get_one(Account, request.identity.account_id).welcomed_at = clock.now()
    return HTTPSeeOther(request.route_url("start"))


def includeme(config: Configurator) -> None:
    config.add_route("overzicht", "/g/{gemeentecode:[0-9]{4}}/", factory=GemeenteContext)
    config.add_view(overview, route_name="overzicht", permission="gemeente:bekijken", request_method="GET",
                    renderer="portaal:templates/overview/overview.jinja2")
    config.add_route("welkom_gezien", "/welkom-gezien")
    config.add_view(welcome_seen, route_name="welkom_gezien", permission="portaal:eigen-account",
                    request_method="POST")
