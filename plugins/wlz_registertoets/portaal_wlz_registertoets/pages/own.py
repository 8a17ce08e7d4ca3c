"""What one asked oneself."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from pydantic import AwareDatetime, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from portaal.api import _, audit, csv_response, page_count, read_page, today
from portaal_wlz_registertoets import words
from portaal_wlz_registertoets.consulting import PRODUCT
from portaal_wlz_registertoets.grounds import in_words
from portaal_wlz_registertoets.models import Raadpleging
from portaal_wlz_registertoets.outcome import Reason, WlzOutcome
from portaal_wlz_registertoets.pages import TEMPLATES
from portaal_wlz_registertoets.reports import AMSTERDAM

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.api import PluginConfigurator, ProductContext

PERMISSION = "wlz_registertoets:raadpleging:bekijken-eigen"
PAGE_SIZE = 50
MOST_EXPORTED = 10_000
EXPORT = f"{PRODUCT}.export_own"
HEADER = (
    _("When"),
    _("BSN (last two digits)"),
    _("Case"),
    _("Reason for asking"),
    _("Legal ground"),
    _("Day asked for"),
    _("Outcome"),
)


def _mine(request: Request) -> list[sa.ColumnElement[bool]]:
    return [Raadpleging.account_id == request.identity.account_id, Raadpleging.gemeentecode == request.context.code]


def _rows(request: Request, limit: int, offset: int = 0) -> Any:
    query = sa.select(*Raadpleging.__table__.columns).where(*_mine(request)).order_by(Raadpleging.asked_at.desc())
    return request.dbsession.execute(query.limit(limit).offset(offset)).all()


def show_own(context: ProductContext, request: Request) -> dict[str, Any]:
    """The newest first, page by page."""
    current = read_page(request.GET)
    total = request.dbsession.scalar(sa.select(sa.func.count()).select_from(Raadpleging).where(*_mine(request))) or 0
    return {
        "gemeente": context.gemeente,
        "rows": _rows(request, PAGE_SIZE, (current - 1) * PAGE_SIZE),
        "total": total,
        "first": (current - 1) * PAGE_SIZE + 1,
        "page": current,
        "pages": page_count(total, PAGE_SIZE),
        "most_exported": MOST_EXPORTED,
        "page_href": lambda number: request.current_route_path(_query={"pagina": number}),
        "ground_in_words": in_words,
        "outcomes": words.OUTCOMES,
        "kinds": words.OUTCOME_KINDS,
        "reasons": words.REASONS,
    }


def export_own(context: ProductContext, request: Request) -> Response:
    """The same as a file. That it was taken along is recorded."""
    translate = request.localizer.translate
    rows = [
        (
            f"{row.asked_at.astimezone(AMSTERDAM):%Y-%m-%d %H:%M:%S}", row.masked, row.zaakkenmerk, row.aanleiding,
            row.ground, row.peildatum, translate(words.OUTCOMES[row.outcome]) if row.outcome else "",
        )
        for row in _rows(request, MOST_EXPORTED)
    ]  # fmt: skip
    audit.record_apart(
        request, action=EXPORT, outcome=audit.Outcome.DONE, actor=request.identity.account_id,
        gemeentecode=context.code, product=PRODUCT, details={"rows": len(rows)},
    )  # fmt: skip
    return csv_response(request, f"raadplegingen-{today().isoformat()}", [translate(title) for title in HEADER], rows)


class OwnConsultation(BaseModel):
    """A consultation as a program gets it: no BSN, not even two digits of it."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    id: uuid.UUID
    gevraagd_op: AwareDatetime
    zaakkenmerk: str
    grondslag: str
    peildatum: date
    uitkomst: WlzOutcome | None
    reden: Reason | None


class OwnConsultations(BaseModel):
    """The newest first."""

    raadplegingen: list[OwnConsultation]


def own_as_json(context: ProductContext, request: Request) -> dict[str, Any]:
    """The same for a program, at most the last :data:`PAGE_SIZE`."""
    found = [
        OwnConsultation(
            id=row.id, gevraagd_op=row.asked_at, zaakkenmerk=row.zaakkenmerk, grondslag=row.ground,
            peildatum=row.peildatum, uitkomst=row.outcome, reden=row.reason,
        )
        for row in _rows(request, PAGE_SIZE)
    ]  # fmt: skip
    return OwnConsultations(raadplegingen=found).model_dump(mode="json", by_alias=True)


def includeme(config: PluginConfigurator) -> None:
    config.add_route("eigen", "eigen")
    config.add_route("eigen.export", "eigen/export")
    config.add_route("eigen.api", "api/v1/raadplegingen")
    config.add_view(
        show_own, route="eigen", permission=PERMISSION, request_method="GET", renderer=f"{TEMPLATES}/eigen.jinja2"
    )
    config.add_view(export_own, route="eigen.export", permission=PERMISSION, request_method="GET")
    config.add_view(own_as_json, route="eigen.api", permission=PERMISSION, request_method="GET", renderer="json")
