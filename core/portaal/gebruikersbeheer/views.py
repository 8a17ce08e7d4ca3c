"""The people of a gemeente: the list, and one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pyramid.httpexceptions import HTTPNotFound

from portaal.access.models import Role
from portaal.access.resources import GemeenteContext
from portaal.access.words import ROLE_TITLES
from portaal.gebruikersbeheer import people
from portaal.gebruikersbeheer.access import is_last_gebruikersbeheerder
from portaal.gebruikersbeheer.people import Selection, Toestand
from portaal.gebruikersbeheer.wording import STATE_KINDS, STATE_TITLES
from portaal.onboarding.issuing import usable_code
from portaal.onboarding.models import CodeKind
from portaal.onboarding.profile import shown_phone
from portaal.roles.grants import last_day
from portaal.web import forms
from portaal.web.addresses import read_id, read_page
from portaal.web.dates import Day

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

PRODUCT_ROLE_OPTIONS = [(role.value, ROLE_TITLES[role]) for role in (Role.GEBRUIKER, Role.PRODUCTBEHEERDER)]


class RoleForm(BaseModel):
    """Which role somebody gets, and until when."""

    product: str
    rol: Role
    tot_en_met: Day | None = None


def list_people(context: GemeenteContext, request: Request) -> dict[str, Any]:
    """Everybody who registered for this gemeente."""
    selection = read_selection(request)
    found = people.find(request.dbsession, context.code, selection)
    return {
        "gemeente": context.standing,
        "selection": selection,
        "found": found,
        "counts": people.counts(request.dbsession, context.code),
        "first": (selection.page - 1) * people.PAGE_SIZE + 1,
        "page_href": lambda page: address(request, selection, page),
    } | wording(request)


def show_person(context: GemeenteContext, request: Request) -> dict[str, Any]:
    """One person: who it is, where they stand, their code and their roles."""
    return person_page(context, request, this_person(context, request), forms.empty(RoleForm))


def person_page(
    context: GemeenteContext,
    request: Request,
    person: people.Person,
    form: forms.Form[RoleForm],
    new_code: str = "",
) -> dict[str, Any]:
    """The page of a person.

    :param new_code: a code that was just issued; it is shown this once.
    """
    account = person.account
    products = installed_products(request, context.standing.active_products)
    return {
        "gemeente": context.standing,
        "person": person,
        "phone": shown_phone(account.telefoonnummer),
        "code": usable_code(request.dbsession, account.id, CodeKind.GEBRUIKER),
        "new_code": new_code,
        "form": form,
        "product_options": [(name, request.registry["portaal.plugins"].title_of(name)) for name in products],
        "role_options": PRODUCT_ROLE_OPTIONS,
        "path": lambda route, **parts: request.route_path(
            route, gemeentecode=context.code, account_id=account.id, **parts
        ),
        "is_self": account.id == request.identity.account_id,
        "is_last_gebruikersbeheerder": is_last_gebruikersbeheerder(request.dbsession, account.id, context.code),
    } | wording(request)


def wording(request: Request) -> dict[str, Any]:
    """How the templates name what they show."""
    return {
        "states": STATE_TITLES,
        "state_kinds": STATE_KINDS,
        "roles": ROLE_TITLES,
        "last_day": last_day,
        "title_of": request.registry["portaal.plugins"].title_of,
    }


def this_person(context: GemeenteContext, request: Request) -> people.Person:
    """The person of the address.

    :raises HTTPNotFound: nobody with that id has anything to do with this gemeente (ASVS 8.2.2).
    """
    person = people.get(request.dbsession, context.code, read_id(request, "account_id"))
    if person is None:
        raise HTTPNotFound()
    return person


def installed_products(request: Request, active: frozenset[str]) -> list[str]:
    """The active products that are there, in the order of their names."""
    return [plugin.name for plugin in request.registry["portaal.plugins"] if plugin.name in active]


def read_selection(request: Request) -> Selection:
    """The filters in the address; what makes no sense is left out."""
    state = request.GET.get("toestand", "")
    return Selection(
        text=request.GET.get("q", "").strip()[:100],
        toestand=Toestand(state) if state in set(Toestand) else None,
        page=read_page(request.GET),
    )


def address(request: Request, selection: Selection, page: int) -> str:
    """The list with the same filters, at another page."""
    query = {"q": selection.text, "toestand": selection.toestand or "", "pagina": page if page > 1 else ""}
    return request.current_route_path(_query={name: value for name, value in query.items() if value})


def includeme(config: Configurator) -> None:
    config.add_route("gebruikers", "/g/{gemeentecode:[0-9]{4}}/gebruikers", factory=GemeenteContext)
    config.add_view(
        list_people,
        route_name="gebruikers",
        request_method="GET",
        permission="gebruikers:beheren",
        renderer="portaal:templates/gebruikersbeheer/gebruikers.jinja2",
    )
    config.add_route("gebruiker", "/g/{gemeentecode:[0-9]{4}}/gebruikers/{account_id}", factory=GemeenteContext)
    config.add_view(
        show_person,
        route_name="gebruiker",
        request_method="GET",
        permission="gebruikers:beheren",
        renderer="portaal:templates/gebruikersbeheer/gebruiker.jinja2",
    )
