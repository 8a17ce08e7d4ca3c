"""Tiles of products, each apart: one that fails, is late or is too large is left out and named, the others stand.

All tiles of a page are loaded side by side, together in a quarter of a second. Each has a database session of its own
that only reads, so nothing that a tile does to it can reach the page.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from markupsafe import Markup
from pyramid.renderers import render
from pyramid.threadlocal import RequestContext
from sqlalchemy.engine import Engine

from portaal.access.reach import RouteRequest
from portaal.access.resources import product_factory
from portaal.db.session import ReadSession, own_transaction
from portaal.overview import trouble
from portaal.overview.models import Miss
from portaal.overview.trouble import Troubles, is_paused
from portaal.time_limit import Call, LateError, Outcome, StillBusyError, TimeLimit

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

    from portaal.plugins.contract import Tile
    from portaal.plugins.loader import Plugin

log = logging.getLogger(__name__)

SECONDS = 0.25
LARGEST = 100_000  # characters
PATIENCE = timedelta(seconds=SECONDS)  # for whoever has locked what a miss is counted in


class TooLargeError(Exception):
    """A tile is longer than it may be."""


@dataclass(frozen=True)
class OwnTile:
    """A tile, and the product that it belongs to."""

    plugin: Plugin
    tile: Tile

    @property
    def key(self) -> tuple[str, str]:
        return self.plugin.name, self.tile.name


@dataclass(frozen=True)
class ShownTile:
    """A tile on the page; without content where it could not be shown."""

    product: str
    content: Markup | None


def rendered_tiles(
    request: Request, plugins: Sequence[Plugin], gemeentecode: str, troubles: Troubles
) -> list[ShownTile]:
    """The tiles of these products that this person may see, in order."""
    permitted = [own for plugin in plugins for own in _permitted(request, plugin, gemeentecode)]
    due = [own for own in permitted if not is_paused(troubles.get(own.key))]
    calls = [Call(own.plugin.name, partial(_load, request, own.tile, gemeentecode)) for own in due]
    # A test's one connection cannot be used by two threads at once.
    one_by_one = not isinstance(request.registry["portaal.reading_engine"], Engine)
    outcomes = request.registry["portaal.tile_limit"].run(calls, one_by_one=one_by_one)
    _note(request, gemeentecode, due, outcomes, troubles)
    contents = {own.key: outcome.value for own, outcome in zip(due, outcomes, strict=True)}
    return [ShownTile(own.plugin.name, contents.get(own.key)) for own in permitted]


def _permitted(request: Request, plugin: Plugin, gemeentecode: str) -> list[OwnTile]:
    context = product_factory(plugin.name)(RouteRequest(request, {"gemeentecode": gemeentecode}))
    tiles = request.registry["portaal.plugins"].call(plugin, "portaal_tiles") or ()
    return [
        OwnTile(plugin, tile)
        for tile in sorted(tiles, key=lambda tile: tile.order)
        if request.has_permission(tile.permission, context)
    ]


def _load(request: Request, tile: Tile, gemeentecode: str) -> Markup:
    """The content of a tile; runs in a thread of its own."""
    registry = request.registry
    with ReadSession(registry["portaal.reading_engine"], **registry["portaal.reading_session_options"]) as dbsession:
        own_request = TileRequest(request, gemeentecode, dbsession)
        with RequestContext(own_request):  # what translates in a template looks there
            variables = dict(tile.load(own_request, gemeentecode))
            content = render(tile.template, variables | {"gemeentecode": gemeentecode}, request=own_request)
    if len(content) > LARGEST:
        raise TooLargeError(f"{len(content)} characters; a tile has at most {LARGEST}")
    return Markup(content)  # noqa: S704  # a template of ours or the product's, which escapes


class TileRequest(RouteRequest):
    """The request as a tile gets it: with a database session of its own."""

    def __init__(self, request: Request, gemeentecode: str, dbsession: ReadSession) -> None:
        super().__init__(request, {"gemeentecode": gemeentecode})
        self.dbsession = dbsession


def _note(
    request: Request, gemeentecode: str, due: Sequence[OwnTile], outcomes: Sequence[Outcome], troubles: Troubles
) -> None:
    """Keep what went wrong, and forget what went right again."""
    changes: list[tuple[OwnTile, Miss | None]] = []
    for own, outcome in zip(due, outcomes, strict=True):
        if outcome.error is not None:
            log.error("tile %s of product %s failed", own.tile.name, own.plugin.name, exc_info=outcome.error)
            changes.append((own, _miss(outcome.error)))
        elif own.key in troubles:
            changes.append((own, None))
    if not changes:
        return
    try:
        with own_transaction(request.registry, PATIENCE) as connection:
            for own, miss in changes:
                if miss is None:
                    trouble.note_shown(connection, gemeentecode, *own.key)
                else:
                    trouble.note_miss(connection, gemeentecode, *own.key, miss)
    except Exception:  # the page is worth more than the count
        log.exception("what became of the tiles could not be written down")


def _miss(error: BaseException) -> Miss:
    if isinstance(error, LateError | StillBusyError):
        return Miss.LATE
    return Miss.TOO_LARGE if isinstance(error, TooLargeError) else Miss.FAILED


def includeme(config: Configurator) -> None:
    # A test gives one of its own: a busy machine is late with tiles that are quick enough.
    config.registry["portaal.tile_limit"] = config.get_settings().get("portaal.tile_limit") or TimeLimit(SECONDS)
