"""Heen and retour belong together: by crossRefnummer, else by what the retour's own header repeats of the heen."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.berichtenverkeer.gate import MessageHeader
from portaal.berichtenverkeer.standard import message_type
from portaal.berichtenverkeer.tracking.models import Direction, Message


def answered_message(
    dbsession: Session,
    gemeentecode: str,
    direction: Direction,
    cross_reference_id: str | None,
    header: MessageHeader | None,
) -> Message | None:
    """The message that a retour or fault answers, locked for change; None when it is not known here.

    :param direction: of the message that is looked for.
    :param header: the payload's header. A retour's holds the heen's sender and identification (IV028), by which the
        heen is found when the crossRefnummer leads nowhere.
    """
    mine = sa.select(Message).where(Message.gemeentecode == gemeentecode, Message.direction == direction)
    if cross_reference_id:
        found = dbsession.scalars(mine.where(Message.reference_id == cross_reference_id).with_for_update()).first()
        if found is not None:
            return found
    answers = message_type(header.berichttype, header.release).answers if header else None
    if header is None or answers is None:
        return None
    return dbsession.scalars(
        mine.where(
            Message.berichttype == answers,
            Message.afzender == header.afzender,
            Message.identificatie == header.identificatie,
        )
        .order_by(Message.created_at.desc())
        .with_for_update()
    ).first()
