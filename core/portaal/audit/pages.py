"""What the pages of the audit trail have in common: a filtered list, page by page, and the same list as a file."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from portaal.audit import listing
from portaal.audit.details import detail_words, object_words
from portaal.audit.listing import PAGE_SIZE, Condition, Filters
from portaal.audit.words import OUTCOME_KINDS, OUTCOMES
from portaal.clock import AMSTERDAM
from portaal.web.addresses import page_count
from portaal.web.i18n import _
from portaal.web.spreadsheet import csv_response

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

CSV_HEADER = (
    _("Number"), _("When"), _("Act"), _("Description"), _("Outcome"), _("Who"), _("Name"), _("Roles"), _("Level"),
    _("Gemeente"), _("Product"), _("Kind of object"), _("Object"), _("Legal ground"), _("Details"), _("Session"),
    _("Address"), _("Request"), _("Line"),
)  # fmt: skip


def list_page(request: Request, scope: Condition, filters: Filters) -> dict[str, Any]:
    """The variables of a list: the lines of this page and all that the filters need."""
    conditions = [scope, *filters.conditions]
    total = listing.count(request.dbsession, conditions)
    offset = (filters.page - 1) * PAGE_SIZE
    found = listing.lines(request.dbsession, conditions, offset=offset, limit=PAGE_SIZE)
    actions, products = listing.choices(request.dbsession, scope)
    title_of = request.registry["portaal.plugins"].title_of
    return {
        "filters": filters,
        "total": total,
        "first": offset + 1,
        "pages": page_count(total, PAGE_SIZE),
        "most_exported": listing.MOST_EXPORTED,
        "action_options": sorted(((action, action_title(request, action)) for action in actions), key=lambda o: o[1]),
        "product_options": [(product, title_of(product)) for product in products],
        "outcome_options": list(OUTCOMES.items()),
        "page_href": lambda page: request.current_route_path(_query=filters.at_page(page).query),
    } | lines_table(request, found)


def lines_table(request: Request, found: Sequence[Any]) -> dict[str, Any]:
    """What ``templates/audit/lines.jinja2`` shows."""
    return {
        "lines": found,
        "names": listing.names(request.dbsession, found),
        "action_title": lambda action: action_title(request, action),
        "product_title": request.registry["portaal.plugins"].title_of,
        "object_words": partial(object_words, request),
        "detail_words": partial(detail_words, request),
        "outcomes": OUTCOMES,
        "outcome_kinds": OUTCOME_KINDS,
    }


def export(
    request: Request, name: str, scope: Condition, filters: Filters, *, origin_of: uuid.UUID | None = None
) -> Response:
    """The filtered list as CSV, at most :data:`~portaal.audit.listing.MOST_EXPORTED` lines.

    :param origin_of: from where something was done is told of this person's own acts only; None: of everybody's.
    """
    found = listing.lines(request.dbsession, [scope, *filters.conditions], limit=listing.MOST_EXPORTED)
    who = listing.names(request.dbsession, found)
    translate = request.localizer.translate
    rows = [
        (
            line.seq,
            line.at.astimezone(AMSTERDAM).isoformat(timespec="milliseconds"),
            line.action,
            action_title(request, line.action),
            translate(OUTCOMES[line.outcome]),
            line.actor,
            who.get(str(line.actor), ""),
            line.roles,
            line.level,
            line.gemeentecode,
            line.product,
            line.object_kind,
            line.object_id,
            line.purpose,
            json.dumps(line.details, ensure_ascii=False, sort_keys=True) if line.details else "",
            *((line.session, line.address, line.request_id) if origin_of in (None, line.actor) else ("", "", "")),
            line.id,
        )
        for line in found
    ]
    return csv_response(request, name, [translate(title) for title in CSV_HEADER], rows)


def action_title(request: Request, action: str) -> str:
    """What an action is called; its code where nobody gave it a title."""
    title = request.registry["portaal.audit_titles"].get(action, action)
    return str(request.localizer.translate(title))


def chips(request: Request, filters: Filters, actor_names: dict[str, str]) -> list[dict[str, Any]]:
    """The filters that are on, each with the address of the list without it."""
    shown = {
        "van": _("From ${day}", mapping={"day": filters.since.strftime("%d-%m-%Y")}) if filters.since else "",
        "tot": _("Up to ${day}", mapping={"day": filters.until.strftime("%d-%m-%Y")}) if filters.until else "",
        "wie": actor_names.get(str(filters.actor), _("An unknown person")) if filters.actor else "",
        "handeling": action_title(request, filters.action) if filters.action else "",
        "product": request.registry["portaal.plugins"].title_of(filters.product) if filters.product else "",
        "uitkomst": OUTCOMES[filters.outcome] if filters.outcome else "",
        "over": _("About ${id}", mapping={"id": filters.about}) if filters.about else "",
    }
    query = filters.at_page(1).query
    return [
        {
            "label": label,
            "href": request.current_route_path(_query={key: value for key, value in query.items() if key != name}),
        }
        for name, label in shown.items()
        if label
    ]
