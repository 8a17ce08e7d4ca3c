"""Every test watches that the portal changes nothing without an audit line; here it is tried that it would be seen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import audit, clock
from portaal.access.models import Account
from portaal.plugins.tables import owners
from portaal.testing.people import People
from portaal.testing.unrecorded import NO_LINE, Unrecorded

pytestmark = pytest.mark.portaal_database("sqlite")  # what is looked at are sessions, not databases


@pytest.fixture
def account(people: People) -> Account:
    return people.new(("gebruiker", "iwmo"))


@pytest.fixture
def portals_session(dbsession: Session, watch_the_audit_trail: Unrecorded) -> Callable[[], Session]:
    """Sessions as a module of the portal makes them."""

    def make() -> Session:
        session = Session(dbsession.get_bind(), join_transaction_mode="create_savepoint")
        watch_the_audit_trail.made(session, "portaal.access.sessions")
        return session

    return make


def changed(session: Session, account: Account) -> None:
    session.get_one(Account, account.id).afdeling = "anders"


def changed_at_once(session: Session, account: Account) -> None:
    session.execute(sa.update(Account).where(Account.id == account.id).values(afdeling="anders"))


def changed_in_the_table(session: Session, account: Account) -> None:
    table = sa.inspect(Account).local_table
    session.execute(sa.update(table).where(table.c.id == account.id).values(afdeling="anders"))


def changed_within(session: Session, account: Account) -> None:
    with session.begin_nested():
        changed(session, account)


def added(session: Session, account: Account) -> None:
    session.add(Account(issuer="x", organisation_id=account.organisation_id, pseudonym="nieuw", created_at=clock.now()))


def changed_before_something_else_failed(session: Session, account: Account) -> None:
    changed(session, account)
    with suppress(LookupError), session.begin_nested():
        session.execute(sa.update(Account).values(voorletters="X."))
        raise LookupError


CHANGES = [changed, changed_before_something_else_failed, changed_at_once, changed_in_the_table, changed_within, added]


def found(watch: Unrecorded) -> list[str]:
    seen = [table for table, _, _ in (line.partition(",") for line in watch.found)]
    watch.found.clear()
    return seen


def line(session: Session) -> None:
    audit.record(session, action="account.end", outcome=audit.Outcome.DONE, actor=None)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_without_a_line_is_seen(
    change: Callable[[Session, Account], None],
    account: Account,
    portals_session: Callable[[], Session],
    watch_the_audit_trail: Unrecorded,
) -> None:
    with portals_session() as session:
        change(session, account)
        session.commit()
        assert found(watch_the_audit_trail) == ["account"]
        line(session)
        session.commit()  # too late
        session.execute(sa.update(Account).values(achternaam="anders"))
        session.commit()
        assert found(watch_the_audit_trail) == ["account"]


@pytest.mark.parametrize("change", CHANGES)
def test_a_line_in_the_same_transaction_is_enough(
    change: Callable[[Session, Account], None],
    account: Account,
    portals_session: Callable[[], Session],
    watch_the_audit_trail: Unrecorded,
) -> None:
    with portals_session() as session:
        change(session, account)
        line(session)
        session.commit()
    assert found(watch_the_audit_trail) == []


def test_what_was_not_kept_needs_no_line(
    account: Account, portals_session: Callable[[], Session], watch_the_audit_trail: Unrecorded
) -> None:
    with portals_session() as session:
        changed_at_once(session, account)
        session.rollback()
        session.execute(sa.update(Account).where(Account.afdeling == "van niemand").values(afdeling=""))
        session.get_one(Account, account.id).afdeling = account.afdeling
        session.commit()
    assert found(watch_the_audit_trail) == []


def test_a_session_of_a_test_is_not_the_portals(account: Account, dbsession: Session) -> None:
    """Else every test that prepares something would need a line: the fixture that watches judges this one."""
    changed(dbsession, account)
    dbsession.commit()


def test_what_needs_no_line_is_there() -> None:
    assert set(NO_LINE) <= {name for owner in owners().values() for name in owner.metadata.tables}
