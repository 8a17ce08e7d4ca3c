"""Can this person open that page? Asked of the route's own view: no menu repeats a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.interfaces import IRoutesMapper
from pyramid.security import NO_PERMISSION_REQUIRED

from portaal.access.resources import Root

if TYPE_CHECKING:
    from pyramid.request import Request


def may_open(request: Request, route_name: str, **matchdict: str) -> bool:
    """Whether a GET of a route would let this person in.

    False for a route that does not exist, and for a product that is not active.
    """
    route = request.registry.getUtility(IRoutesMapper).get_route(route_name)
    if route is None:
        return False
    permission = get_permission(request, route_name)
    if permission is None:
        return False
    if permission == NO_PERMISSION_REQUIRED:
        return True
    context = route_context(request, route, matchdict)
    return context is not None and bool(request.has_permission(permission, context))


def route_context(request: Request, route: Any, matchdict: dict[str, str]) -> Any:
    """The resource a route leads to, or None where there is none for this person."""
    factory = route.factory
    if factory is None:
        return Root(request)
    lookalike = RouteRequest(request, matchdict)
    try:
        return factory(lookalike)
    except HTTPNotFound:
        return None


class RouteRequest:
    """A request as a resource factory sees it, for another page than the present one."""

    def __init__(self, request: Request, matchdict: dict[str, str]) -> None:
        self._request = request
        self.matchdict = matchdict

    def __getattr__(self, name: str) -> Any:
        return getattr(self._request, name)


def get_permission(request: Request, route_name: str) -> str | None:
    """The permission of the GET view of a route, from Pyramid's own introspection; None where there is no such view."""
    permissions: dict[str, str] = request.registry["portaal.get_permissions"]
    return permissions.get(route_name)


def collect_permissions(event: Any) -> None:
    """Look once, when the application is made."""
    registry = event.app.registry
    found: dict[str, str] = {}
    for item in registry.introspector.get_category("views") or ():
        view = item["introspectable"]
        methods = view["request_methods"] or ("GET",)
        if view["route_name"] and "GET" in methods:
            for related in item["related"]:
                if related.category_name == "permissions":
                    found[view["route_name"]] = related["value"]
    registry["portaal.get_permissions"] = found


def includeme(config: Any) -> None:
    config.registry["portaal.get_permissions"] = {}
    config.add_subscriber(collect_permissions, "pyramid.events.ApplicationCreated")
