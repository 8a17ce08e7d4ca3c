"""The list of messages: filters, sorting and pages all stand in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from translationstring import TranslationString

from portaal.audit import Outcome, record_apart
from portaal.berichtenverkeer.mailbox.listing import (
    MOST_EXPORTED,
    PAGE_SIZE,
    PAGE_SIZES,
    ExportedRow,
    Filters,
    Sorting,
    export_messages,
    find_reference,
    list_messages,
)
from portaal.berichtenverkeer.pages.common import (
    DIRECTION_WORDS,
    DIRECTIONS,
    KINDS,
    page_variables,
    product_path,
)
from portaal.berichtenverkeer.tracking.models import Direction
from portaal.berichtenverkeer.tracking.states import GLOSSARY, State
from portaal.bsn import contains_bsn, redact
from portaal.clock import AMSTERDAM, today
from portaal.web.addresses import as_id, read_page
from portaal.web.dates import day_in_address
from portaal.web.i18n import _
from portaal.web.spreadsheet import csv_response

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.access.resources import ProductContext

_LONGEST_TEXT = 100
_BSN_ASKED = "bsn"
CSV_HEADER = (
    _("Time"), _("Direction"), _("Message type"), _("Kind"), _("Provider"), _("File"), _("Identification"), _("Dated"),
    _("Own reference"), _("Status"), _("Reference number"),
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """A link of the list: a tab, or a filter to take away."""

    label: TranslationString | str
    href: str
    current: bool = False


def show_list(context: ProductContext, request: Request) -> Any:
    """The messages that fit the filters of the address."""
    if contains_bsn(request.GET.get("q", "")):
        return _away_from_bsn(context, request)
    filters = read_filters(request.GET)
    reference = as_id(filters.text)
    exact = reference and find_reference(request.dbsession, context.code, context.product, reference)
    if exact:
        return HTTPSeeOther(product_path(context, request, "bericht", message_id=exact))
    page = list_messages(request.dbsession, context.code, context.product, filters)
    links = _Links(context, request, filters)
    return page_variables(context, request) | {
        "filters": filters,
        "page": page,
        "bsn_refused": request.GET.get("geweigerd") == _BSN_ASKED,
        "tabs": [
            Choice(_("All messages"), links.with_(direction=None), filters.direction is None),
            *(
                Choice(label, links.with_(direction=direction), filters.direction is direction)
                for direction, label in DIRECTIONS.items()
            ),
        ],
        "type_options": [(name, name) for name in page.types],
        "states": [(state.value, meaning.label) for state, meaning in GLOSSARY.items()],
        "kinds": KINDS,
        "chips": links.chips(),
        "clear_href": links.clear(),
        "sort_columns": {sorting.value: links.sort(sorting) for sorting in Sorting},
        "page_href": lambda number: links.with_(page=number),
        "sizes": [Choice(str(size), links.with_(size=size), filters.size == size) for size in PAGE_SIZES],
        "query": query_of(filters),
        "most_exported": MOST_EXPORTED,
    }


def export_list(context: ProductContext, request: Request) -> Response:
    """The whole list that fits the filters, as CSV. That somebody took it along is noted."""
    if contains_bsn(request.GET.get("q", "")):
        return _away_from_bsn(context, request)
    filters = read_filters(request.GET)
    rows = export_messages(request.dbsession, context.code, context.product, filters)
    translate = request.localizer.translate
    record_apart(
        request,
        action="message.export",
        outcome=Outcome.DONE,
        actor=request.identity.account_id,
        gemeentecode=context.code,
        product=context.product,
        details={"filters": query_of(replace(filters, page=1, size=PAGE_SIZE)), "rows": len(rows)},
    )
    return csv_response(
        request,
        f"berichten-{context.product}-{context.code}-{today().isoformat()}",
        [translate(title) for title in CSV_HEADER],
        ([redact(cell) for cell in _cells(row, translate)] for row in rows),
    )


def _away_from_bsn(context: ProductContext, request: Request) -> Response:
    """To the list without the number in the address, where history and logs would keep it."""
    return HTTPSeeOther(product_path(context, request, "berichten", _query={"geweigerd": _BSN_ASKED}))


def _cells(row: ExportedRow, translate: Callable[[TranslationString], str]) -> tuple[str, ...]:
    return (
        row.created_at.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M:%S"),
        translate(DIRECTION_WORDS[row.direction]),
        row.berichttype,
        translate(KINDS[row.kind]),
        row.counterparty,
        row.file_name,
        row.identificatie,
        row.dagtekening.isoformat() if row.dagtekening else "",
        row.own_reference,
        translate(GLOSSARY[row.state].label),
        row.reference_id,
    )


def explain_states(context: ProductContext, request: Request) -> dict[str, Any]:
    """What each status means, and what to do then."""
    return page_variables(context, request)


def read_filters(query: Mapping[str, str]) -> Filters:
    """The filters in an address. What makes no sense there, as nobody typed it, does not count."""
    return Filters(
        direction=_member(Direction, query.get("richting")),
        berichttype=query.get("type", "")[:30],
        state=_member(State, query.get("status")),
        since=day_in_address(query.get("van", "")),
        until=day_in_address(query.get("tot", "")),
        text=query.get("q", "").strip()[:_LONGEST_TEXT],
        sorting=_member(Sorting, query.get("sorteer")) or Sorting.TIJD,
        ascending=query.get("volgorde") == "op",
        size=next((size for size in PAGE_SIZES if str(size) == query.get("aantal")), PAGE_SIZE),
        page=read_page(query),
    )


def query_of(filters: Filters) -> dict[str, str]:
    """The address's part for these filters; the reverse of :func:`read_filters`."""
    parts = {
        "richting": filters.direction or "",
        "type": filters.berichttype,
        "status": filters.state or "",
        "van": filters.since.isoformat() if filters.since else "",
        "tot": filters.until.isoformat() if filters.until else "",
        "q": filters.text,
        "sorteer": "" if filters.sorting is Sorting.TIJD else filters.sorting,
        "volgorde": "op" if filters.ascending else "",
        "aantal": str(filters.size) if filters.size != PAGE_SIZE else "",
        "pagina": str(filters.page) if filters.page > 1 else "",
    }
    return {name: str(value) for name, value in parts.items() if value}


