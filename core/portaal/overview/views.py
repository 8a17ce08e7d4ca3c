"""The overview page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther

from portaal import audit, clock
from portaal.access.models import Account, Role
from portaal.access.permissions import Permission
from portaal.access.reach import RouteRequest, may_open
from portaal.access.resources import GemeenteContext, ProductContext, product_factory
from portaal.frame.flash import flash
from portaal.gebruikersbeheer import people
from portaal.overview import trouble
from portaal.overview.models import Miss, TileTrouble
from portaal.overview.tiles import rendered_tiles
from portaal.overview.trouble import Troubles, is_paused
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.plugins.loader import Plugin

REASONS = {
    Miss.LATE: _("It was missing three times in a row, the last time because it took too long."),
    Miss.FAILED: _("It was missing three times in a row, the last time because it failed."),
    Miss.TOO_LARGE: _("It was missing three times in a row, the last time because it was too large."),
}


def overview(context: GemeenteContext, request: Request) -> dict[str, Any]:
    """The products of a gemeente that this person has something to do with (R-49)."""
    mine = {grant.product for grant in request.identity.grants if grant.gemeentecode == context.code and grant.product}
    plugins = [
        plugin
        for plugin in request.registry["portaal.plugins"]
        if plugin.name in context.standing.active_products & mine
    ]
    troubles = trouble.of_gemeente(request.dbsession, context.code)
    tiles = rendered_tiles(request, plugins, context.code, troubles)
    products = [
        {
            "info": plugin.info,
            "tiles": [tile.content for tile in tiles if tile.product == plugin.name],
            "paused": _paused(request, plugin, context.code, troubles),
            "settings_href": _reachable(request, f"{plugin.name}.instellingen", context.code),
        }
        for plugin in plugins
    ]
    users_href = _reachable(request, "gebruikers", context.code)
    return {
        "gemeente": context.standing,
        "products": products,
        "is_first_time": not request.identity.welcomed,
        "reasons": REASONS,
        "users_href": users_href,
        "waiting": people.waiting(request.dbsession, context.code) if users_href else 0,
        "audit_href": _reachable(request, "audit", context.code),
    }


def _reachable(request: Request, route: str, gemeentecode: str) -> str | None:
    """The address of a page, for those who may open it."""
    if not may_open(request, route, gemeentecode=gemeentecode):
        return None
    return request.route_path(route, gemeentecode=gemeentecode)


def _paused(request: Request, plugin: Plugin, gemeentecode: str, troubles: Troubles) -> list[TileTrouble]:
    """The tiles of a product that are paused, for those who may resume them."""
    paused = [found for (product, _tile), found in troubles.items() if product == plugin.name and is_paused(found)]
    if not paused:
        return []
    product = product_factory(plugin.name)(RouteRequest(request, {"gemeentecode": gemeentecode}))
    return paused if request.has_permission(resume_permission(plugin.name), product) else []


def resume_tile(context: ProductContext, request: Request) -> Response:
    """The Productbeheerder wants a paused part to be tried again."""
    tile = request.matchdict["tile"]
    if not trouble.resume(request.dbsession, context.code, context.product, tile):
        raise HTTPNotFound()
    audit.record(
        request.dbsession,
        action="tile.resume",
        outcome=audit.Outcome.DONE,
        actor=request.identity.account_id,
        gemeentecode=context.code,
        product=context.product,
        object_kind="tile",
        object_id=tile,
    )
    flash(request, "ok", _("The part is tried again now."))
    return HTTPSeeOther(request.route_url("overzicht", gemeentecode=context.code))


def resume_permission(product: str) -> str:
    return f"{product}:onderdelen:hervatten"


def add_tile_pages(config: Configurator, product: str) -> None:
    """Directive: what every product with tiles gets."""
    permission = resume_permission(product)
    config.registry["portaal.permissions"].declare(
        product,
        [
            Permission(
                permission,
                _("See why a part of the overview was paused, and try it again"),
                (Role.PRODUCTBEHEERDER,),
                group=_("Overview"),
            ),
        ],
    )
    config.add_route(
        f"{product}.onderdeel_hervatten",
        f"/g/{{gemeentecode:[0-9]{{4}}}}/onderdelen/{product}/{{tile}}/hervatten",
        factory=product_factory(product),
    )
    config.add_view(
        resume_tile, route_name=f"{product}.onderdeel_hervatten", permission=permission, request_method="POST"
    )


def welcome_seen(request: Request) -> Response:
    """The welcome of a first visit was read (R-77)."""
    account = request.dbsession.get_one(Account, request.identity.account_id)
    account.welcomed_at = clock.now()
    audit.record(
        request.dbsession,
        action="account.welcome_seen",
        outcome=audit.Outcome.DONE,
        actor=account.id,
        object_kind="account",
        object_id=account.id,
    )
    return HTTPSeeOther(request.route_url("start"))


def includeme(config: Configurator) -> None:
    config.add_directive("add_tile_pages", add_tile_pages)
    config.add_audit_titles({"tile.resume": _("Had a paused part of the overview tried again")})
    config.add_route("overzicht", "/g/{gemeentecode:[0-9]{4}}/", factory=GemeenteContext)
    config.add_view(
        overview,
        route_name="overzicht",
        permission="gemeente:bekijken",
        request_method="GET",
        renderer="portaal:templates/overview/overview.jinja2",
    )
    config.add_route("welkom_gezien", "/welkom-gezien")
    config.add_view(welcome_seen, route_name="welkom_gezien", permission="portaal:eigen-account", request_method="POST")
