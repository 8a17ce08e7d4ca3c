"""The tab itself: the settings that hold, and changing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPBadRequest, HTTPNotFound, HTTPSeeOther

from portaal import audit, clock
from portaal.db.pause import after_rollback
from portaal.frame.flash import flash
from portaal.settings import pages
from portaal.settings.changing import change
from portaal.settings.connection import try_connection
from portaal.settings.diff import changed_fields
from portaal.settings.drafts import DraftExistsError, find
from portaal.settings.expiry import expiring
from portaal.settings.fields import fields_of
from portaal.settings.form import REASON, ask_secrets_again, entered, filled, reason_missing
from portaal.settings.stale import SavedMeanwhile, merge
from portaal.settings.store import Loaded, StaleVersionError, UnknownVersionError
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.access.resources import ProductContext
    from portaal.web.forms import Form


ANOTHER_DRAFT = _(
    "Another change of a web address or certificate is waiting already. Have it activated or withdrawn first."
)


def show_tab(context: ProductContext, request: Request) -> dict[str, Any]:
    """The settings that hold: a form for who may change them, else a list."""
    loaded = pages.store_of(request).load(request.dbsession, context.code, context.product)
    return _page(context, request, loaded, filled(loaded.value))


def save_tab(context: ProductContext, request: Request) -> dict[str, Any] | Response:
    """Save what was sent as a new version, or show the page again with what is wrong."""
    store = pages.store_of(request)
    current = store.load(request.dbsession, context.code, context.product)
    if pages.based_on(request) != current.number:
        return _stale(context, request, current)
    form = entered(request.POST, current.value, pages.entry_rules(request))
    if form.value is None:
        return _refused(context, request, current, form)
    missing = reason_missing(changed_fields(current.value, form.value), form.data[REASON])
    if missing:
        form.add_error(REASON, missing)
        return _refused(context, request, current, form)
    try:
        return change(
            context,
            request,
            current,
            form.value,
            form.data[REASON],
            done=_("The settings are saved. They hold from now on."),
        )
    except StaleVersionError as error:
        return _stale(context, request, error.current)
    except DraftExistsError:
        form.add_error("", ANOTHER_DRAFT)
        return _refused(context, request, current, form)


def try_tab(context: ProductContext, request: Request) -> Response:
    """Run the product's connection test with the settings that hold, and say how it went."""
    store = pages.store_of(request)
    test = store.tabs[context.product].test_connection
    if test is None:
        raise HTTPNotFound
    loaded = store.load(request.dbsession, context.code, context.product)
    with after_rollback(request):  # as with a draft: nobody waits for a transaction that waits for the test
        outcome = try_connection(test, loaded.value, context.product)
    audit.record(
        request.dbsession,
        action="settings.test",
        outcome=audit.Outcome.DONE,
        actor=request.identity.account_id,
        gemeentecode=context.code,
        product=context.product,
        object_kind="settings",
        object_id=loaded.number,
        details={"succeeded": outcome.succeeded},
    )
    flash(request, "ok" if outcome.succeeded else "error", outcome.text)
    return HTTPSeeOther(pages.address(context, request))


def _refused(context: ProductContext, request: Request, current: Loaded[Any], form: Form[Any]) -> dict[str, Any]:
    request.response.status_int = 422
    ask_secrets_again(form, fields_of(pages.store_of(request).tabs[context.product].model), request.POST)
    return _page(context, request, current, form)


def _stale(context: ProductContext, request: Request, current: Loaded[Any]) -> dict[str, Any]:
    """Somebody else saved first: both versions side by side, and what was typed ready to be sent again."""
    try:
        base = pages.store_of(request).load(request.dbsession, context.code, context.product, pages.based_on(request))
    except UnknownVersionError as error:
        raise HTTPBadRequest("based on a version that does not exist") from error
    form = entered(request.POST, base.value, pages.entry_rules(request))
    request.response.status_int = 409
    return _page(context, request, current, form, merge(request, form, base, current))


def _page(
    context: ProductContext,
    request: Request,
    loaded: Loaded[Any],
    form: Form[Any],
    meanwhile: list[SavedMeanwhile] | None = None,
) -> dict[str, Any]:
    values = pages.value_lines(request, loaded.value)
    return pages.frame(context, request) | {
        "intro": pages.store_of(request).tabs[context.product].intro,
        "sections": pages.sections(type(loaded.value)),
        "values": values,
        "present": {name: texts for name, texts in values.items() if getattr(loaded.value, name) is not None},
        "loaded": loaded,
        "draft": find(pages.store_of(request), request.dbsession, context.code, context.product),
        "expiring": expiring(loaded.value),
        "now": clock.now(),
        "form": form,
        "meanwhile": meanwhile,
        "can_test": pages.store_of(request).tabs[context.product].test_connection is not None,
    }
