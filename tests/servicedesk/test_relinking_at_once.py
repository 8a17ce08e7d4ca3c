"""Relinking while others do something at the same moment."""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account, Role
from portaal.login.levels import AssuranceLevel
from portaal.login.record import LoginRecord
from portaal.login.session import find_or_create_account
from portaal.organisations.models import Organisation
from portaal.relinking import steps
from portaal.relinking.candidates import grants_of
from portaal.relinking.models import FormerIdentity, Relinking
from portaal.relinking.rules import fingerprint
from portaal.roles.errors import NotPossibleError
from portaal.testing.people import People
from portaal.testing.seed import seed

THREADS = 6


@dataclass(frozen=True)
class Scene:
    """An account, a newcomer, and who works at the desk: by their ids."""

    account: uuid.UUID
    newcomer: uuid.UUID
    desk: tuple[uuid.UUID, ...]
    before: LoginRecord


@pytest.fixture
def scene(fresh_database: Engine) -> Scene:
    with Session(fresh_database, expire_on_commit=False) as dbsession:
        seed(dbsession)
        people = People(dbsession, itertools.count(1))
        account, newcomer = people.new(("gebruiker", "iwmo")), people.new(verified=False)
        desk = tuple(people.new(Role.SERVICEDESK, operator=True).id for _ in range(2))
        record = LoginRecord(
            issuer=account.issuer, kvk_nummer="99000363", rsin=None, pseudonym=account.pseudonym,
            level=AssuranceLevel.LOA3, branch=None, intermediary_kvk=None, assertion_id="_a",
            expires_at=clock.now() + timedelta(minutes=2),
        )  # fmt: skip
        return Scene(account.id, newcomer.id, desk, record)


def propose(dbsession: Session, scene: Scene) -> uuid.UUID:
    account, newcomer = (dbsession.get_one(Account, each) for each in (scene.account, scene.newcomer))
    seen = fingerprint(account, newcomer, grants_of(dbsession, [account.id, newcomer.id]))
    return steps.propose(dbsession, account.id, newcomer.id, seen=seen, reason="Gebeld.", by=scene.desk[0]).id


def at_once(act: Callable[[], str]) -> list[str]:
    barrier, found = threading.Barrier(THREADS), []

    def run() -> None:
        barrier.wait()
        found.append(act())

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


def test_of_many_proposals_at_once_one_waits(fresh_database: Engine, scene: Scene) -> None:
    def act() -> str:
        with Session(fresh_database) as dbsession:
            try:
                propose(dbsession, scene)
                dbsession.commit()
            except NotPossibleError:
                return "refused"
            return "done"

    assert at_once(act) == ["done"] + ["refused"] * (THREADS - 1)
    with Session(fresh_database) as dbsession:
        assert dbsession.scalar(sa.select(sa.func.count()).select_from(Relinking)) == 1


def test_of_many_confirmations_at_once_one_relinks(fresh_database: Engine, scene: Scene) -> None:
    with Session(fresh_database) as dbsession:
        relinking_id = propose(dbsession, scene)
        dbsession.commit()

    def act() -> str:
        with Session(fresh_database) as dbsession:
            relinking = steps.find(dbsession, relinking_id, lock=True)
            if relinking is None:
                return "gone"
            steps.confirm(dbsession, relinking, scene.desk[1])
            dbsession.commit()
            return "done"

    assert at_once(act) == ["done"] + ["gone"] * (THREADS - 1)
    with Session(fresh_database) as dbsession:
        assert dbsession.scalar(sa.select(sa.func.count()).select_from(FormerIdentity)) == 1


def test_who_logs_in_with_the_means_from_before_at_that_moment_is_somebody_new(
    fresh_database: Engine, scene: Scene
) -> None:
    found: list[uuid.UUID] = []

    def log_in() -> None:
        with Session(fresh_database) as dbsession:
            organisation = dbsession.scalars(sa.select(Organisation).where(Organisation.kvk_nummer == "99000363")).one()
            found.append(find_or_create_account(dbsession, scene.before, organisation).id)
            dbsession.commit()

    with Session(fresh_database) as dbsession:
        relinking_id = propose(dbsession, scene)
        dbsession.commit()
        relinking = steps.find(dbsession, relinking_id, lock=True)
        assert relinking is not None
        steps.confirm(dbsession, relinking, scene.desk[1])
        login = threading.Thread(target=log_in)
        login.start()
        login.join(timeout=1)
        assert login.is_alive()  # it waits for what is going on
        dbsession.commit()
    login.join()
    assert found[0] not in (scene.account, scene.newcomer)
