"""Tiles of products, rendered one by one: one that fails is left out and named, the others stand."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from markupsafe import Markup
from pyramid.renderers import render

if TYPE_CHECKING:
    from pyramid.request import Request

    from portaal.plugins.contract import Tile
    from portaal.plugins.loader import Plugin

log = logging.getLogger(__name__)


def rendered_tiles(request: Request, plugin: Plugin, gemeentecode: str) -> list[Markup | None]:
    """The tiles of a product that this person may see; None for one that failed."""
    from portaal.access.reach import RouteRequest
    from portaal.access.resources import product_factory

    context = product_factory(plugin.name)(RouteRequest(request, {"gemeentecode": gemeentecode}))
    tiles = request.registry["portaal.plugins"].call(plugin, "portaal_tiles") or ()
    return [
        _render(request, plugin, tile, gemeentecode)
        for tile in sorted(tiles, key=lambda tile: tile.order)
        if request.has_permission(tile.permission, context)
    ]


def _render(request: Request, plugin: Plugin, tile: Tile, gemeentecode: str) -> Markup | None:
    try:
        with request.dbsession.begin_nested():
            variables = dict(tile.load(request, gemeentecode))
            return Markup(render(tile.template, variables | {"gemeentecode": gemeentecode}, request=request))  # noqa: S704
    except Exception:
        log.exception("tile %s of product %s failed", tile.name, plugin.name)
        return None
