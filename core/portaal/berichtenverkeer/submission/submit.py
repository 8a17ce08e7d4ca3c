"""From files that came in to messages that will be sent: one transaction for message, timeline and outbox."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portaal import audit, clock
from portaal.berichtenverkeer.delivery.outbox import enqueue
from portaal.berichtenverkeer.delivery.sender import envelope_of
from portaal.berichtenverkeer.envelope import new_reference, payload_limit
from portaal.berichtenverkeer.gate import Finding, Kind, MessageHeader, Verdict
from portaal.berichtenverkeer.standard import message_type
from portaal.berichtenverkeer.submission.intake import IncomingFile
from portaal.berichtenverkeer.submission.refusals import refusal
from portaal.berichtenverkeer.tracking import findings, pairing
from portaal.berichtenverkeer.tracking.models import (
    Direction,
    EventKind,
    Message,
    MessageKind,
    Outcome,
    Submission,
    SubmittedFile,
)
from portaal.berichtenverkeer.tracking.states import State
from portaal.berichtenverkeer.tracking.timeline import record


@dataclass(frozen=True)
class Submitter:
    """Who delivers, for which gemeente and product, and who carries it on.

    :param own_reference: the submitter's own mark, at most 100 characters, without a BSN.
    :param administratie: the samenwerkingsverband that sends, at most 50 characters; left out, the gemeente.
    """

    gemeentecode: str
    product: str
    partner: str
    account_id: uuid.UUID
    own_reference: str = ""
    administratie: str = ""


def submit(dbsession: Session, submitter: Submitter, files: Iterable[IncomingFile]) -> Submission:
    """Put every file that can be sent in the outbox and say of each what became of it.

    A message that was delivered before is not sent again: delivering the same file twice is harmless.
    """
    submission = Submission(
        id=uuid.uuid4(),
        gemeentecode=submitter.gemeentecode,
        product=submitter.product,
        created_at=clock.now(),
        created_by=submitter.account_id,
    )
    dbsession.add(submission)
    for position, file in enumerate(files, start=1):
        submission.files.append(_submit_file(dbsession, submitter, position, file))
    dbsession.flush()
    audit.record(
        dbsession,
        action="message.submit",
        outcome=audit.Outcome.DONE,
        actor=submitter.account_id,
        gemeentecode=submitter.gemeentecode,
        product=submitter.product,
        object_kind="submission",
        object_id=submission.id,
        details={outcome.value: sum(file.outcome is outcome for file in submission.files) for outcome in Outcome},
    )
    return submission


def _submit_file(dbsession: Session, submitter: Submitter, position: int, file: IncomingFile) -> SubmittedFile:
    verdict = file.verdict
    if verdict is None:
        raise ValueError("the file did not come in to its end")
    result = SubmittedFile(
        position=position,
        file_name=file.file_name,
        berichttype=verdict.berichttype or "",
        outcome=Outcome.GEWEIGERD,
        findings=findings.dump(verdict.findings),
        omitted=verdict.omitted,
    )
    if verdict.oordeel == "geweigerd" or verdict.header is None:
        return result
    answered = None
    if verdict.header.kind is Kind.RETOUR:
        answers = message_type(verdict.header.berichttype, verdict.header.release).answers or ""
        answered = pairing.by_header(dbsession, submitter.gemeentecode, Direction.IN, answers, verdict.header)
        if answered is None:
            return _refused(result, refusal("P01"))
    message = _message(submitter, file, verdict, verdict.header, answered)
    limit = payload_limit(envelope_of(dbsession, message))
    if verdict.size > limit:
        return _refused(result, refusal("P02", megabytes=limit // 1_000_000))
    earlier = _earlier(dbsession, message) or _add(dbsession, submitter, file, message, answered)
    if earlier is None:
        result.outcome, result.message_id = Outcome.INGEDIEND, message.id
    elif earlier.sha256 == message.sha256:
        result.outcome, result.message_id = Outcome.AL_INGEDIEND, earlier.id
    else:
        result.message_id = earlier.id
        return _refused(result, refusal("TR056"))
    return result


def _refused(result: SubmittedFile, finding: Finding) -> SubmittedFile:
    result.findings = [*findings.dump([finding]), *result.findings]
    return result


def _message(
    submitter: Submitter, file: IncomingFile, verdict: Verdict, header: MessageHeader, answered: Message | None
) -> Message:
    reference = new_reference()
    versie, subversie = message_type(header.berichttype, header.release).release.number
    return Message(
        id=uuid.uuid4(),
        gemeentecode=submitter.gemeentecode,
        product=submitter.product,
        direction=Direction.UIT,
        kind=MessageKind(header.kind.value),
        berichttype=header.berichttype,
        functie_versie=versie,
        functie_subversie=subversie,
        reference_id=reference,
        cross_reference_id=answered.reference_id if answered else None,
        conversation_id=answered.conversation_id if answered else reference,
        answers_id=answered.id if answered else None,
        # A retour goes back to where its heen came from: its own header says nothing of the route.
        counterparty=answered.counterparty if answered else header.envelope_receiver,
        afzender=header.afzender,
        ontvanger=header.ontvanger,
        identificatie=header.identificatie,
        dagtekening=header.dagtekening,
        payload_id=file.payload_id,
        sha256=verdict.sha256,
        size=verdict.size,
        file_name=file.file_name,
        own_reference=submitter.own_reference,
        administratie=submitter.administratie,
        findings=findings.dump(verdict.findings),
        omitted=verdict.omitted,
        state=State.INGEDIEND,
        created_at=clock.now(),
        created_by=submitter.account_id,
        duplicate_guard="|".join(
            [
                submitter.gemeentecode,
                submitter.product,
                header.berichttype,
                header.afzender,
                header.identificatie,
            ]
        ),
    )


def _earlier(dbsession: Session, message: Message) -> Message | None:
    """The message with the same identification that counts as sent, if there is one."""
    return dbsession.scalars(sa.select(Message).where(Message.duplicate_guard == message.duplicate_guard)).first()


def _add(
    dbsession: Session, submitter: Submitter, file: IncomingFile, message: Message, answered: Message | None
) -> Message | None:
    """Make the message durable. If another was first at this very moment, nothing, and the other is returned."""
    try:
        with dbsession.begin_nested():
            dbsession.add(message)
            dbsession.flush()
    except IntegrityError:
        earlier = _earlier(dbsession, message)
        if earlier is None:
            raise
        return earlier
    by = submitter.account_id
    record(message, EventKind.AANGEBODEN, by=by)
    record(message, EventKind.GECONTROLEERD, code="advies" if message.findings else "goed")
    record(message, EventKind.INGEDIEND)
    if answered is not None:
        record(answered, EventKind.RETOUR_GEMAAKT, code=message.berichttype, by=by)
    enqueue(dbsession, message.id, submitter.partner)
    file.keep()
    return None
