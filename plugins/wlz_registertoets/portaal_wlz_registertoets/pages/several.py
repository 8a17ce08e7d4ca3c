"""Asking about several citizens: making a list, going on with it, and taking it along."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther

from portaal.api import (
    _,
    audit,
    between_transactions,
    csv_response,
    flash,
    forms,
    now,
    product_settings,
    read_id,
    secrecy,
    today,
)
from portaal_wlz_registertoets import lists, words
from portaal_wlz_registertoets.ciz.register import CizRegister
from portaal_wlz_registertoets.consulting import PRODUCT, AlreadyAskedError, Why, carry_out, conclude, refuse
from portaal_wlz_registertoets.forms import ListForm, refuse_mentions
from portaal_wlz_registertoets.limits import Limit, Limits, spend
from portaal_wlz_registertoets.models import Lijst
from portaal_wlz_registertoets.outcome import Reason
from portaal_wlz_registertoets.pages import TEMPLATES, asker_of, ground_options
from portaal_wlz_registertoets.pages.consult import LIMITS_REACHED
from portaal_wlz_registertoets.settings import Settings, register_of

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.api import PluginConfigurator, ProductContext

PERMISSION = "wlz_registertoets:raadpleging:meerdere"
SECONDS_AT_ONCE = 3.0
HEADER = (_("Line"), _("BSN"), _("Outcome"), _("Explanation"), _("Register of"))


def show_lists(context: ProductContext, request: Request) -> dict[str, Any]:
    """The open lists, and an empty form for a new one."""
    return _form_page(request, forms.empty(ListForm, vraag=uuid.uuid4(), peildatum=today()))


def make_list(context: ProductContext, request: Request) -> dict[str, Any] | Response:
    """Keep a list; asking begins on its own page."""
    form = forms.parse(request, ListForm)
    settings = product_settings(request, Settings)
    lines = _read(form, settings.list_length)
    refuse_mentions(form, [line.bsn for line in lines if line.bsn])
    if form.value is not None and register_of(settings) is None:
        form.add_error("", words.REASONS[Reason.NIET_INGERICHT])
    if form.value is None:
        request.response.status_int = 422
        return _form_page(request, form)
    if not _count(request, settings, sum(line.bsn is not None for line in lines)):
        form.add_error("", LIMITS_REACHED[Limit.DAG])
        request.response.status_int = 429
        request.response.headers["X-Tm"] = "commit"  # the refusal stays in the audit trail
        return _form_page(request, form)
    try:
        lists.create(request.dbsession, secrecy(request), form.value.vraag, lines, form.value.why, asker_of(request))
    except AlreadyAskedError:
        request.tm.doom()  # nothing is counted twice
    return _to_list(request, form.value.vraag)


def _read(form: forms.Form[ListForm], longest: int) -> list[lists.TypedLine]:
    """The lines, with what is wrong with them as a whole noted in the form."""
    try:
        lines = lists.read_lines(form.data["bsns"])
    except lists.UnclearColumnsError:
        form.add_error("bsns", _("Put one BSN on a line, or call the column with the BSN in the first line BSN."))
        return []
    if not any(line.bsn for line in lines):
        form.add_error("bsns", _("Fill in at least one BSN of 9 digits."))
    elif len(lines) > longest:
        form.add_error(
            "bsns",
            _("Ask about at most ${longest} citizens at once. There are ${count}.",
              mapping={"longest": longest, "count": len(lines)}),
        )  # fmt: skip
    return lines


def show_list(context: ProductContext, request: Request) -> dict[str, Any]:
    """How far it is. While something is left there is a button to go on, which the browser presses by itself."""
    found = _this_list(request)
    lines = lists.shown_lines(request.dbsession, secrecy(request), found.id)
    left = sum(line.outcome is None for line in lines)
    return {
        "gemeente": context.gemeente,
        "lijst": found,
        "lines": lines,
        "left": left,
        "again": len(lists.undetermined(request.dbsession, found.id)),
        "goes_on": left > 0 and "pauze" not in request.GET,
        "outcomes": words.OUTCOMES,
        "kinds": words.OUTCOME_KINDS,
    }


def go_on(context: ProductContext, request: Request) -> Response:
    """Ask for a few seconds. Every line is committed by itself, before and after its question."""
    found = _this_list(request)
    list_id, why = found.id, Why(found.peildatum, found.ground, found.aanleiding, found.zaakkenmerk)
    register = register_of(product_settings(request, Settings))
    interrupted = _ask_for_a_while(request, register, list_id, why)
    return _to_list(request, list_id, {"pauze": "1"} if interrupted else {})


def _ask_for_a_while(request: Request, register: CizRegister | None, list_id: uuid.UUID, why: Why) -> bool:
    """Whether it stopped because the register is not asked for now."""
    secret, asker, started = secrecy(request), asker_of(request), time.monotonic()
    while time.monotonic() - started < SECONDS_AT_ONCE:
        announced = lists.announce_next(request.dbsession, secret, list_id, why, asker)
        if announced is None:
            return False
        with between_transactions(request):
            answer = carry_out(register, announced)
        conclude(request.dbsession, announced, answer)
        if answer.reason in {Reason.ONDERBROKEN, Reason.NIET_INGERICHT}:
            return True
    return False


def again(context: ProductContext, request: Request) -> Response:
    """Ask once more what could not be determined."""
    found = _this_list(request)
    positions = lists.undetermined(request.dbsession, found.id)
    if not _count(request, product_settings(request, Settings), len(positions)):
        flash(request, "error", LIMITS_REACHED[Limit.DAG])
        return _to_list(request, found.id, {"pauze": "1"})
    lists.ask_again(request.dbsession, found, positions)
    return _to_list(request, found.id)


def export(context: ProductContext, request: Request) -> Response:
    """The list with its outcomes as a file. That it was taken along is recorded."""
    found = _this_list(request)
    translate = request.localizer.translate
    rows = [
        (
            line.position,
            line.text,
            translate(words.OUTCOMES[line.outcome]) if line.outcome else translate(_("Not asked yet")),
            translate(line.explanation) if line.explanation else "",
            line.register_date.date().isoformat() if line.register_date else "",
        )
        for line in lists.shown_lines(request.dbsession, secrecy(request), found.id)
    ]
    audit.record_apart(
        request, action=lists.EXPORT, outcome=audit.Outcome.DONE, actor=request.identity.account_id,
        gemeentecode=context.code, product=PRODUCT, object_kind="lijst", object_id=found.id, purpose=found.ground,
    )  # fmt: skip
    return csv_response(request, f"lijst-{today().isoformat()}", [translate(title) for title in HEADER], rows)


def close(context: ProductContext, request: Request) -> Response:
    """Erase the lines now instead of when the hour is over."""
    found = _this_list(request)
    lists.close(request.dbsession, found)
    flash(request, "ok", _("The list is erased. That you asked is in your own list."))
    return HTTPSeeOther(request.route_url(f"{PRODUCT}.lijsten", gemeentecode=context.code))


def _count(request: Request, settings: Settings, number: int) -> bool:
    """Whether this many may still be asked today; they are counted then, and the refusal is recorded otherwise."""
    asker, limits = asker_of(request), Limits(settings.per_minute, settings.per_day)
    reached = spend(
        request.dbsession, asker.account_id, asker.gemeentecode, limits, now(), number=number, by_the_minute=False
    )
    if reached is not None:
        refuse(request.dbsession, asker, reached.value)
    return reached is None


def _this_list(request: Request) -> Lijst:
    """The list of the address; the same 404 for another's, one that is over and one that never was."""
    found = lists.find(request.dbsession, read_id(request, "lijst_id"), asker_of(request))
    if found is None:
        raise HTTPNotFound
    return found


