"""The change that is being prepared: what it is, its connection test, and activating or withdrawing it (B-12)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther

from portaal.db.pause import after_rollback
from portaal.frame.flash import flash
from portaal.settings import changing, drafts, pages
from portaal.settings.connection import try_connection
from portaal.settings.diff import diff
from portaal.settings.store import StaleVersionError
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.access.resources import ProductContext

DRAFT = "draft"
Act = Callable[["ProductContext", "Request", drafts.Draft], "Response"]


def show_draft(context: ProductContext, request: Request) -> dict[str, Any]:
    """The draft beside what holds now, and what has to be done with it."""
    page = pages.frame(context, request)
    draft = drafts.find(pages.store_of(request), request.dbsession, context.code, context.product)
    if draft is None:
        return page | {"draft": None}
    rules = changing.rules(context, request)
    return page | {
        "draft": draft,
        "rules": rules,
        "changes": pages.change_rows(request, diff(draft.current.value, draft.value)) if draft.value else [],
        "obstacles": drafts.obstacles(request.dbsession, draft, rules, request.identity.account_id),
    }


def on_posted_draft(act: Act) -> Callable[[ProductContext, Request], Response]:
    """A view that acts on the draft which the person saw; not on another that came in its place."""

    @wraps(act)
    def view(context: ProductContext, request: Request) -> Response:
        draft = _posted(context, request)
        return _gone(context, request) if draft is None else act(context, request, draft)

    return view


@on_posted_draft
def try_draft(context: ProductContext, request: Request, draft: drafts.Draft) -> Response:
    """Run the product's connection test and keep how it went."""
    test = pages.store_of(request).tabs[context.product].test_connection
    if test is None or draft.value is None:
        return _gone(context, request)
    number = draft.current.number
    # The test may take many seconds, and a transaction that waits for it would keep all others from writing.
    with after_rollback(request):
        outcome = try_connection(test, draft.value, context.product)
    again = _posted(context, request)
    if again is None:
        return _gone(context, request)
    drafts.note_test(request.dbsession, again, outcome, tested_with=number, by=request.identity.account_id)
    return HTTPSeeOther(pages.address(context, request, "concept"))


@on_posted_draft
def activate_draft(context: ProductContext, request: Request, draft: drafts.Draft) -> Response:
    """Make the change hold."""
    try:
        saved = drafts.activate(
            pages.store_of(request),
            request.dbsession,
            draft,
            changing.rules(context, request),
            request.identity.account_id,
        )
    except drafts.NotReadyError as error:
        flash(request, "error", error.obstacles[0])
        return HTTPSeeOther(pages.address(context, request, "concept"))
    except StaleVersionError:
        return _gone(context, request)
    return changing.conclude(context, request, saved, _("The change is activated. It holds from now on."))


@on_posted_draft
def withdraw_draft(context: ProductContext, request: Request, draft: drafts.Draft) -> Response:
    """Drop the change."""
    drafts.withdraw(request.dbsession, draft, request.identity.account_id)
    flash(request, "ok", _("The change is withdrawn. Nothing has changed."))
    return HTTPSeeOther(pages.address(context, request))


def _posted(context: ProductContext, request: Request) -> drafts.Draft | None:
    draft = drafts.find(pages.store_of(request), request.dbsession, context.code, context.product, lock=True)
    return draft if draft is not None and str(draft.row.id) == request.POST.get(DRAFT) else None


def _gone(context: ProductContext, request: Request) -> Response:
    flash(request, "warning", _("Somebody else was just busy with this change. Look at how it stands now."))
    return HTTPSeeOther(pages.address(context, request, "concept"))
