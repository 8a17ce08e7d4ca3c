"""The audit trail of a gemeente, for its auditor. Looking is free; taking along and searching by BSN leave a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import AfterValidator, BaseModel, StringConstraints

from portaal.access.resources import GemeenteContext
from portaal.audit import listing, pages
from portaal.audit.listing import Filters, read_filters
from portaal.audit.models import Outcome
from portaal.audit.trail import record, record_apart
from portaal.clock import today
from portaal.web import forms
from portaal.web.bsn_field import BSN_IN_TEXT, Bsn, without_bsn

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

BASE = "/g/{gemeentecode:[0-9]{4}}/audit"
PERMISSION = "audit:bekijken"
LONGEST_LIST = 1_000


class BsnSearch(BaseModel):
    """A citizen, and why somebody wants to know who looked."""

    bsn: Bsn
    aanleiding: Annotated[str, StringConstraints(min_length=5, max_length=200), AfterValidator(without_bsn)]
    vorm: Literal["pagina", "csv"] = "pagina"


def show_trail(context: GemeenteContext, request: Request) -> dict[str, Any]:
    """The lines of the gemeente, newest first, with filters."""
    scope, filters = listing.of_gemeente(context.code), read_filters(request.GET)
    actors = listing.actors(request.dbsession, scope)
    return {
        "gemeente": context.standing,
        "actor_options": actors,
        "chips": pages.chips(request, filters, dict(actors)),
        "export_href": request.route_path("audit_export", gemeentecode=context.code, _query=filters.query),
    } | pages.list_page(request, scope, filters)


def export_trail(context: GemeenteContext, request: Request) -> Response:
    """The same list as a file; that somebody took it along is itself in the trail."""
    filters = read_filters(request.GET)
    response = pages.export(
        request, f"audit-{context.code}-{today().isoformat()}", listing.of_gemeente(context.code), filters
    )
    record_apart(
        request,
        action="audit.export",
        outcome=Outcome.DONE,
        actor=request.identity.account_id,
        gemeentecode=context.code,
        details={"filters": filters.query},
    )
    return response


def ask_bsn(context: GemeenteContext, request: Request) -> dict[str, Any]:
    """The form: of whom, and why."""
    return {"gemeente": context.standing, "form": forms.empty(BsnSearch), "searched": False}


def search_bsn(context: GemeenteContext, request: Request) -> dict[str, Any] | Response:
    """Who looked at the data of this citizen. The answer has no address of its own: a BSN stands in none."""
    form = forms.parse(request, BsnSearch)
    if form.value is not None and form.value.bsn in re.sub("[^0-9]", "", form.value.aanleiding):
        form.add_error("aanleiding", BSN_IN_TEXT)  # also where it is part of something longer
    if form.value is None:
        request.response.status_int = 422
        return {"gemeente": context.standing, "form": form, "searched": False}
    wanted, subjects = form.value, request.registry["portaal.audit_subjects"]
    scope = sa.and_(listing.of_gemeente(context.code), listing.about_citizen(subjects.everywhere(wanted.bsn)))
    total = listing.count(request.dbsession, [scope])
    answer = _lines_as_file(request, scope) if wanted.vorm == "csv" else _lines_as_page(request, scope)
    record(
        request.dbsession,
        action="audit.search_bsn",
        outcome=Outcome.DONE,
        actor=request.identity.account_id,
        gemeentecode=context.code,
        details={"reason": wanted.aanleiding, "found": total, "form": wanted.vorm},
        subjects=[subjects.of(wanted.bsn)],
    )
    if isinstance(answer, dict):
        return answer | {"gemeente": context.standing, "form": form, "searched": True, "total": total}
    return answer


def _lines_as_file(request: Request, scope: listing.Condition) -> Response:
    return pages.export(request, f"audit-bsn-{today().isoformat()}", scope, Filters())


def _lines_as_page(request: Request, scope: listing.Condition) -> dict[str, Any]:
    return pages.lines_table(request, listing.lines(request.dbsession, [scope], limit=LONGEST_LIST))


def includeme(config: Configurator) -> None:
    config.add_route("audit", BASE, factory=GemeenteContext)
    config.add_route("audit_export", f"{BASE}/export", factory=GemeenteContext)
    config.add_route("audit_bsn", f"{BASE}/bsn", factory=GemeenteContext)
    config.add_view(
        show_trail,
        route_name="audit",
        request_method="GET",
        permission=PERMISSION,
        renderer="portaal:templates/audit/trail.jinja2",
    )
    config.add_view(export_trail, route_name="audit_export", request_method="GET", permission=PERMISSION)
    for method, view in (("GET", ask_bsn), ("POST", search_bsn)):
        config.add_view(
            view,
            route_name="audit_bsn",
            request_method=method,
            permission=PERMISSION,
            renderer="portaal:templates/audit/bsn.jinja2",
        )
