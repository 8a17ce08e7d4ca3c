"""Notices: giving them, and what a person still has to read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account
from portaal.notifications.models import Notification, NotificationKind


def notify(
    dbsession: Session, recipients: Iterable[Account], kind: NotificationKind, **parameters: uuid.UUID | str
) -> None:
    """Give each of these people one notice, and have a mail sent that points to it.

    :param parameters: ids and codes of what it is about (``account``, ``gemeentecode``, ``product``, ``role``).
    """
    now = clock.now()
    values = {name: str(value) for name, value in parameters.items()}
    for account_id in {account.id for account in recipients}:
        dbsession.add(
            Notification(account_id=account_id, kind=kind, parameters=values, created_at=now, mail_due_at=now)
        )


def unread_count(dbsession: Session, account_id: uuid.UUID) -> int:
    """How many notices a person has not read."""
    query = sa.select(sa.func.count()).where(Notification.account_id == account_id, Notification.read_at.is_(None))
    return dbsession.scalar(query) or 0


def own_notification(dbsession: Session, account_id: uuid.UUID, notification_id: uuid.UUID) -> Notification | None:
    """A notice of this person, or None."""
    return dbsession.scalar(
        sa.select(Notification).where(Notification.id == notification_id, Notification.account_id == account_id)
    )


def mark_all_read(dbsession: Session, account_id: uuid.UUID) -> None:
    """Note that a person has seen all their notices."""
    dbsession.execute(
        sa.update(Notification)
        .where(Notification.account_id == account_id, Notification.read_at.is_(None))
        .values(read_at=clock.now())
    )
