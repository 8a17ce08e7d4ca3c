"""The Servicedesk's gemeenten: the list, one gemeente, and adding one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther

from portaal.access.models import Role
from portaal.access.names import account_names
from portaal.frame.flash import flash
from portaal.organisations.activation import active_products
from portaal.organisations.models import Gemeente
from portaal.plugins.activation import ActivationRefusedError, activations
from portaal.roles.errors import NotPossibleError
from portaal.roles.grants import holders
from portaal.servicedesk import agreements, gemeenten, organisations
from portaal.servicedesk.gemeenten import GemeenteForm
from portaal.web import forms
from portaal.web.addresses import read_page
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

PERMISSION = "servicedesk:beheren"
GEMEENTE = "/servicedesk/gemeenten/{gemeentecode:[0-9]{4}}"
TEMPLATES = "portaal:templates/servicedesk"
CONFIRM = "bevestigen"


def list_gemeenten(request: Request) -> dict[str, Any]:
    """All gemeenten, and who waits where nobody can help them."""
    text = request.GET.get("q", "").strip()[:80]
    page = read_page(request.GET)
    return {
        "text": text,
        "page": page,
        "found": gemeenten.find_gemeenten(request.dbsession, text, page),
        "first": (page - 1) * gemeenten.PAGE_SIZE + 1,
        "page_href": lambda number: request.route_path("servicedesk", _query={"q": text, "pagina": number}),
        "waiting": gemeenten.waiting_for_a_gebruikersbeheerder(request.dbsession),
    }


def show_gemeente(request: Request) -> dict[str, Any]:
    """One gemeente: agreements, products, organisations, and who manages its users."""
    gemeente = this_gemeente(request)
    code = gemeente.gemeentecode
    active = active_products(request.dbsession, code)
    register = agreements.register(request.dbsession, code)
    recorders = [noted.agreement.recorded_by for noted in register if noted.agreement and noted.agreement.recorded_by]
    return {
        "gemeente": gemeente,
        "register": register,
        "recorders": account_names(request.dbsession, recorders),
        "products": [(plugin.info, plugin.name in active) for plugin in request.registry["portaal.plugins"].products],
        "links": organisations.links(request.dbsession, code),
        "gebruikersbeheerders": holders(request.dbsession, Role.GEBRUIKERSBEHEERDER, code),
        "auditors": holders(request.dbsession, Role.AUDITOR, code),
    }


def new_gemeente(request: Request) -> dict[str, Any]:
    """The form for a gemeente that is not there yet."""
    return {"form": forms.empty(GemeenteForm)}


def add_gemeente(request: Request) -> dict[str, Any] | Response:
    """Add a gemeente."""
    form = forms.parse(request, GemeenteForm)
    if form.value is not None:
        try:
            gemeente = gemeenten.add_gemeente(request.dbsession, form.value, request.identity.account_id)
        except NotPossibleError as reason:
            form.add_error("gemeentecode", reason.message)
        else:
            flash(request, "ok", _("The gemeente has been added."))
            return to_gemeente(request, gemeente.gemeentecode)
    request.response.status_int = 422
    return {"form": form}


def switch_product_on(request: Request) -> Response:
    """Activate a product for a gemeente; what stands in the way is said."""
    code, product = _installed_product(request)
    try:
        activations(request.registry).activate(request.dbsession, code, product, request.identity.account_id)
    except ActivationRefusedError as refused:
        for obstacle in refused.obstacles:
            flash(request, "error", obstacle)
    else:
        flash(request, "ok", _("The product is active for this gemeente."))
    return to_gemeente(request, code)


def confirm_switch_off(request: Request) -> dict[str, Any]:
    """Ask before a gemeente loses a product."""
    code, product = _installed_product(request)
    if product not in active_products(request.dbsession, code):
        raise HTTPNotFound()
    gemeente = this_gemeente(request)
    named = {"product": request.registry["portaal.plugins"].title_of(product), "gemeente": gemeente.naam}
    return {
        "title": _("Deactivate ${product} for ${gemeente}", mapping=named),
        "consequence": _("Nobody of ${gemeente} can use ${product} from then on. Its data are kept.", mapping=named),
        "act": _("Deactivate"),
        "back": request.route_path("servicedesk_gemeente", gemeentecode=code),
        "back_title": gemeente.naam,
    }


def switch_product_off(request: Request) -> Response:
    """Deactivate a product for a gemeente."""
    code, product = _installed_product(request)
    activations(request.registry).deactivate(request.dbsession, code, product, request.identity.account_id)
    flash(request, "ok", _("The product is no longer active for this gemeente. Its data are kept."))
    return to_gemeente(request, code)


def _installed_product(request: Request) -> tuple[str, str]:
    """The gemeente and the product of the address.

    :raises HTTPNotFound: there is no such gemeente, or no such product that is ready.
    """
    product = request.matchdict["product"]
    if product not in [plugin.name for plugin in request.registry["portaal.plugins"].products]:
        raise HTTPNotFound()
    return this_gemeente(request).gemeentecode, product


def this_gemeente(request: Request) -> Gemeente:
    """The gemeente of the address.

    :raises HTTPNotFound: there is none with that code.
    """
    gemeente: Gemeente | None = request.dbsession.get(Gemeente, request.matchdict["gemeentecode"])
    if gemeente is None:
        raise HTTPNotFound()
    return gemeente


def to_gemeente(request: Request, code: str) -> Response:
    """Back to the page of a gemeente."""
    return HTTPSeeOther(request.route_url("servicedesk_gemeente", gemeentecode=code))


def includeme(config: Configurator) -> None:
    config.add_route("servicedesk", "/servicedesk")
    config.add_route("servicedesk_gemeente_nieuw", "/servicedesk/gemeenten/nieuw")
    config.add_route("servicedesk_gemeente", GEMEENTE)
    config.add_route("servicedesk_product_activeren", GEMEENTE + "/producten/{product}/activeren")
    config.add_route("servicedesk_product_deactiveren", GEMEENTE + "/producten/{product}/deactiveren")
    views = (
        ("servicedesk", "GET", list_gemeenten, "gemeenten"),
        ("servicedesk_gemeente_nieuw", "GET", new_gemeente, "gemeente_nieuw"),
        ("servicedesk_gemeente_nieuw", "POST", add_gemeente, "gemeente_nieuw"),
        ("servicedesk_gemeente", "GET", show_gemeente, "gemeente"),
        ("servicedesk_product_activeren", "POST", switch_product_on, ""),
        ("servicedesk_product_deactiveren", "GET", confirm_switch_off, CONFIRM),
        ("servicedesk_product_deactiveren", "POST", switch_product_off, ""),
    )
    add_views(config, views)


def add_views(config: Configurator, views: Any) -> None:
    """Views of the desk: (route, method, view, template name or nothing)."""
    for route, method, view, template in views:
        config.add_view(
            view,
            route_name=route,
            request_method=method,
            permission=PERMISSION,
            renderer=f"{TEMPLATES}/{template}.jinja2" if template else None,
        )
