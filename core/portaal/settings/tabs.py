"""The tabs: which pages the settings of a product have.

Each product gets its own routes, because the permission is the product's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPSeeOther

from portaal.access.permissions import Permission
from portaal.access.resources import product_factory
from portaal.settings import draft_views, history_views, tab_views
from portaal.settings.reach import ANY_TAB, SettingsContext, reachable_tabs
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.plugins.contract import SettingsTab

ADDRESS = "/g/{gemeentecode:[0-9]{4}}/instellingen/"
VERSION = "geschiedenis/{number:[0-9]{1,9}}"


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
        (
            "instellingen",
            "",
            (
                ("GET", see, tab_views.show_tab, "tab"),
                ("POST", change, tab_views.save_tab, "tab"),
            ),
        ),
        ("instellingen.testen", "testen", (("POST", change, tab_views.try_tab, None),)),
        ("instellingen.geschiedenis", "geschiedenis/", (("GET", see, history_views.show_history, "history"),)),
        (
            "instellingen.versie",
            VERSION,
            (
                ("GET", see, history_views.show_version, "version"),
                ("POST", change, history_views.roll_back, "version"),
            ),
        ),
        ("instellingen.concept", "concept/", (("GET", see, draft_views.show_draft, "draft"),)),
        ("instellingen.concept.testen", "concept/testen", (("POST", change, draft_views.try_draft, None),)),
        ("instellingen.concept.activeren", "concept/activeren", (("POST", change, draft_views.activate_draft, None),)),
        ("instellingen.concept.intrekken", "concept/intrekken", (("POST", change, draft_views.withdraw_draft, None),)),
    )
    for name, pattern, views in pages:
        route = f"{product}.{name}"
        config.add_route(route, f"{ADDRESS}{product}/{pattern}", factory=product_factory(product))
        for method, permission, view, template in views:
            config.add_view(
                view,
                route_name=route,
                request_method=method,
                permission=permission,
                renderer=template and f"portaal:templates/settings/{template}.jinja2",
            )


def includeme(config: Configurator) -> None:
    config.registry["portaal.permissions"].declare(
        "portaal", [Permission(ANY_TAB, _("See the settings of one's products"))]
    )
    config.add_audit_titles(
        {
            "settings.save": _("Changed the settings of a product"),
            "settings.propose": _("Prepared a change of the settings of a product"),
            "settings.test": _("Tested a connection"),
            "settings.withdraw": _("Withdrew a prepared change of settings"),
            "settings.reseal": _("Sealed the secrets of settings under a new key"),
        }
    )
    config.add_directive("add_settings_tab", add_settings_tab)
    config.add_route("instellingen", ADDRESS, factory=SettingsContext)
    config.add_view(first_tab, route_name="instellingen", request_method="GET", permission=ANY_TAB)
