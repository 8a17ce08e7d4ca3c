"""Taking a message from a partner: is it for us, did we have it already, and which message does it answer?"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portaal import audit, clock
from portaal.berichtenverkeer.delivery.outbox import settle
from portaal.berichtenverkeer.envelope import Envelope, Fault, StufCode, fault_document
from portaal.berichtenverkeer.gate import Kind, Verdict
from portaal.berichtenverkeer.receiving import faults
from portaal.berichtenverkeer.receiving.faults import RefusedError
from portaal.berichtenverkeer.receiving.payload import ReceivedPayload
from portaal.berichtenverkeer.standard import MessageType, message_type
from portaal.berichtenverkeer.tracking import findings, names, pairing
from portaal.berichtenverkeer.tracking.models import Direction, EventKind, Message, MessageKind
from portaal.berichtenverkeer.tracking.states import State
from portaal.berichtenverkeer.tracking.timeline import advance, record
from portaal.organisations.activation import Activation
from portaal.organisations.agreements import missing_agreements
from portaal.organisations.models import Gemeente
from portaal.plugins.contract import Traffic

_LARGEST_PAYLOAD = 25_000_000  # OP179
FO01 = "FO01"


@dataclass(frozen=True)
class Inbox:
    """Where messages of one partner come in, for every gemeente.

    :param traffic: per product, what it receives and from whom.
    """

    dbsession: Session
    partner: str
    traffic: Mapping[str, Traffic]

    def take(self, envelope: Envelope, payload: ReceivedPayload) -> Message:
        """Keep a Di01 or Du01 whose payload has come in. The same one a second time has no further effect.

        :raises RefusedError: it is not for us, or its reference was used for something else.
        """
        kind = self._known_function(envelope)
        product = self._product_of(kind.name)
        self._check_open(envelope.ontvanger.organisatie, product)
        verdict, refusing_codes = payload.judge()
        if verdict.size > _LARGEST_PAYLOAD:
            raise RefusedError(faults.TOO_LARGE)
        message = self._message(envelope, kind, product, payload.payload_id, verdict)
        earlier = self._add(message)
        if earlier is not None:
            return earlier
        payload.keep()
        record(message, EventKind.ONTVANGEN)
        self._audit(message)
        if kind.answers is not None and kind.kind is Kind.RETOUR:
            self._pair(message, kind.answers, verdict, refusing_codes)
        return message

    def take_fault(self, fault: Fault, payload: ReceivedPayload) -> Message:
        """Keep a Fo01: a party in the chain refused a message of ours, which then counts as not sent.

        :raises RefusedError: the message it is about is not known here.
        """
        gemeente = fault.ontvanger.organisatie
        answered = pairing.by_reference(self.dbsession, gemeente, fault.cross_reference_id)
        if answered is None:
            raise RefusedError(faults.UNKNOWN_ANSWERED)
        traffic = self.traffic.get(answered.product)
        if traffic is None or traffic.partner != self.partner:
            raise RefusedError(faults.NOT_YOURS)
        payload.write(fault_document(fault))
        verdict, _ = payload.judge()
        message = Message(
            id=uuid.uuid4(),
            gemeentecode=gemeente,
            product=answered.product,
            direction=Direction.IN,
            kind=MessageKind.FOUT,
            berichttype=FO01,
            functie_versie=0,
            functie_subversie=0,
            reference_id=fault.reference_id,
            cross_reference_id=fault.cross_reference_id,
            conversation_id=answered.conversation_id,
            answers_id=answered.id,
            counterparty=fault.zender.organisatie,
            identificatie=answered.identificatie,
            payload_id=payload.payload_id,
            sha256=verdict.sha256,
            size=verdict.size,
            file_name=names.made_up(FO01, fault.zender.organisatie, answered.identificatie),
            findings=[],
            state=State.BEZORGD,
            created_at=clock.now(),
        )
        earlier = self._add(message)
        if earlier is not None:
            return earlier
        payload.keep()
        code = fault.foutcode if fault.foutcode.isascii() and fault.foutcode.isalnum() else ""
        record(message, EventKind.ONTVANGEN, code=code)
        self._audit(message)
        record(answered, EventKind.FOUTBERICHT_ONTVANGEN, code=code)
        advance(answered, State.AFGEKEURD_KNOOPPUNT)
        settle(self.dbsession, answered.id)
        return message

    def _audit(self, message: Message) -> None:
        """No person did it: the partner is named in the details."""
        audit.record(
            self.dbsession,
            action="message.receive",
            outcome=audit.Outcome.DONE,
            actor=None,
            gemeentecode=message.gemeentecode,
            product=message.product,
            object_kind="message",
            object_id=message.id,
            details={"type": message.berichttype, "partner": self.partner},
        )

    def _known_function(self, envelope: Envelope) -> MessageType:
        functie = envelope.functie
        try:
            kind = message_type(functie.berichttype, f"{functie.versie}.{functie.subversie}")
        except KeyError:
            raise RefusedError(faults.UNKNOWN_FUNCTION) from None
        if envelope.bestandsnaam is not None:
            raise RefusedError(faults.UNKNOWN_FUNCTION)
        if (envelope.code is StufCode.DU01) != (kind.kind is Kind.RETOUR):
            raise RefusedError(faults.WRONG_COMBINATION)
        return kind

    def _product_of(self, berichttype: str) -> str:
        found = next((item for item in self.traffic.items() if berichttype in item[1].receives), None)
        if found is None:
            raise RefusedError(faults.UNKNOWN_FUNCTION)
        product, traffic = found
        if traffic.partner != self.partner:
            raise RefusedError(faults.NOT_YOURS)
        return product

    def _check_open(self, gemeentecode: str, product: str) -> None:
        """The gates that hold for people hold for machines: agreements (R-12) and activation."""
        if self.dbsession.get(Gemeente, gemeentecode) is None:
            raise RefusedError(faults.UNKNOWN_GEMEENTE)
        if missing_agreements(self.dbsession, [gemeentecode], clock.today())[gemeentecode]:
            raise RefusedError(faults.NOT_CONNECTED)
        active = self.dbsession.scalar(
            sa.select(Activation.id).where(
                Activation.gemeentecode == gemeentecode,
                Activation.product == product,
                Activation.deactivated_at.is_(None),
            )
        )
        if active is None:
            raise RefusedError(faults.NOT_ACTIVE)

    def _message(
        self, envelope: Envelope, kind: MessageType, product: str, payload_id: uuid.UUID, verdict: Verdict
    ) -> Message:
        header = verdict.header
        counterparty = envelope.zender.organisatie
        return Message(
            id=uuid.uuid4(),
            gemeentecode=envelope.ontvanger.organisatie,
            product=product,
            direction=Direction.IN,
            kind=MessageKind(kind.kind.value),
            berichttype=kind.name,
            functie_versie=envelope.functie.versie,
            functie_subversie=envelope.functie.subversie,
            reference_id=envelope.reference_id,
            cross_reference_id=envelope.cross_reference_id,
            conversation_id=envelope.cross_reference_id or envelope.reference_id,
            counterparty=counterparty,
            afzender=header.afzender if header else "",
            ontvanger=header.ontvanger if header else "",
            identificatie=header.identificatie if header else "",
            dagtekening=header.dagtekening if header else None,
            payload_id=payload_id,
            sha256=verdict.sha256,
            size=verdict.size,
            file_name=names.made_up(kind.name, counterparty, header.identificatie if header else ""),
            findings=findings.dump(verdict.findings),
            omitted=verdict.omitted,
            state=State.BEZORGD,
            created_at=clock.now(),
        )

    def _add(self, message: Message) -> Message | None:
        """Add the message, unless its reference came in before: then that one, if it is the same."""
        try:
            with self.dbsession.begin_nested():
                self.dbsession.add(message)
                self.dbsession.flush()
        except IntegrityError:
            earlier = self.dbsession.scalars(
                sa.select(Message).where(
                    Message.direction == Direction.IN, Message.reference_id == message.reference_id
                )
            ).one()
            if earlier.sha256 != message.sha256 or earlier.gemeentecode != message.gemeentecode:
                raise RefusedError(faults.REFERENCE_USED) from None
            return earlier
        return None

    def _pair(self, retour: Message, answers: str, verdict: Verdict, refusing_codes: frozenset[str] | None) -> None:
        heen = self._heen_of(retour, answers, verdict)
        if heen is None:
            record(retour, EventKind.GEEN_HEENBERICHT)
            return
        retour.answers_id = heen.id
        retour.conversation_id = heen.conversation_id
        record(heen, EventKind.RETOUR_ONTVANGEN, code=retour.berichttype)
        if refusing_codes is None:  # it says nothing, but for one thing: the heen has arrived
            advance(heen, State.WACHT_OP_RETOUR)
        else:
            advance(heen, State.AFGEKEURD_ONTVANGER if refusing_codes else State.VERWERKT)
        settle(self.dbsession, heen.id)

    def _heen_of(self, retour: Message, berichttype: str, verdict: Verdict) -> Message | None:
        """The message of this type that a retour answers."""
        if retour.cross_reference_id is not None:
            heen = pairing.by_reference(self.dbsession, retour.gemeentecode, retour.cross_reference_id)
            if heen is not None and heen.berichttype == berichttype:
                return heen
        if verdict.header is None:
            return None
        return pairing.by_header(self.dbsession, retour.gemeentecode, Direction.UIT, berichttype, verdict.header)
