"""One message: what belongs to it, fetching its payload, marking it as processed."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portaal import audit, clock
from portaal.access.models import Account
from portaal.berichtenverkeer.delivery.models import OutboxEntry, OutboxState
from portaal.berichtenverkeer.mailbox.archive import Archive, Packed
from portaal.berichtenverkeer.storage import PayloadReader, PayloadStore
from portaal.berichtenverkeer.tracking.models import Direction, EventKind, Message
from portaal.berichtenverkeer.tracking.states import State
from portaal.berichtenverkeer.tracking.timeline import advance, record


@dataclass(frozen=True)
class Detail:
    """A message with all that its page shows.

    :param related: the messages of the same conversation, oldest first, without the message itself.
    :param people: the names of those who did something, by account.
    :param next_attempt: when sending is tried again, if it did not work yet.
    """

    message: Message
    related: list[Message]
    people: dict[uuid.UUID, str]
    next_attempt: datetime | None


def find(
    dbsession: Session, gemeentecode: str, product: str, message_id: uuid.UUID, *, lock: bool = False
) -> Message | None:
    """The message with this id, of this gemeente and product only: another's is as absent as one that is not.

    :param lock: keep others from changing it until the transaction ends.
    """
    query = sa.select(Message).where(
        Message.id == message_id, Message.gemeentecode == gemeentecode, Message.product == product
    )
    return dbsession.scalars(query.with_for_update() if lock else query).one_or_none()


def find_several(
    dbsession: Session, gemeentecode: str, product: str, ids: Collection[uuid.UUID]
) -> list[Message] | None:
    """The messages with these ids, oldest first, locked for change; None when one of them is not this gemeente's and
    product's.
    """
    found = dbsession.scalars(
        sa.select(Message)
        .where(Message.id.in_(ids), Message.gemeentecode == gemeentecode, Message.product == product)
        .order_by(Message.id)  # locked in the order of everyone who needs several
        .with_for_update()
        .options(selectinload(Message.events))  # whatever is done to them is noted there
    ).all()
    return sorted(found, key=lambda message: message.created_at) if len(found) == len(set(ids)) else None


def detail(dbsession: Session, message: Message) -> Detail:
    """Everything about a message that the database knows."""
    related = dbsession.scalars(
        sa.select(Message)
        .where(
            Message.conversation_id == message.conversation_id,
            Message.id != message.id,
            Message.gemeentecode == message.gemeentecode,
            Message.product == message.product,
        )
        .order_by(Message.created_at)
    ).all()
    accounts = {event.account_id for event in message.events if event.account_id} | {message.created_by}
    people = dbsession.scalars(sa.select(Account).where(Account.id.in_(accounts - {None})))
    next_attempt = dbsession.scalar(
        sa.select(OutboxEntry.next_at).where(
            OutboxEntry.message_id == message.id,
            OutboxEntry.state == OutboxState.WACHT,
            OutboxEntry.attempts > 0,
            sa.or_(OutboxEntry.lease_until.is_(None), OutboxEntry.lease_until <= clock.now()),  # not on its way now
        )
    )
    names = {account.id: account.display_name for account in people}
    return Detail(message, list(related), names, next_attempt)


def download(dbsession: Session, store: PayloadStore, message: Message, account_id: uuid.UUID) -> Payload:
    """The payload, with the note that this person fetched it. Fetching is not processing.

    :raises PayloadError: the payload is missing or damaged; then nothing is noted.
    """
    payload = Payload(store.open(message.payload_id), message.size)
    _note_download(dbsession, message, account_id)
    return payload


def download_together(
    dbsession: Session, store: PayloadStore, messages: Sequence[Message], account_id: uuid.UUID
) -> Archive:
    """The payloads as one zip, with the same note on each message.

    :raises PayloadError: one of them is missing or damaged at its beginning; then nothing is noted.
    """
    for message in messages:  # opened again when its turn comes: open they take memory
        Payload(store.open(message.payload_id), message.size).close()
    for message in messages:
        _note_download(dbsession, message, account_id)
    return Archive(store, [Packed(message.payload_id, message.file_name, message.created_at) for message in messages])


def _note_download(dbsession: Session, message: Message, account_id: uuid.UUID) -> None:
    record(message, EventKind.GEDOWNLOAD, by=account_id)
    if message.direction is Direction.IN and message.state is State.BEZORGD:
        advance(message, State.OPGEHAALD)
    _audit(dbsession, "message.download", message, account_id)


def mark_processed(dbsession: Session, message: Message, account_id: uuid.UUID) -> bool:
    """Note that the gemeente's own administration has a received message ("verwerkt melden").

    :returns: False when it cannot be, e.g. because it is done already.
    """
    if message.direction is not Direction.IN or message.state is State.VERWERKT:
        return False
    if not advance(message, State.VERWERKT):
        return False
    record(message, EventKind.VERWERKT_GEMELD, by=account_id)
    _audit(dbsession, "message.process", message, account_id)
    return True


def _audit(dbsession: Session, action: str, message: Message, account_id: uuid.UUID) -> None:
    audit.record(
        dbsession,
        action=action,
        outcome=audit.Outcome.DONE,
        actor=account_id,
        gemeentecode=message.gemeentecode,
        product=message.product,
        object_kind="message",
        object_id=message.id,
        details={"type": message.berichttype},
    )


class Payload:
    """A payload on its way to a browser. Its beginning is decrypted at once, so that damage shows before it is sent."""

    def __init__(self, reader: PayloadReader, size: int) -> None:
        self.size = size
        self._reader = reader
        self._pieces = iter(reader)
        try:
            self._first = next(self._pieces, b"")
        except BaseException:
            reader.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        yield from self._pieces

    def close(self) -> None:
        self._reader.close()
