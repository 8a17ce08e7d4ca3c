"""Sending the mails that notices ask for, apart from the request that gave the notice.

The next attempt is planned before the present one is made, in its own short transaction: nothing is locked while a
mail server takes its time, and after a crash the mail goes out later, perhaps twice, never not at all.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from translationstring import TranslationString

from portaal import clock
from portaal.access.models import Account
from portaal.notifications.mail import Mailer
from portaal.notifications.models import Notification, NotificationKind
from portaal.notifications.texts import WORDINGS
from portaal.plugins.contract import HookContext, Job
from portaal.web.i18n import LOCALES, _, translator

if TYPE_CHECKING:
    from pyramid.registry import Registry

log = logging.getLogger(__name__)

FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)
WORTHLESS_AFTER = timedelta(days=3)


@dataclass(frozen=True)
class Sender:
    """Who mails are from: the portal.

    :param address: the address they come from.
    :param public_url: where the portal is, for the link in the mail.
    """

    address: str
    public_url: str


def mail_job(registry: Registry, mailer: Mailer) -> Job:
    """Every ten seconds, the mails that are due; from ``portaal.mail_from``, else from a no-reply address."""
    settings = registry.settings
    public_url = settings["portaal.public_url"]
    address = settings.get("portaal.mail_from") or f"noreply@{urlsplit(public_url).hostname}"
    sender = Sender(address, public_url)

    def send(context: HookContext) -> None:
        # Apart from the job's own session: nothing is locked while a mail server takes its time.
        send_due_mails(registry["portaal.engine"], mailer, sender)

    return Job("mail", send, every=timedelta(seconds=10))


@dataclass(frozen=True)
class _Due:
    notification_id: uuid.UUID
    kind: NotificationKind
    recipient: str


def send_due_mails(engine: Engine, mailer: Mailer, sender: Sender) -> int:
    """Send every mail that is due now. One that fails is tried again later, for three days.

    :returns: how many were sent.
    """
    sent = 0
    while (due := _claim(engine)) is not None:
        try:
            mailer.send(compose(due.notification_id, due.kind, due.recipient, sender))
        except OSError as error:
            notification = str(due.notification_id)
            log.warning("a mail was not taken: %s", type(error).__name__, extra={"notification": notification})
            continue
        _mark_sent(engine, due.notification_id)
        sent += 1
    return sent


def compose(notification_id: uuid.UUID, kind: NotificationKind, recipient: str, sender: Sender) -> EmailMessage:
    """The mail: what happened in general words and a link, in both languages, and nothing about anybody."""
    message = EmailMessage()
    message["From"] = f"Portaal Zorg <{sender.address}>"
    message["To"] = recipient
    message["Subject"] = translator(LOCALES[0])(_("Portaal Zorg: there is a notice for you"))
    message["Message-ID"] = f"<{notification_id}@{urlsplit(sender.public_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n\n-- \n\n".join(_body(translator(locale), kind, sender) for locale in LOCALES))
    return message


def _body(translate: Callable[[TranslationString], str], kind: NotificationKind, sender: Sender) -> str:
    link = _("Log in to read it: ${address}", mapping={"address": f"{sender.public_url}/meldingen"})
    return "\n\n".join(
        translate(text)
        for text in (WORDINGS[kind].mail, link, _("This mail was sent automatically. You cannot reply to it."))
    )


def _claim(engine: Engine) -> _Due | None:
    now = clock.now()
    with Session(engine) as dbsession, dbsession.begin():
        row = dbsession.execute(
            sa.select(Notification, Account)
            .join(Account, Account.id == Notification.account_id)
            .where(
                Notification.mail_due_at <= now,
                Notification.created_at > now - WORTHLESS_AFTER,
                Notification.read_at.is_(None),
                Account.ended_at.is_(None),
            )
            .order_by(Notification.mail_due_at)
            .limit(1)
            .with_for_update(skip_locked=True, of=Notification)
        ).one_or_none()
        if row is None:
            return None
        notification, account = row
        notification.mail_due_at = now + min(FIRST_RETRY * 2**notification.mail_attempts, LAST_RETRY)
        notification.mail_attempts += 1
        return _Due(notification.id, notification.kind, account.email)


def _mark_sent(engine: Engine, notification_id: uuid.UUID) -> None:
    with Session(engine) as dbsession, dbsession.begin():
        dbsession.execute(
            sa.update(Notification)
            .where(Notification.id == notification_id)
            .values(mailed_at=clock.now(), mail_due_at=None)
        )
