"""The one way a message changes state, and what its timeline says."""

from __future__ import annotations

import logging
import uuid

from sqlalchemy.orm import Session
from translationstring import TranslationString

from portaal import clock
from portaal.berichtenverkeer.tracking.models import EventKind, Message, MessageEvent
from portaal.berichtenverkeer.tracking.states import COUNTS_AS_NOT_SENT, TRANSITIONS, State
from portaal.web.i18n import _

log = logging.getLogger(__name__)

EVENT_LABELS: dict[EventKind, TranslationString] = {
    EventKind.AANGEBODEN: _("Delivered to the portal"),
    EventKind.GECONTROLEERD: _("Checked by the portal"),
    EventKind.INGEDIEND: _("Ready to be sent"),
    EventKind.POGING_MISLUKT: _("Sending did not work yet; the portal tries again"),
    EventKind.DOORGESTUURD: _("Sent and confirmed"),
    EventKind.MISLUKT: _("Sending stopped"),
    EventKind.ONTVANGEN: _("Received by the portal"),
    EventKind.RETOUR_ONTVANGEN: _("Return message received"),
    EventKind.RETOUR_GEMAAKT: _("Return message delivered by the gemeente"),
    EventKind.RETOUR_TE_LAAT: _("No return message within three working days"),
    EventKind.FOUTBERICHT_ONTVANGEN: _("Fault message received"),
    EventKind.GEEN_HEENBERICHT: _("The message that this one answers is not known here"),
    EventKind.GEDOWNLOAD: _("Downloaded"),
    EventKind.VERWERKT_GEMELD: _("Marked as processed"),
}


def record(message: Message, kind: EventKind, *, code: str = "", by: uuid.UUID | None = None) -> None:
    """Add to the timeline of a message.

    :param code: a fault code or the like; never a value of the message.
    :param by: the account of the person who did it.
    """
    message.events.append(MessageEvent(at=clock.now(), kind=kind, code=code, account_id=by))


def advance(message: Message, state: State) -> bool:
    """Bring a message to a state, if that may follow where it stands now.

    Answers and confirmations come in any order; one that comes too late changes nothing.

    :returns: whether the message is in that state now.
    """
    if message.state is state:
        return True
    if state not in TRANSITIONS[message.state]:
        log.info("too late", extra={"message_id": message.id, "state": message.state, "refused": state})
        return False
    message.state = state
    if state in COUNTS_AS_NOT_SENT:
        message.duplicate_guard = None
    return True


def locked(dbsession: Session, message_id: uuid.UUID) -> Message:
    """A message that nobody else changes until this transaction ends."""
    return dbsession.get_one(Message, message_id, with_for_update=True, populate_existing=True)


__all__ = ["EVENT_LABELS", "advance", "locked", "record"]
