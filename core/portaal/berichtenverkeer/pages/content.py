"""The content of a message that the portal has, as people read it (B-20). Each time is noted in the audit trail."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound

from portaal import audit
from portaal.berichtenverkeer.mailbox import messages
from portaal.berichtenverkeer.pages.common import page_variables, product_path
from portaal.berichtenverkeer.readable import Page, page_view
from portaal.berichtenverkeer.readable.masking import bsns
from portaal.berichtenverkeer.readable.places import shows
from portaal.berichtenverkeer.readable.reader import read
from portaal.berichtenverkeer.storage import PayloadError
from portaal.berichtenverkeer.tracking import findings
from portaal.berichtenverkeer.tracking.models import Message
from portaal.berichtenverkeer.verdict import Finding
from portaal.keyring import KeyringError
from portaal.web.addresses import read_id, read_number

if TYPE_CHECKING:
    from pyramid.request import Request

    from portaal.access.resources import ProductContext

log = logging.getLogger(__name__)


def show_content(context: ProductContext, request: Request) -> dict[str, Any]:
    """One page of the content, every BSN masked: the page asked for, or the one with the place of a finding."""
    variables, page = _content(context, request, mask=True)
    if page is not None:
        audit.record_apart(request, action="message.view", **_line(request, variables["message"], page))
    return variables


def show_bsns(context: ProductContext, request: Request) -> dict[str, Any]:
    """The same page with the BSNs, for who asks for them."""
    variables, page = _content(context, request, mask=False)
    if page is not None:
        line = _line(request, variables["message"], page)
        audit.record(request.dbsession, action="message.reveal_bsn", **line)
    return variables


def _content(context: ProductContext, request: Request, *, mask: bool) -> tuple[dict[str, Any], Page | None]:
    """What the page needs, and what of the message is on it; None when it cannot be read."""
    message = messages.find(request.dbsession, context.code, context.product, read_id(request, "message_id"))
    if message is None:
        raise HTTPNotFound
    found = findings.load(message.findings)
    variables = page_variables(context, request) | {"message": message, "view": None, "masked": mask}
    try:
        page = _page(request, message, found)
    except (PayloadError, KeyringError):
        log.exception("a payload cannot be read", extra={"message_id": str(message.id)})
        return variables, None

    def page_href(**query: int) -> str:
        return product_path(context, request, "bericht-inhoud", message_id=message.id, _query=query)

    variables["page_href"] = page_href
    variables["finding_href"] = lambda number: page_href(bevinding=number)
    variables["view"] = page_view(page, found, request.locale_name, request.localizer.translate, mask=mask)
    return variables, page


def _page(request: Request, message: Message, found: list[Finding]) -> Page:
    """:raises HTTPNotFound: the message has no such page or finding."""
    with closing(request.registry["portaal.payloads"].open(message.payload_id)) as payload:
        wanted = _number(request, "bevinding", default=0)
        pages: Iterator[Page]
        if not wanted:
            pages = read(payload, only=_number(request, "pagina", default=1))
        elif wanted <= len(found):
            pages = (page for page in read(payload) if shows(page, found[wanted - 1]))
        else:
            raise HTTPNotFound
        page = next(pages, None)
    if page is None:
        raise HTTPNotFound
    return page


def _number(request: Request, name: str, *, default: int) -> int:
    """A number in the address or the form; what nobody typed is as absent as what is not there."""
    return read_number(request.params.get(name, "")) or default


def _line(request: Request, message: Message, page: Page) -> dict[str, Any]:
    """The line in the audit trail: who saw which page of which message, and whose data were on it."""
    subjects = request.registry["portaal.audit_subjects"]
    return {
        "outcome": audit.Outcome.DONE,
        "actor": request.identity.account_id,
        "gemeentecode": message.gemeentecode,
        "product": message.product,
        "object_kind": "message",
        "object_id": message.id,
        "details": {"type": message.berichttype, "page": page.number},
        "subjects": [subjects.of(bsn) for bsn in sorted(bsns(page))],
    }
