"""Heen and retour belong together: by crossRefnummer, else by what the retour's own header repeats of the heen."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.berichtenverkeer.gate import MessageHeader
from portaal.berichtenverkeer.tracking.models import Direction, Message


def by_reference(dbsession: Session, gemeentecode: str, reference_id: str) -> Message | None:
    """The message that a gemeente sent with this referentienummer, locked for change; None when it is not known."""
    return dbsession.scalars(
        sa.select(Message)
        .where(
            Message.gemeentecode == gemeentecode,
            Message.direction == Direction.UIT,
            Message.reference_id == reference_id,
        )
        .with_for_update()
    ).first()


def by_header(
    dbsession: Session, gemeentecode: str, direction: Direction, berichttype: str, header: MessageHeader
) -> Message | None:
    """The newest message that a retour with this header answers, locked for change; None when it is not known.

    :param direction: of the message that is looked for; ``berichttype`` likewise.
    :param header: the retour's own, which repeats the heen's sender and identification (IV028).
    """
    return dbsession.scalars(
        sa.select(Message)
        .where(
            Message.gemeentecode == gemeentecode,
            Message.direction == direction,
            Message.berichttype == berichttype,
            Message.afzender == header.afzender,
            Message.identificatie == header.identificatie,
        )
        .order_by(Message.created_at.desc())
        .with_for_update()
    ).first()