class _Links:
    """Addresses of the same list with something changed."""

    def __init__(self, context: ProductContext, request: Request, filters: Filters) -> None:
        self._context = context
        self._request = request
        self._filters = filters

    def with_(self, **changes: Any) -> str:
        changed = replace(self._filters, **({"page": 1} | changes))
        return product_path(self._context, self._request, "berichten", _query=query_of(changed))

    def clear(self) -> str:
        kept = Filters(direction=self._filters.direction, size=self._filters.size)
        return product_path(self._context, self._request, "berichten", _query=query_of(kept))

    def sort(self, sorting: Sorting) -> dict[str, str]:
        """How a column's head looks: sorted or not, and where its link leads."""
        if self._filters.sorting is not sorting:
            return {"sort": "", "href": self.with_(sorting=sorting, ascending=sorting is not Sorting.TIJD)}
        ascending = self._filters.ascending
        href = self.with_(ascending=not ascending)
        return {"sort": "ascending" if ascending else "descending", "href": href}

    def chips(self) -> list[Choice]:
        filters = self._filters
        found: list[Choice] = []
        if filters.text:
            found.append(Choice(_("Search: ${text}", mapping={"text": filters.text}), self.with_(text="")))
        if filters.berichttype:
            found.append(Choice(filters.berichttype, self.with_(berichttype="")))
        if filters.state:
            found.append(Choice(GLOSSARY[filters.state].label, self.with_(state=None)))
        for name, label in (("since", _("From ${day}")), ("until", _("Up to and including ${day}"))):
            day = getattr(filters, name)
            if day:
                found.append(Choice(label % {"day": day.strftime("%d-%m-%Y")}, self.with_(**{name: None})))
        return found


def _member(kind: Any, value: str | None) -> Any:
    return kind(value) if value in set(kind) else None
