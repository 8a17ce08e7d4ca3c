"""The menus: what a person can really open, asked of the pages themselves.

The main menu names the gemeente's products, each leading to its first page; within a product a second menu names its
pages.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from translationstring import TranslationString

from portaal.access.reach import may_open
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.request import Request

    from portaal.access.identity import GemeenteStanding
    from portaal.plugins.contract import MenuEntry
    from portaal.plugins.loader import Plugin

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Link:
    """An entry of a menu."""

    label: TranslationString | str
    href: str
    current: bool = False


@dataclass(frozen=True)
class ProductMenu:
    """A product's name and those of its pages that this person may open."""

    name: str
    title: str
    pages: tuple[Link, ...]


# What follows the products, in this order.
OF_THE_GEMEENTE = (
    (_("Users"), "gebruikers"),
    (_("Rights"), "rechten"),
    (_("Settings"), "instellingen"),
    (_("Audit trail"), "audit"),
)


def main_menu(request: Request, gemeente: GemeenteStanding | None, products: list[ProductMenu]) -> list[Link]:
    """The overview, the products, what belongs to the gemeente, and the operator's desk."""
    links: list[Link] = []
    if gemeente is not None:
        here = _route(request).split(".")[0]
        links += _links(request, gemeente, [(_("Overview"), "overzicht")])
        links += [
            Link(product.title, product.pages[0].href, here == product.name and not _on_settings(request))
            for product in products
        ]
        links += _links(request, gemeente, OF_THE_GEMEENTE)
    if request.identity.is_operator:
        desk = request.route_path("servicedesk")
        links.append(Link(_("Servicedesk"), desk, _within(request, desk)))
    return links


def product_menus(request: Request, gemeente: GemeenteStanding) -> list[ProductMenu]:
    """The products of this gemeente in which this person can open a page."""
    found = []
    for plugin in request.registry["portaal.plugins"]:
        if plugin.name in gemeente.active_products:
            pages = tuple(_pages(request, gemeente, plugin))
            if pages:
                found.append(ProductMenu(plugin.name, plugin.info.title, pages))
    return found


def current_product(request: Request, products: list[ProductMenu]) -> ProductMenu | None:
    """The product whose page this is; its settings are a page of the gemeente's settings instead."""
    here = _route(request).split(".")[0]
    return next((product for product in products if product.name == here and not _on_settings(request)), None)


def _pages(request: Request, gemeente: GemeenteStanding, plugin: Plugin) -> Iterator[Link]:
    for entry in _entries(request, plugin):
        route = f"{plugin.name}.{entry.route}"
        if may_open(request, route, gemeentecode=gemeente.code):
            href = request.route_path(route, gemeentecode=gemeente.code)
            # A page below an entry belongs to it; below a product's first page lie all the others.
            is_current = request.path == href if href.endswith("/") else _within(request, href)
            yield Link(entry.label, href, is_current)


def _entries(request: Request, plugin: Plugin) -> list[MenuEntry]:
    """The product's own entries; one whose menu fails is without, and the page stands."""
    try:
        entries = request.registry["portaal.plugins"].call(plugin, "portaal_menu") or ()
        return sorted(entries, key=lambda entry: entry.order)
    except Exception:
        log.exception("the menu of product %s failed", plugin.name)
        return []


def _links(
    request: Request, gemeente: GemeenteStanding, entries: Iterable[tuple[TranslationString, str]]
) -> Iterator[Link]:
    for label, route in entries:
        if may_open(request, route, gemeentecode=gemeente.code):
            href = request.route_path(route, gemeentecode=gemeente.code)
            current = request.path == href if route == "overzicht" else _within(request, href)
            yield Link(label, href, current)


def _within(request: Request, href: str) -> bool:
    return request.path == href or request.path.startswith(f"{href.rstrip('/')}/")


def _route(request: Request) -> str:
    route = getattr(request, "matched_route", None)
    return route.name if route else ""


def _on_settings(request: Request) -> bool:
    return ".instellingen" in _route(request)
