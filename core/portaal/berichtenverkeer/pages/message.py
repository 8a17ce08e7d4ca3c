"""The page of one message, fetching it, and marking it as processed."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from translationstring import TranslationString

from portaal.berichtenverkeer.mailbox import messages
from portaal.berichtenverkeer.pages.common import KINDS, file_to_save, is_waiting, page_variables, product_path
from portaal.berichtenverkeer.standard import message_type
from portaal.berichtenverkeer.storage import PayloadError
from portaal.berichtenverkeer.tracking import findings
from portaal.berichtenverkeer.tracking.codes import explain
from portaal.berichtenverkeer.tracking.deadlines import last_day
from portaal.berichtenverkeer.tracking.models import Direction, EventKind, Message, MessageEvent, MessageKind
from portaal.berichtenverkeer.tracking.states import State
from portaal.berichtenverkeer.tracking.timeline import EVENT_LABELS
from portaal.clock import today
from portaal.frame.flash import flash
from portaal.keyring import KeyringError
from portaal.web.addresses import read_id
from portaal.web.formats import day
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.access.resources import ProductContext

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TimelineItem:
    """An event as the page shows it."""

    title: TranslationString
    at: datetime | None  # None for what is still to come
    note: TranslationString | str


def show_message(context: ProductContext, request: Request) -> dict[str, Any]:
    """Where the message stands, what happened to it, and what belongs to it."""
    message = _find(context, request)
    detail = messages.detail(request.dbsession, message)
    return page_variables(context, request) | {
        "message": message,
        "related": detail.related,
        "events": [
            *(_item(request, event, detail.people) for event in message.events),
            *_still_to_come(message, request.locale_name),
        ],
        "findings": findings.load(message.findings),
        "next_attempt": detail.next_attempt,
        "kinds": KINDS,
        "is_incoming": message.direction is Direction.IN,
        "can_be_processed": is_waiting(message),
        "fault_code": _fault_code(message),
        "explain": explain,
    }


def download_payload(context: ProductContext, request: Request) -> Response:
    """The file as it came in, byte for byte. A browser saves it and never shows it."""
    message = _find(context, request, lock=True)
    store = request.registry["portaal.payloads"]
    try:
        payload = messages.download(request.dbsession, store, message, request.identity.account_id)
    except (PayloadError, KeyringError):
        log.exception("a payload cannot be read", extra={"message_id": str(message.id)})
        flash(request, "error", _("This file cannot be read. Contact the Servicedesk."))
        return HTTPSeeOther(product_path(context, request, "bericht", message_id=message.id))
    response = file_to_save(message.file_name, "application/xml", payload)
    response.content_length = payload.size
    return response


def report_processed(context: ProductContext, request: Request) -> Response:
    """Mark a received message as processed: downloading alone does not say that."""
    message = _find(context, request, lock=True)
    if messages.mark_processed(request.dbsession, message, request.identity.account_id):
        flash(request, "ok", _("The message is marked as processed."))
    else:
        flash(request, "info", _("This message was marked as processed before."))
    return HTTPSeeOther(product_path(context, request, "bericht", message_id=message.id))


def _find(context: ProductContext, request: Request, *, lock: bool = False) -> Message:
    message_id = read_id(request, "message_id")
    message = messages.find(request.dbsession, context.code, context.product, message_id, lock=lock)
    if message is None:
        raise HTTPNotFound
    return message


def _item(request: Request, event: MessageEvent, people: Mapping[UUID, str]) -> TimelineItem:
    translate = request.localizer.translate
    words = explain(event.code)
    parts = [translate(words) if words else "", people.get(event.account_id, "") if event.account_id else ""]
    if event.code and words is None:
        parts.insert(0, event.code)
    elif words is not None and event.code[:1].isupper():  # a code of the chain: people look for it
        parts[0] = f"{event.code}: {parts[0]}"
    return TimelineItem(EVENT_LABELS[event.kind], event.at, ", ".join(part for part in parts if part))


def _still_to_come(message: Message, locale: str) -> Iterator[TimelineItem]:
    """The return message that is waited for, and until when it is in time (OP090)."""
    at = {event.kind: event.at for event in message.events}
    if message.state in (State.WACHT_OP_RETOUR, State.RETOUR_TE_LAAT) and EventKind.DOORGESTUURD in at:
        yield _awaited(_("Return message of the receiver"), at[EventKind.DOORGESTUURD], locale)
    elif _is_to_be_answered(message) and EventKind.RETOUR_GEMAAKT not in at and message.state is not State.VERLOPEN:
        answer = {"type": message_type(message.berichttype).retour}
        yield _awaited(_("Deliver the ${type} that answers this message", mapping=answer), message.created_at, locale)


def _is_to_be_answered(message: Message) -> bool:
    if message.direction is not Direction.IN or message.kind is not MessageKind.HEEN:
        return False
    try:
        return message_type(message.berichttype).retour is not None
    except KeyError:
        return False


def _awaited(title: TranslationString, since: datetime, locale: str) -> TimelineItem:
    until = last_day(since)
    words = _("At the latest on ${day}") if until >= today() else _("The last day was ${day}")
    return TimelineItem(title, None, words % {"day": day(until, locale)})


def _fault_code(message: Message) -> str:
    """The code of a Fo01: the one thing in it that people need."""
    return message.events[0].code if message.kind is MessageKind.FOUT and message.events else ""
