"""Wlz-signalen: delivering the dat-file, and dealing with the signals that come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPBadRequest, HTTPNotFound, HTTPSeeOther

from portaal.api import (
    UploadError,
    UploadFault,
    _,
    account_names,
    flash,
    page_count,
    product_settings,
    read_id,
    read_page,
    read_upload,
    secrecy,
)
from portaal_wlz_registertoets import signals, words
from portaal_wlz_registertoets.consulting import PRODUCT
from portaal_wlz_registertoets.models import Signaal
from portaal_wlz_registertoets.pages import TEMPLATES, asker_of
from portaal_wlz_registertoets.settings import Settings

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.api import PluginConfigurator, ProductContext

DELIVER = "wlz_registertoets:signaal:aanleveren"
DEAL_WITH = "wlz_registertoets:signaal:afhandelen"
FILE = "bestand"
LARGEST_FILE = 2_000_000
PAGE_SIZE = 50


def show_signals(context: ProductContext, request: Request) -> dict[str, Any]:
    """What there is to deal with, and how the last comparison went."""
    _in_use(request)
    current = signals.current(request.dbsession, context.code)
    page, dbsession = read_page(request.GET), request.dbsession
    offset = (page - 1) * PAGE_SIZE
    to_do = signals.count(dbsession, context.code, dealt_with=False)
    done = signals.listed(dbsession, context.code, dealt_with=True, limit=PAGE_SIZE)
    return {
        "gemeente": context.gemeente,
        "current": current,
        "last": signals.last_comparison(request.dbsession, current) if current else None,
        "todo": signals.listed(dbsession, context.code, dealt_with=False, limit=PAGE_SIZE, offset=offset),
        "total": to_do,
        "first": offset + 1,
        "page": page,
        "pages": page_count(to_do, PAGE_SIZE),
        "page_href": lambda number: request.current_route_path(_query={"pagina": number}),
        "done": done,
        "all_done": signals.count(dbsession, context.code, dealt_with=True),
        "names": account_names(request.dbsession, [signal.dealt_with_by for signal in done if signal.dealt_with_by]),
        "reasons": words.REASONS,
    }


def open_signal(context: ProductContext, request: Request) -> dict[str, Any]:
    """The resident of a signal. Like an outcome it is the answer to a POST: it has no address of its own."""
    signal = _this_signal(request)
    bsn = signals.open_signal(request.dbsession, secrecy(request), signal, asker_of(request))
    return {"gemeente": context.gemeente, "signal": signal, "bsn": bsn}


def deal_with(context: ProductContext, request: Request) -> Response:
    """Acknowledge a signal."""
    signals.deal_with(request.dbsession, _this_signal(request), asker_of(request))
    flash(request, "ok", _("The signal is dealt with."))
    return _to_signals(request)


def show_delivery(context: ProductContext, request: Request) -> dict[str, Any]:
    """The form, and what was delivered before."""
    _in_use(request)
    return _delivery_page(request, {})


def deliver(context: ProductContext, request: Request) -> dict[str, Any] | Response:
    """Take a dat-file, as a whole or not at all."""
    _in_use(request)
    try:
        upload = read_upload(request, FILE, LARGEST_FILE)
    except UploadError as error:
        too_large = error.fault is UploadFault.TOO_LARGE
        request.response.status_int = 413 if too_large else 400
        return _delivery_page(request, {FILE: TOO_LARGE if too_large else NOT_READ})
    if upload.fields:
        raise HTTPBadRequest("unexpected fields")
    try:
        bsns = signals.read_dat_file(upload.content)
    except signals.NotADatFileError as error:
        request.response.status_int = 422
        return _delivery_page(request, {FILE: _what_is_wrong(error)})
    signals.deliver(request.dbsession, secrecy(request), bsns, asker_of(request))
    flash(
        request, "ok",
        _("Delivered: ${count} residents. They are compared with the register every day.",
          mapping={"count": len(bsns)}),
    )  # fmt: skip
    return _to_signals(request)


TOO_LARGE = _("This file is too large. A dat-file has at most ${most} residents.",
              mapping={"most": signals.MOST_RESIDENTS})  # fmt: skip
NOT_READ = _("The portal could not read what was sent. Choose the file again.")


def _what_is_wrong(error: signals.NotADatFileError) -> Any:
    if error.lines:
        return _(
            "Nothing was delivered: these lines are not a BSN of 9 digits: ${lines}. Correct the file and deliver it "
            "again.",
            mapping={"lines": ", ".join(map(str, error.lines))},
        )
    if error.too_many:
        return TOO_LARGE
    return _("Choose a text file with one BSN on each line.")


def withdraw(context: ProductContext, request: Request) -> Response:
    """Stop comparing, and erase the residents."""
    signals.withdraw(request.dbsession, asker_of(request))
    flash(request, "ok", _("The dat-file is erased. Nobody is compared any more."))
    return _to_signals(request)


def _delivery_page(request: Request, errors: dict[str, Any]) -> dict[str, Any]:
    return {
        "gemeente": request.context.gemeente,
        "current": signals.current(request.dbsession, request.context.code),
        "errors": errors,
        "most": signals.MOST_RESIDENTS,
    }


def _this_signal(request: Request) -> Signaal:
    _in_use(request)
    found = signals.find(request.dbsession, request.context.code, read_id(request, "signaal_id"))
    if found is None:
        raise HTTPNotFound
    return found


def _in_use(request: Request) -> None:
    """Where the gemeente does not use Wlz-signalen, there are no such pages."""
    if not product_settings(request, Settings).signals:
        raise HTTPNotFound


def _to_signals(request: Request) -> Response:
    return HTTPSeeOther(request.route_url(f"{PRODUCT}.signalen", gemeentecode=request.context.code))


def includeme(config: PluginConfigurator) -> None:
    config.add_route("signalen", "signalen")
    config.add_route("signalen.aanleveren", "signalen/aanleveren")
    config.add_route("signalen.intrekken", "signalen/intrekken")
    config.add_route("signaal", "signalen/{signaal_id}")
    config.add_route("signaal.afhandelen", "signalen/{signaal_id}/afhandelen")
    for route, method, view, permission, template in (
        ("signalen", "GET", show_signals, DEAL_WITH, "signalen"),
        ("signalen.aanleveren", "GET", show_delivery, DELIVER, "aanleveren"),
        ("signalen.aanleveren", "POST", deliver, DELIVER, "aanleveren"),
        ("signalen.intrekken", "POST", withdraw, DELIVER, ""),
        ("signaal", "POST", open_signal, DEAL_WITH, "signaal"),
        ("signaal.afhandelen", "POST", deal_with, DEAL_WITH, ""),
    ):
        config.add_view(
            view, route=route, permission=permission, request_method=method,
            renderer=f"{TEMPLATES}/{template}.jinja2" if template else None, checks_csrf_itself=view is deliver,
        )  # fmt: skip