def _to_list(request: Request, list_id: uuid.UUID, query: dict[str, str] | None = None) -> Response:
    address = request.route_url(
        f"{PRODUCT}.lijst", gemeentecode=request.context.code, lijst_id=list_id, _query=query or {}
    )
    return HTTPSeeOther(address)


def _form_page(request: Request, form: forms.Form[ListForm]) -> dict[str, Any]:
    return {
        "gemeente": request.context.gemeente,
        "form": form,
        "ground_options": ground_options(request),
        "longest": product_settings(request, Settings).list_length,
        "lists": lists.open_lists(request.dbsession, asker_of(request)),
    }


def includeme(config: PluginConfigurator) -> None:
    config.add_route("lijsten", "lijsten")
    config.add_route("lijst", "lijsten/{lijst_id}")
    for act in ("verder", "opnieuw", "export", "sluiten"):
        config.add_route(f"lijst.{act}", f"lijsten/{{lijst_id}}/{act}")
    for route, method, view, template in (
        ("lijsten", "GET", show_lists, "lijsten"),
        ("lijsten", "POST", make_list, "lijsten"),
        ("lijst", "GET", show_list, "lijst"),
        ("lijst.verder", "POST", go_on, ""),
        ("lijst.opnieuw", "POST", again, ""),
        ("lijst.export", "GET", export, ""),
        ("lijst.sluiten", "POST", close, ""),
    ):
        config.add_view(
            view, route=route, permission=PERMISSION, request_method=method,
            renderer=f"{TEMPLATES}/{template}.jinja2" if template else None,
        )  # fmt: skip
