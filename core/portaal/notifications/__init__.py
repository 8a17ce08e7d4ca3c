"""Notices to people: a page, a number in the header, and a mail that only points there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    from portaal.notifications.mail import make_mailer
    from portaal.notifications.outbox import mail_job

    mailer = make_mailer(config.registry.settings)  # settings that cannot work stop the portal here
    if mailer is not None:
        config.add_job(mail_job(config.registry, mailer))
    config.include("portaal.notifications.views")
