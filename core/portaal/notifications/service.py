"""Notices: giving them, and what a person still has to read."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import audit, clock
from portaal.access.models import Account, Role
from portaal.notifications.models import Notification, NotificationKind

# Who is tied to another login without having asked for it must hear of it outside the portal; who waits for a role is
# promised a mail.
ALWAYS_MAILED = frozenset({NotificationKind.ANDERE_INLOG, NotificationKind.ROL_TOEGEKEND})
KINDS_BY_ROLE = {
    Role.SERVICEDESK: (NotificationKind.WACHT_OP_GEBRUIKERSBEHEERDER, NotificationKind.HERKOPPELING_WACHT),
    Role.GEBRUIKERSBEHEERDER: (
        NotificationKind.NIEUWE_AANMELDING,
        NotificationKind.GEBRUIKERSBEHEERDER_BENOEMD,
        NotificationKind.TOEGANG_BEEINDIGD,
        NotificationKind.ANDERE_INLOG_VAN_GEBRUIKER,
    ),
    Role.PRODUCTBEHEERDER: (NotificationKind.INSTELLINGEN_WACHTEN, NotificationKind.CERTIFICAAT_VERLOOPT),
}


def notify(
    dbsession: Session, recipients: Iterable[Account], kind: NotificationKind, **parameters: uuid.UUID | str
) -> None:
    """Give each of these people one notice, and who wants that a mail that points to it.

    :param parameters: ids and codes of what it is about (``account``, ``gemeentecode``, ``product``, ``role``).
    """
    now = clock.now()
    values = {name: str(value) for name, value in parameters.items()}
    for account in {account.id: account for account in recipients}.values():
        due = now if wants_mail(account, kind) else None
        dbsession.add(
            Notification(account_id=account.id, kind=kind, parameters=values, created_at=now, mail_due_at=due)
        )


def wants_mail(account: Account, kind: NotificationKind) -> bool:
    """Whether a person gets a mail about this kind of notice."""
    return kind in ALWAYS_MAILED or kind.value not in account.mail_off.split()


def choose_mails(
    dbsession: Session, account: Account, offered: Iterable[NotificationKind], wanted: Iterable[NotificationKind]
) -> None:
    """Note of which of the kinds that were offered somebody wants a mail; what was not offered stays as it was."""
    before = set(account.mail_off.split())
    off = before - {kind.value for kind in offered} | {kind.value for kind in set(offered) - set(wanted)}
    if off == before:
        return
    account.mail_off = " ".join(sorted(off))
    audit.record(
        dbsession,
        action="account.choose_mails",
        outcome=audit.Outcome.DONE,
        actor=account.id,
        object_kind="account",
        object_id=account.id,
        details={"mail_on": sorted(before - off), "mail_off": sorted(off - before)},
    )


def kinds_for(roles: Collection[Role]) -> list[NotificationKind]:
    """The kinds of notice that somebody with these roles can get, and may have without a mail."""
    held = [kind for role, kinds in KINDS_BY_ROLE.items() if role in roles for kind in kinds]
    return [*held, NotificationKind.ROL_INGETROKKEN]


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
