"""What one did and tried oneself, for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portaal.audit import listing, pages
from portaal.audit.listing import Filters, read_filters
from portaal.audit.models import Outcome
from portaal.audit.trail import record_apart
from portaal.clock import today

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

PERMISSION = "portaal:eigen-account"


def _filters(request: Request) -> Filters:
    """Only by day and outcome: the person is fixed."""
    filters = read_filters(request.GET)
    return Filters(since=filters.since, until=filters.until, outcome=filters.outcome, page=filters.page)


def show_own(request: Request) -> dict[str, Any]:
    """Somebody's own lines, newest first."""
    filters = _filters(request)
    return {
        "chips": pages.chips(request, filters, {}),
        "export_href": request.route_path("eigen_handelingen_export", _query=filters.query),
    } | pages.list_page(request, listing.of_person(request.dbsession, request.identity.account_id), filters)


def export_own(request: Request) -> Response:
    """The same list as a file; that it was taken along is itself in the trail."""
    me, filters = request.identity.account_id, _filters(request)
    name = f"eigen-handelingen-{today().isoformat()}"
    response = pages.export(request, name, listing.of_person(request.dbsession, me), filters, origin_of=me)
    record_apart(request, action="audit.export_own", outcome=Outcome.DONE, actor=me, details={"filters": filters.query})
    return response


def includeme(config: Configurator) -> None:
    config.add_route("eigen_handelingen", "/eigen-handelingen")
    config.add_route("eigen_handelingen_export", "/eigen-handelingen/export")
    config.add_view(
        show_own,
        route_name="eigen_handelingen",
        request_method="GET",
        permission=PERMISSION,
        renderer="portaal:templates/audit/own.jinja2",
    )
    config.add_view(export_own, route_name="eigen_handelingen_export", request_method="GET", permission=PERMISSION)
