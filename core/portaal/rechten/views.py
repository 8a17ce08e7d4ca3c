"""The page with the table, and the page that says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound

from portaal.access.models import Role
from portaal.access.resources import GemeenteContext
from portaal.access.words import ROLE_TITLES
from portaal.rechten.explain import CORE, UnknownPermissionError, find_permission, roles_with
from portaal.rechten.matrix import ROLES, answer_for, holders, sections

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

PERMISSION = "rechten:bekijken"
ADDRESS = "/g/{gemeentecode:[0-9]{4}}/rechten"


def show_matrix(context: GemeenteContext, request: Request) -> dict[str, Any]:
    """Gemeente x product x role."""
    return {
        "gemeente": context.standing,
        "roles": [(role, request.localizer.translate(ROLE_TITLES[role])) for role in ROLES],
        "sections": sections(request.registry, request.identity, context.standing),
    }


def show_why(context: GemeenteContext, request: Request) -> dict[str, Any]:
    """One cell: yes or no, the reason, and who has the role."""
    try:
        role = Role(request.matchdict["role"])
        owner, permission = find_permission(request.registry, request.matchdict["permission"])
    except (ValueError, UnknownPermissionError) as error:
        raise HTTPNotFound() from error
    if role not in ROLES:
        raise HTTPNotFound()
    return {
        "gemeente": context.standing,
        "product": "" if owner == CORE else request.registry["portaal.plugins"].title_of(owner),
        "permission": permission,
        "role": ROLE_TITLES[role],
        "answer": answer_for(request.registry, request.identity, context.standing, owner, permission, role),
        "roles_with": roles_with(permission),
        "people": holders(request.dbsession, context.code, owner, role),
    }


def includeme(config: Configurator) -> None:
    config.add_route("rechten", ADDRESS, factory=GemeenteContext)
    config.add_route("rechten_waarom", ADDRESS + "/{permission}/{role}", factory=GemeenteContext)
    for route, view, template in (("rechten", show_matrix, "matrix"), ("rechten_waarom", show_why, "waarom")):
        config.add_view(
            view,
            route_name=route,
            request_method="GET",
            permission=PERMISSION,
            renderer=f"portaal:templates/rechten/{template}.jinja2",
        )
