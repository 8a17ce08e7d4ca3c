"""The tabs: which pages a product's settings have, and which tabs a person can open.

Each product gets its own routes, because the permission is the product's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.authorization import Allow, Authenticated
from pyramid.httpexceptions import HTTPSeeOther

from portaal.access.permissions import Permission
from portaal.access.reach import may_open
from portaal.access.resources import DENY_ALL, Acl, GemeenteContext, product_factory
from portaal.settings import draft_views, history_views, tab_views
from portaal.web.frame import Link
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.plugins.contract import SettingsTab

ADDRESS = "/g/{gemeentecode:[0-9]{4}}/instellingen/"
VERSION = "geschiedenis/{number:[0-9]{1,9}}"
ANY_TAB = "instellingen:bekijken"


class SettingsContext(GemeenteContext):
    """The settings of a gemeente, for whoever can open at least one tab."""

    def __acl__(self) -> Acl:
        if reachable_tabs(self.request, self.code):
            return [(Allow, Authenticated, ANY_TAB), DENY_ALL]
        return [DENY_ALL]


def reachable_tabs(request: Request, gemeentecode: str, current: str | None = None) -> list[Link]:
    """The tabs this person can open, asked of the tabs' own pages (R-86)."""
    plugins = request.registry["portaal.plugins"].known
    return [
        Link(plugins[product].info.title, request.route_path(f"{product}.instellingen", gemeentecode=gemeentecode),
             product == current)
        for product in request.registry["portaal.settings"].tabs
        if may_open(request, f"{product}.instellingen", gemeentecode=gemeentecode)
    ]


def first_tab(context: SettingsContext, request: Request) -> Response:
    """To the first tab of this person; the others stand beside it there."""
    return HTTPSeeOther(reachable_tabs(request, context.code)[0].href)


def add_settings_tab(config: Configurator, product: str, tab: SettingsTab) -> None:
    """Directive: the pages of a product's settings, closed with the product's own two permissions.

    :raises ContractError: the model does not keep the rules of :func:`portaal.settings.fields.fields_of`.
    """
    config.registry["portaal.settings"].register(product, tab)
    see, change = f"{product}:instellingen:bekijken", f"{product}:instellingen:wijzigen"
    pages = (
        ("instellingen", "", (
            ("GET", see, tab_views.show_tab, "tab"),
            ("POST", change, tab_views.save_tab, "tab"),
        )),
        ("instellingen.geschiedenis", "geschiedenis/", (
            ("GET", see, history_views.show_history, "history"),
        )),
        ("instellingen.versie", VERSION, (
            ("GET", see, history_views.show_version, "version"),
            ("POST", change, history_views.roll_back, "version"),
        )),
        ("instellingen.concept", "concept/", (
            ("GET", see, draft_views.show_draft, "draft"),
        )),
        ("instellingen.concept.testen", "concept/testen", (
            ("POST", change, draft_views.try_draft, None),
        )),
        ("instellingen.concept.activeren", "concept/activeren", (
            ("POST", change, draft_views.activate_draft, None),
        )),
        ("instellingen.concept.intrekken", "concept/intrekken", (
            ("POST", change, draft_views.withdraw_draft, None),
        )),
    )
    for name, pattern, views in pages:
        route = f"{product}.{name}"
        config.add_route(route, f"{ADDRESS}{product}/{pattern}", factory=product_factory(product))
        for method, permission, view, template in views:
            config.add_view(view, route_name=route, request_method=method, permission=permission,
                            renderer=template and f"portaal:templates/settings/{template}.jinja2")


def includeme(config: Configurator) -> None:
    config.registry["portaal.permissions"].declare(
        "portaal", [Permission(ANY_TAB, _("See the settings of one's products"))]
    )
    config.add_audit_titles({
        "settings.save": _("Changed the settings of a product"),
        "settings.propose": _("Prepared a change of the settings of a product"),
        "settings.test": _("Tested a connection"),
        "settings.withdraw": _("Withdrew a prepared change of settings"),
        "settings.reseal": _("Sealed the secrets of settings under a new key"),
    })
    config.add_directive("add_settings_tab", add_settings_tab)
    config.add_route("instellingen", ADDRESS, factory=SettingsContext)
    config.add_view(first_tab, route_name="instellingen", request_method="GET", permission=ANY_TAB)
