"""The reports for the auditor, each as a page with a chart, as a file, and fit to be printed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, model_validator

from portaal.api import (
    Day,
    _,
    account_names,
    audit,
    charts,
    csv_response,
    forms,
    gemeente_people,
    now,
    product_settings,
    today,
)
from portaal_wlz_registertoets import reports, words
from portaal_wlz_registertoets.consulting import PRODUCT
from portaal_wlz_registertoets.forms import FIRST_DAY, LongText
from portaal_wlz_registertoets.grounds import in_words
from portaal_wlz_registertoets.models import Flag
from portaal_wlz_registertoets.pages import TEMPLATES
from portaal_wlz_registertoets.reports import MonthReport, OfficeHours, PersonReport
from portaal_wlz_registertoets.settings import Settings

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.api import PluginConfigurator, ProductContext

PERMISSION = "wlz_registertoets:verantwoording:bekijken"
REPORT = f"{PRODUCT}.report"
EXPORT = f"{PRODUCT}.export_report"
FLAGS = {Flag.EIGEN: _("Own BSN"), Flag.COLLEGA: _("Colleague")}
MONTH_HEADER = (
    _("Person"), _("Consultations"), _("Outside office hours"), _("In lists"), _("Not determined"),
    _("Own BSN or colleague"), _("Most on one day"),
)  # fmt: skip
CITIZENS_HEADER = (_("Citizen (hash)"), _("Times"), _("By how many people"))
PEAKS_HEADER = (_("Person"), _("Day"), _("Consultations"))
PERSON_HEADER = (
    _("When"), _("Outside office hours"), _("Citizen (hash)"), _("Legal ground"), _("Reason for asking"), _("Case"),
    _("Day asked for"), _("Outcome"), _("Decision shown"), _("Flag"),
)  # fmt: skip


class PersonReportForm(BaseModel):
    """Whose consultations, of when, and why the auditor wants to see them."""

    persoon: uuid.UUID
    van: Day
    tot: Day
    aanleiding: LongText
    vorm: Literal["pagina", "csv"] = "pagina"

    @model_validator(mode="after")
    def _a_year_at_most(self) -> PersonReportForm:
        if not timedelta() <= self.tot - self.van <= reports.LONGEST_PERIOD:
            raise forms.FieldError(_("Choose a period of at most one year, with the first day first."))
        return self


def show_month(context: ProductContext, request: Request) -> dict[str, Any]:
    """The general report of a month."""
    first = _month(request)
    report = reports.month_report(request.dbsession, context.code, first, _office(request))
    return {
        "gemeente": context.gemeente,
        "report": report,
        "names": account_names(request.dbsession, [person.account_id for person in report.people]),
        "months": [
            (month.strftime("%Y-%m"), month.strftime("%m-%Y"))
            for month in reports.months_with_consultations(request.dbsession, context.code, today())
        ],
        "month": first.strftime("%Y-%m"),
        "chart": _chart(request, report),
        "office": _office(request),
        "made_at": now(),
        "ground_in_words": in_words,
        "outcomes": words.OUTCOMES,
        "reasons": words.REASONS,
        "flags": FLAGS,
    }


def export_month(context: ProductContext, request: Request) -> Response:
    """One of the tables of the month as a file."""
    first, part = _month(request), request.GET.get("deel")
    part = part if part in PARTS else "personen"
    report = reports.month_report(request.dbsession, context.code, first, _office(request))
    header, rows_of = PARTS[part]
    rows = rows_of(report, account_names(request.dbsession, [person.account_id for person in report.people]))
    audit.record_apart(
        request, action=EXPORT, outcome=audit.Outcome.DONE, actor=request.identity.account_id,
        gemeentecode=context.code, product=PRODUCT, details={"month": first.strftime("%Y-%m"), "kind": part},
    )  # fmt: skip
    return csv_response(request, f"wlz-{part}-{first:%Y-%m}", _translated(request, header), rows)


Names = Mapping[uuid.UUID, str]
Table = list[tuple[Any, ...]]


def _person_rows(report: MonthReport, names: Names) -> Table:
    return [
        (
            names.get(person.account_id, person.account_id), person.total, person.outside, person.in_lists,
            person.undetermined, person.flagged, person.busiest,
        )
        for person in report.people
    ]  # fmt: skip


def _citizen_rows(report: MonthReport, names: Names) -> Table:
    return [(one.digest, one.times, one.people) for one in report.most_asked]


def _peak_rows(report: MonthReport, names: Names) -> Table:
    return [(names.get(peak.account_id, peak.account_id), peak.day, peak.times) for peak in report.peaks]


PARTS: dict[str, tuple[tuple[Any, ...], Callable[[MonthReport, Names], Table]]] = {
    "personen": (MONTH_HEADER, _person_rows),
    "inwoners": (CITIZENS_HEADER, _citizen_rows),
    "pieken": (PEAKS_HEADER, _peak_rows),
}


def ask_person(context: ProductContext, request: Request) -> dict[str, Any]:
    """The form of the specific report."""
    form = forms.empty(PersonReportForm, van=today() - timedelta(days=30), tot=today())
    return _person_page(request, form)


def show_person(context: ProductContext, request: Request) -> dict[str, Any] | Response:
    """The specific report. That it was asked for, and why, is recorded first."""
    form = forms.parse(request, PersonReportForm)
    if form.value is None:
        request.response.status_int = 422
        return _person_page(request, form)
    wanted = form.value
    office = _office(request)
    report = reports.person_report(request.dbsession, context.code, wanted.persoon, wanted.van, wanted.tot, office)
    audit.record(
        request.dbsession, action=REPORT, outcome=audit.Outcome.DONE, actor=request.identity.account_id,
        gemeentecode=context.code, product=PRODUCT, object_kind="account", object_id=wanted.persoon,
        details={
            "from": wanted.van.isoformat(), "to": wanted.tot.isoformat(), "reason": wanted.aanleiding,
            "found": len(report.rows), "form": wanted.vorm,
        },
    )  # fmt: skip
    if wanted.vorm == "csv":
        return _person_csv(request, report)
    name = account_names(request.dbsession, [wanted.persoon]).get(wanted.persoon, "")
    return _person_page(request, form) | {
        "report": report,
        "name": name,
        "wanted": wanted,
        "chart": _hours_chart(request, report),
        "office": office,
        "made_at": now(),
        "ground_in_words": in_words,
        "outcomes": words.OUTCOMES,
        "kinds": words.OUTCOME_KINDS,
        "flags": FLAGS,
    }


def _person_page(request: Request, form: forms.Form[PersonReportForm]) -> dict[str, Any]:
    return {
        "gemeente": request.context.gemeente,
        "form": form,
        "people": _people(request),
        "report": None,
    }


def _people(request: Request) -> list[tuple[uuid.UUID, str]]:
    """Who has a role now, and who asked and has none any more: leaving is no way out of being accounted for."""
    asked = reports.people_who_asked(request.dbsession, request.context.code)
    found = account_names(request.dbsession, asked) | dict(gemeente_people(request.dbsession, request.context.code))
    return sorted(found.items(), key=lambda item: item[1].casefold())


def _person_csv(request: Request, report: PersonReport) -> Response:
    translate = request.localizer.translate
    table = [
        (
            f"{row.asked_at.astimezone(reports.AMSTERDAM):%Y-%m-%d %H:%M:%S}",
            translate(_("Yes")) if row.id in report.outside else "",
            row.digest[: reports.SHORT_HASH], row.ground, row.aanleiding, row.zaakkenmerk, row.peildatum,
            translate(words.OUTCOMES[row.outcome]) if row.outcome else "",
            translate(_("Yes")) if row.decision_shown else "",
            translate(FLAGS[row.flag]) if row.flag else "",
        )
        for row in report.rows
    ]  # fmt: skip
    return csv_response(request, "wlz-raadplegingen-persoon", _translated(request, PERSON_HEADER), table)


def _chart(request: Request, report: MonthReport) -> charts.Chart:
    translate = request.localizer.translate
    days = [report.first + timedelta(days=place) for place in range(report.days)]
    by_day = [sum(pair) for pair in zip(report.inside_by_day, report.outside_by_day, strict=True)]
    busiest = max(range(report.days), key=by_day.__getitem__)
    summary = _(
        "Consultations: ${total}, of which ${outside} outside office hours. The busiest day was ${day} with ${most}.",
        mapping={
            "total": report.total, "outside": report.outside, "day": days[busiest].strftime("%d-%m-%Y"),
            "most": by_day[busiest],
        },
    )  # fmt: skip
    if not report.total:
        summary = _("There were no consultations.")
    return charts.Chart(
        title=translate(_("Consultations per day")),
        summary=translate(summary),
        axis=translate(_("Day")),
        labels=[str(day.day) for day in days],
        series=[
            charts.Series(translate(_("In office hours")), report.inside_by_day),
            charts.Series(translate(_("Outside office hours")), report.outside_by_day),
        ],
    )


def _hours_chart(request: Request, report: PersonReport) -> charts.Chart:
    translate = request.localizer.translate
    inside, outside = [0] * 24, [0] * 24
    for row in report.rows:
        hour = row.asked_at.astimezone(reports.AMSTERDAM).hour
        (outside if row.id in report.outside else inside)[hour] += 1
    return charts.Chart(
        title=translate(_("Consultations per hour of the day")),
        summary=translate(
            _("${inside} in office hours, ${outside} outside.",
              mapping={"inside": sum(inside), "outside": sum(outside)})
        ),
        axis=translate(_("Hour")),
        labels=[str(hour) for hour in range(24)],
        series=[
            charts.Series(translate(_("In office hours")), inside),
            charts.Series(translate(_("Outside office hours")), outside),
        ],
    )  # fmt: skip


def _month(request: Request) -> date:
    """The first day of the month in the address; this month where that makes no sense."""
    try:
        first = date.fromisoformat(f"{request.GET.get('maand', '')}-01")
    except ValueError:
        first = today()
    return max(min(first, today()), FIRST_DAY).replace(day=1)


def _office(request: Request) -> OfficeHours:
    settings = product_settings(request, Settings)
    return OfficeHours(settings.office_start, settings.office_end)


def _translated(request: Request, header: tuple[Any, ...]) -> list[str]:
    return [request.localizer.translate(title) for title in header]


def includeme(config: PluginConfigurator) -> None:
    config.add_route("verantwoording", "verantwoording")
    config.add_route("verantwoording.export", "verantwoording/export")
    config.add_route("verantwoording.persoon", "verantwoording/persoon")
    for route, method, view, template in (
        ("verantwoording", "GET", show_month, "maand"),
        ("verantwoording.export", "GET", export_month, ""),
        ("verantwoording.persoon", "GET", ask_person, "persoon"),
        ("verantwoording.persoon", "POST", show_person, "persoon"),
    ):
        config.add_view(
            view, route=route, permission=PERMISSION, request_method=method,
            renderer=f"{TEMPLATES}/{template}.jinja2" if template else None,
        )  # fmt: skip
