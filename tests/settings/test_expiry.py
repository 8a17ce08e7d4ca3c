"""Productbeheerders hear in time that a certificate ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account
from portaal.notifications.models import Notification, NotificationKind
from portaal.organisations.activation import Activation
from portaal.plugins.contract import HookContext
from portaal.settings.certificate import Certificate
from portaal.settings.expiry import expiry_job
from portaal.settings.store import SettingsStore
from portaal.testing.people import People
from tests.settings.proef import PRODUCT, Instellingen, certificate


@pytest.fixture
def beheerder(dbsession: Session, people: People) -> Account:
    """The Productbeheerder among people who are not, of a product that is active."""
    dbsession.add(Activation(gemeentecode="0363", product=PRODUCT, activated_at=clock.now()))
    people.new(("gebruiker", PRODUCT))
    people.new(("productbeheerder", "iwmo"))
    people.new(("productbeheerder", PRODUCT), gemeente="0384")
    return people.new(("productbeheerder", PRODUCT))


def use(store: SettingsStore, dbsession: Session, days: int, gemeentecode: str = "0363") -> None:
    value = Instellingen(certificaat=Certificate.parse(certificate(days=days)))
    store.save(dbsession, gemeentecode, PRODUCT, value, based_on=0, by=None)


def run(store: SettingsStore, dbsession: Session) -> list[Any]:
    expiry_job(store).run(HookContext(dbsession, "portaal", store))
    dbsession.flush()
    return list(dbsession.scalars(sa.select(Notification).order_by(Notification.created_at)))


@pytest.mark.parametrize(("days", "count"), [(61, 0), (59, 1), (-3, 1)])
def test_who_looks_after_the_product_is_told(
    store: SettingsStore, dbsession: Session, beheerder: Account, days: int, count: int
) -> None:
    use(store, dbsession, days)
    told = run(store, dbsession)
    assert [(one.account_id, one.kind) for one in told] == [
        (beheerder.id, NotificationKind.CERTIFICAAT_VERLOOPT)
    ] * count


def test_again_every_fourteen_days_and_not_in_between(
    store: SettingsStore, dbsession: Session, beheerder: Account
) -> None:
    use(store, dbsession, 50)
    start = clock.now()
    counts = []
    for day in range(30):
        with time_machine.travel(start + timedelta(days=day, hours=day % 2), tick=False):
            counts.append(len(run(store, dbsession)))
    assert [day for day in range(1, 30) if counts[day] > counts[day - 1]] == [14, 28]


def test_where_the_product_is_off_nobody_is_told(store: SettingsStore, dbsession: Session, beheerder: Account) -> None:
    use(store, dbsession, 10, gemeentecode="0384")
    assert run(store, dbsession) == []


def test_the_worker_knows_the_job(app: Any) -> None:
    from portaal.jobs import all_jobs

    assert ("portaal", "certificates") in {job.key for job in all_jobs(app.registry)}
