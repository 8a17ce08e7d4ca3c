"""One delivery from beginning to end: take it, send it outside any transaction, write down how it went."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.berichtenverkeer.delivery import outbox, schedule
from portaal.berichtenverkeer.delivery.answers import Answer, Outcome
from portaal.berichtenverkeer.delivery.connectors import Connector
from portaal.berichtenverkeer.delivery.models import OutboxEntry, OutboxState, PartnerState
from portaal.berichtenverkeer.delivery.outbox import Claim
from portaal.berichtenverkeer.envelope import (
    GGK,
    PORTAAL,
    Envelope,
    EnvelopeError,
    Functie,
    Party,
    StufCode,
    build,
)
from portaal.berichtenverkeer.standard import message_type
from portaal.berichtenverkeer.storage import MissingPayloadError, PayloadError, PayloadStore
from portaal.berichtenverkeer.tracking.models import EventKind, Message, MessageKind
from portaal.berichtenverkeer.tracking.states import State
from portaal.berichtenverkeer.tracking.timeline import advance, locked, record
from portaal.db.upsert import insert_into
from portaal.keyring import KeyringError
from portaal.organisations.models import Gemeente

log = logging.getLogger(__name__)
HOPELESS = Answer(Outcome.GEWEIGERD, "interne_fout", reached=None)


class Sender:
    """Delivers what is due. Threads and processes may each have one.

    :param open_session: gives a session whose transactions are its own.
    """

    def __init__(
        self, open_session: Callable[[], Session], store: PayloadStore, connectors: Mapping[str, Connector]
    ) -> None:
        self._open_session = open_session
        self._store = store
        self._connectors = connectors

    @property
    def partners(self) -> list[str]:
        """The partners this sender can speak to."""
        return list(self._connectors)

    def claim(self, partner: str, limit: int) -> list[Claim]:
        """Messages for a partner that are due, to be sent by nobody else."""
        with self._open_session() as dbsession, dbsession.begin():
            return outbox.claim(dbsession, partner, limit)

    def deliver(self, claim: Claim) -> Answer:
        """Make one attempt for a claimed message and write down how it went."""
        try:
            answer = self._send(claim) if claim.attempts <= schedule.MOST_ATTEMPTS else HOPELESS
        except (MissingPayloadError, KeyringError):  # a folder that is not mounted, a key that was left out
            log.exception("a stored file is out of reach", extra={"message_id": str(claim.message_id)})
            answer = Answer(Outcome.OPNIEUW, "bestand_onbereikbaar", reached=None)
        except (PayloadError, EnvelopeError):
            log.exception("a message cannot be sent", extra={"message_id": str(claim.message_id)})
            answer = Answer(Outcome.GEWEIGERD, "bestand_onleesbaar", reached=None)
        except Exception:  # whatever it is, the message stays ours to deliver
            log.exception("sending broke off", extra={"message_id": str(claim.message_id)})
            answer = Answer(Outcome.OPNIEUW, "interne_fout", reached=None)
        with self._open_session() as dbsession, dbsession.begin():
            finish(dbsession, claim, answer)
        return answer

    def _send(self, claim: Claim) -> Answer:
        with self._open_session() as dbsession, dbsession.begin():
            message = dbsession.get_one(Message, claim.message_id)
            envelope = envelope_of(dbsession, message)
            payload_id, size = message.payload_id, message.size
        payload = self._store.open(payload_id)
        try:
            return self._connectors[claim.partner].send(build(envelope, payload, size), envelope.reference_id)
        finally:
            payload.close()


def envelope_of(dbsession: Session, message: Message) -> Envelope:
    """The envelope of an outgoing message: the same at every attempt."""
    naam = dbsession.scalar(sa.select(Gemeente.naam).where(Gemeente.gemeentecode == message.gemeentecode)) or ""
    administratie = message.administratie or naam[:50]
    return Envelope(
        code=StufCode.DU01 if message.kind is MessageKind.RETOUR else StufCode.DI01,
        zender=Party(message.gemeentecode, PORTAAL, administratie),
        ontvanger=Party(message.counterparty, GGK),
        reference_id=message.reference_id,
        sent_at=message.created_at,
        functie=Functie(message.berichttype, message.functie_versie, message.functie_subversie),
        cross_reference_id=message.cross_reference_id,
    )


def finish(dbsession: Session, claim: Claim, answer: Answer) -> None:
    """Write down how an attempt went, unless another worker took the message over meanwhile."""
    message = locked(dbsession, claim.message_id)  # before its entry, in the order of everyone who needs both
    entry = dbsession.scalars(
        sa.select(OutboxEntry)
        .where(OutboxEntry.message_id == claim.message_id, OutboxEntry.lease == claim.lease)
        .with_for_update()
    ).first()
    if entry is None:
        return
    if answer.outcome is Outcome.BEVESTIGD:
        entry.state = OutboxState.BEZORGD
        record(message, EventKind.DOORGESTUURD, code=answer.code)
        advance(message, State.WACHT_OP_RETOUR if expects_retour(message) else State.DOORGESTUURD)
    elif answer.outcome is Outcome.GEWEIGERD or clock.now() - claim.created_at > schedule.GIVE_UP:
        entry.state = OutboxState.OPGEGEVEN
        record(message, EventKind.MISLUKT, code=answer.code)
        advance(message, State.MISLUKT)
    else:
        if answer.code != entry.last_code:  # the same failure every hour for days is one line
            record(message, EventKind.POGING_MISLUKT, code=answer.code)
        entry.next_at = clock.now() + schedule.delay(claim.attempts)
    entry.lease = entry.lease_until = None
    entry.last_code = answer.code
    if answer.reached is not None:
        _note_partner(dbsession, claim.partner, answer)
    log.info(
        "attempt",
        extra={
            "message_id": str(claim.message_id),
            "partner": claim.partner,
            "attempt": claim.attempts,
            "outcome": answer.outcome.value,
            "code": answer.code,
        },
    )


def expects_retour(message: Message) -> bool:
    """Whether the receiver answers this message with a retour."""
    return message_type(message.berichttype).retour is not None


def _new_partner(dbsession: Session, partner: str) -> PartnerState:
    """The row of a partner that was never spoken to; two senders may be the first at once."""
    row = {"partner": partner, "failures": 0, "last_code": "", "changed_at": clock.now()}
    dbsession.execute(insert_into(dbsession.get_bind(), PartnerState).values(row).on_conflict_do_nothing())
    return dbsession.get_one(PartnerState, partner, with_for_update=True)


def _note_partner(dbsession: Session, partner: str, answer: Answer) -> None:
    state = dbsession.get(PartnerState, partner, with_for_update=True) or _new_partner(dbsession, partner)
    state.failures = 0 if answer.reached else state.failures + 1
    pause = schedule.pause(state.failures)
    state.closed_until = clock.now() + pause if pause else None
    state.last_code = answer.code
    state.changed_at = clock.now()
