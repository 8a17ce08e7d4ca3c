"""What is done to several messages of the list at once: fetching them as one zip, marking them as processed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPBadRequest, HTTPNotFound, HTTPSeeOther

from portaal.berichtenverkeer.mailbox import messages
from portaal.berichtenverkeer.mailbox.listing import PAGE_SIZES
from portaal.berichtenverkeer.pages.common import file_to_save, product_path
from portaal.berichtenverkeer.pages.lists import query_of, read_filters
from portaal.berichtenverkeer.storage import PayloadError
from portaal.berichtenverkeer.tracking.models import Message
from portaal.clock import today
from portaal.frame.flash import flash
from portaal.keyring import KeyringError
from portaal.web.addresses import as_id
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.access.resources import ProductContext

log = logging.getLogger(__name__)

CHOSEN = "bericht"
SHOWN = "getoond"
ALL_SHOWN = "alles"


def download_selection(context: ProductContext, request: Request) -> Response:
    """The chosen messages, or all on the page, as one zip."""
    chosen = _chosen(context, request)
    if not chosen:
        return _back(context, request)
    store = request.registry["portaal.payloads"]
    try:
        archive = messages.download_together(request.dbsession, store, chosen, request.identity.account_id)
    except (PayloadError, KeyringError):
        log.exception("a payload in a selection cannot be read")
        flash(request, "error", _("One of these files cannot be read. Download them one by one to see which."))
        return _back(context, request)
    name = f"berichten-{context.product}-{context.code}-{today().isoformat()}.zip"
    return file_to_save(name, "application/zip", archive)


def report_selection_processed(context: ProductContext, request: Request) -> Response:
    """Mark those of the chosen messages as processed that can be."""
    chosen = _chosen(context, request)
    if chosen:
        account_id = request.identity.account_id
        marked = sum(messages.mark_processed(request.dbsession, message, account_id) for message in chosen)
        if marked == 1:
            flash(request, "ok", _("1 message is marked as processed."))
        elif marked:
            flash(request, "ok", _("${count} messages are marked as processed.", mapping={"count": marked}))
        if marked < len(chosen):
            left = {"count": len(chosen) - marked}
            flash(
                request,
                "info",
                _("Not marked: ${count}. Only received messages can be, and only once.", mapping=left),
            )
    return _back(context, request)


def _chosen(context: ProductContext, request: Request) -> list[Message]:
    """The messages that were ticked, or all that the page showed; none, and a word about it, when there are none.

    :raises HTTPBadRequest: more than a page can show, or something that is no id: no page sends that.
    :raises HTTPNotFound: one of them is not there, or another's.
    """
    typed = request.POST.getall(SHOWN if ALL_SHOWN in request.POST else CHOSEN)
    ids = {as_id(text) for text in typed}
    known = {message_id for message_id in ids if message_id}
    if len(typed) > max(PAGE_SIZES) or len(known) < len(ids):
        raise HTTPBadRequest("not a selection of a page")
    if not known:
        flash(request, "error", _("Choose at least one message first."))
        return []
    found = messages.find_several(request.dbsession, context.code, context.product, known)
    if found is None:
        raise HTTPNotFound
    return found


def _back(context: ProductContext, request: Request) -> Response:
    """To the list as it was."""
    return HTTPSeeOther(product_path(context, request, "berichten", _query=query_of(read_filters(request.GET))))
