"""Certificates among the settings that come to their end: seen on the tab, and told in time (B-12)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pydantic
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Role
from portaal.notifications.models import Notification, NotificationKind
from portaal.notifications.service import notify
from portaal.organisations.activation import active_gemeenten
from portaal.plugins.contract import HookContext, Job
from portaal.roles.grants import holders
from portaal.settings.certificate import Certificate
from portaal.settings.fields import SettingField, fields_of
from portaal.settings.store import SettingsStore

SOON = timedelta(days=60)
AGAIN_AFTER = timedelta(days=14)


def expiring(value: pydantic.BaseModel) -> list[tuple[SettingField, datetime]]:
    """The certificates that end within 60 days, or have ended, each with that moment."""
    certificates = ((field, getattr(value, field.name)) for field in fields_of(type(value)))
    return [
        (field, certificate.expires_at)
        for field, certificate in certificates
        if isinstance(certificate, Certificate) and certificate.expires_at < clock.now() + SOON
    ]


def expiry_job(store: SettingsStore) -> Job:
    """The job that tells the Productbeheerders."""

    def run(context: HookContext) -> None:
        warn(store, context.dbsession)

    return Job("certificates", run, every=timedelta(days=1))


def warn(store: SettingsStore, dbsession: Session) -> None:
    """Give a notice where a certificate of an active product ends soon, and again every 14 days."""
    for product in store.tabs:
        for gemeentecode in dbsession.scalars(active_gemeenten(product)).all():
            if expiring(store.load(dbsession, gemeentecode, product).value):
                _warn(dbsession, gemeentecode, product)


def _warn(dbsession: Session, gemeentecode: str, product: str) -> None:
    people = [
        account
        for account in holders(dbsession, Role.PRODUCTBEHEERDER, gemeentecode, product)
        if (gemeentecode, product) not in _told_lately(dbsession, account.id)
    ]
    notify(dbsession, people, NotificationKind.CERTIFICAAT_VERLOOPT, gemeentecode=gemeentecode, product=product)


def _told_lately(dbsession: Session, account_id: object) -> set[tuple[str, str]]:
    parameters = dbsession.scalars(
        sa.select(Notification.parameters).where(
            Notification.account_id == account_id,
            Notification.kind == NotificationKind.CERTIFICAAT_VERLOOPT,
            Notification.created_at > clock.now() - AGAIN_AFTER,
        )
    )
    return {(one["gemeentecode"], one["product"]) for one in parameters}
