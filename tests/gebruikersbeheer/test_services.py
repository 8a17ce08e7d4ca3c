"""The rules about people, apart from the pages (R-73, R-90, B-07)."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account, Role, RoleGrant
from portaal.audit import AuditEvent
from portaal.clock import end_of
from portaal.gebruikersbeheer.access import end_access
from portaal.notifications.models import Notification, NotificationKind
from portaal.onboarding.issuing import issue
from portaal.onboarding.models import CodeKind
from portaal.organisations.activation import active_products
from portaal.organisations.models import OrganisationGemeente
from portaal.roles.errors import NotPossibleError
from portaal.roles.grants import (
    grant_product_role,
    has_role,
    holders,
    last_day,
)
from portaal.testing.people import People
from portaal.testing.seed import seed


@pytest.mark.parametrize(
    ("role", "where", "kind"),
    [
        (("gebruiker", "iwmo"), {}, CodeKind.GEBRUIKER),
        (Role.GEBRUIKERSBEHEERDER, {"gemeente": "0384"}, CodeKind.GEBRUIKER),
        (Role.SERVICEDESK, {"operator": True}, CodeKind.GEBRUIKER),
        (Role.GEBRUIKERSBEHEERDER, {}, CodeKind.GEBRUIKERSBEHEERDER),
        (Role.AUDITOR, {}, CodeKind.GEBRUIKERSBEHEERDER),
    ],
)
def test_who_may_not_issue_which_code(
    people: People, dbsession: Session, role: Any, where: dict[str, Any], kind: CodeKind
) -> None:
    by = people.new(role, **where)
    newcomer = people.new(verified=False)
    with pytest.raises(NotPossibleError, match="You may not issue this code"):
        issue(dbsession, newcomer.id, "0363", kind, by.id)


@pytest.mark.parametrize(
    ("newcomer", "message"),
    [
        ({"gemeente": "0384", "verified": False}, "does not work for this gemeente"),
        ({"saved": False, "verified": False}, "not filled in"),
        ({"verified": True}, "verified already"),
        ({"verified": False, "ended_at": clock.now()}, "access of this person has ended"),
    ],
)
def test_who_gets_no_code(people: People, dbsession: Session, newcomer: dict[str, Any], message: str) -> None:
    by = people.new(Role.GEBRUIKERSBEHEERDER)
    with pytest.raises(NotPossibleError, match=message):
        issue(dbsession, people.new(**newcomer).id, "0363", CodeKind.GEBRUIKER, by.id)


@pytest.mark.parametrize("role", [Role.GEBRUIKER, Role.PRODUCTBEHEERDER])
@pytest.mark.parametrize("allow_combined", [False, True])
def test_an_auditor_gets_no_role_of_a_product(
    people: People, dbsession: Session, role: Role, allow_combined: bool
) -> None:
    by, auditor = people.new(Role.GEBRUIKERSBEHEERDER), people.new(Role.AUDITOR)
    with pytest.raises(NotPossibleError, match="is auditor of the gemeente"):
        grant_product_role(
            dbsession, auditor.id, role, gemeentecode="0363", product="iwmo", by=by.id, allow_combined=allow_combined
        )


def test_a_gebruikersbeheerder_gets_no_second_code(people: People, dbsession: Session) -> None:
    by = people.new(Role.SERVICEDESK, operator=True)
    with pytest.raises(NotPossibleError, match="gebruikersbeheerder of this gemeente already"):
        issue(dbsession, people.new(Role.GEBRUIKERSBEHEERDER).id, "0363", CodeKind.GEBRUIKERSBEHEERDER, by.id)


def grant(dbsession: Session, account: Account, role: Role, by: Account, **kwargs: Any) -> RoleGrant:
    values = {"gemeentecode": "0363", "product": "iwmo"} | kwargs
    return grant_product_role(dbsession, account.id, role, by=by.id, **values)


def test_granting_again_changes_the_end_date_only(people: People, dbsession: Session) -> None:
    by, person = people.new(Role.GEBRUIKERSBEHEERDER), people.new()
    first = grant(dbsession, person, Role.GEBRUIKER, by)
    until = clock.today() + timedelta(days=7)
    again = grant(dbsession, person, Role.GEBRUIKER, by, until=until)
    assert again.id == first.id
    assert again.ends_at is not None
    assert last_day(again.ends_at) == until


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)])
def test_the_last_day_is_a_dutch_day_also_when_the_clock_changes(day: date) -> None:
    assert last_day(end_of(day)) == day


def test_the_person_hears_of_a_role_that_comes_or_goes(people: People, dbsession: Session) -> None:
    from portaal.roles.grants import revoke_product_role

    by, person = people.new(Role.GEBRUIKERSBEHEERDER), people.new()
    given = grant(dbsession, person, Role.GEBRUIKER, by)
    revoke_product_role(dbsession, person.id, given.id, gemeentecode="0363", by=by.id)
    dbsession.flush()
    notices = dbsession.scalars(sa.select(Notification).where(Notification.account_id == person.id)).all()
    assert {notice.kind for notice in notices} == {NotificationKind.ROL_TOEGEKEND, NotificationKind.ROL_INGETROKKEN}
    assert not has_role(dbsession, person.id, Role.GEBRUIKER, "0363", "iwmo")


def test_every_change_is_in_the_audit_trail(people: People, dbsession: Session) -> None:
    by, person = people.new(Role.GEBRUIKERSBEHEERDER), people.new()
    grant(dbsession, person, Role.GEBRUIKER, by)
    end_access(dbsession, person.id, "0363", by.id)
    events = dbsession.scalars(sa.select(AuditEvent).order_by(AuditEvent.at)).all()
    assert [event.action for event in events] == ["role.grant", "role.revoke", "account.end"]
    assert {event.actor for event in events} == {by.id}
    assert {event.object_id for event in events} == {str(person.id)}
    assert {event.gemeentecode for event in events} == {"0363"}


def test_a_product_that_is_not_active_cannot_be_granted(people: People, dbsession: Session) -> None:
    from portaal.organisations.activation import Activation

    for activation in dbsession.scalars(sa.select(Activation).where(Activation.gemeentecode == "0363",
                                                                    Activation.product == "ijw")):  # fmt: skip
        activation.deactivated_at = clock.now()
    dbsession.flush()
    assert active_products(dbsession, "0363") == {"iwmo", "wlz_registertoets"}
    with pytest.raises(NotPossibleError, match="active"):
        grant(dbsession, people.new(), Role.GEBRUIKER, people.new(Role.GEBRUIKERSBEHEERDER), product="ijw")


def test_somebody_with_a_role_elsewhere_keeps_the_account(people: People, dbsession: Session) -> None:
    by = people.new(Role.GEBRUIKERSBEHEERDER)
    person = people.new(("gebruiker", "iwmo"))
    dbsession.add(OrganisationGemeente(organisation_id=person.organisation_id, gemeentecode="0384",
                                       valid_from=clock.today()))  # fmt: skip
    dbsession.add(RoleGrant(account_id=person.id, role=Role.GEBRUIKER, gemeentecode="0384", product="iwmo",
                            granted_at=clock.now()))  # fmt: skip
    dbsession.flush()
    end_access(dbsession, person.id, "0363", by.id)
    assert person.ended_at is None
    assert not has_role(dbsession, person.id, Role.GEBRUIKER, "0363", "iwmo")
    assert has_role(dbsession, person.id, Role.GEBRUIKER, "0384", "iwmo")


def test_the_end_of_a_gebruikersbeheerder_is_told_to_the_others_and_the_desk(
    people: People, dbsession: Session
) -> None:
    by, leaver, third = (people.new(Role.GEBRUIKERSBEHEERDER) for _ in range(3))
    desk = people.new(Role.SERVICEDESK, operator=True)
    end_access(dbsession, leaver.id, "0363", by.id)
    dbsession.flush()
    notices = dbsession.scalars(sa.select(Notification)).all()
    assert {notice.account_id for notice in notices} == {third.id, desk.id}
    assert {notice.kind for notice in notices} == {NotificationKind.TOEGANG_BEEINDIGD}


@pytest.mark.parametrize(
    "change",
    [{"ended_at": clock.now()}, {"verified_at": None}],
)
def test_who_cannot_work_does_not_count_as_gebruikersbeheerder(
    people: People, dbsession: Session, change: dict[str, Any]
) -> None:
    one = people.new(Role.GEBRUIKERSBEHEERDER)
    people.new(Role.GEBRUIKERSBEHEERDER, **change)
    assert [account.id for account in holders(dbsession, Role.GEBRUIKERSBEHEERDER, "0363")] == [one.id]
    with pytest.raises(NotPossibleError, match="last"):
        end_access(dbsession, one.id, "0363", one.id)


def test_two_gebruikersbeheerders_who_end_each_other_at_once_leave_one(fresh_database: Engine) -> None:
    with Session(fresh_database, expire_on_commit=False) as dbsession:
        seed(dbsession)
        dbsession.commit()
        people = People(dbsession, itertools.count(1))
        one, other = people.new(Role.GEBRUIKERSBEHEERDER), people.new(Role.GEBRUIKERSBEHEERDER)
    together = Barrier(2)

    def end(pair: tuple[Account, Account]) -> bool:
        together.wait()
        try:
            with Session(fresh_database) as dbsession, dbsession.begin():
                end_access(dbsession, pair[1].id, "0363", pair[0].id)
        except NotPossibleError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(end, [(one, other), (other, one)])) == [False, True]
    with Session(fresh_database) as dbsession:
        assert len(holders(dbsession, Role.GEBRUIKERSBEHEERDER, "0363")) == 1


def test_both_roles_at_once_from_two_sides_leave_one(fresh_database: Engine) -> None:
    with Session(fresh_database, expire_on_commit=False) as dbsession:
        seed(dbsession)
        dbsession.commit()
        people = People(dbsession, itertools.count(1))
        by, person = people.new(Role.GEBRUIKERSBEHEERDER), people.new()
    together = Barrier(2)

    def give(role: Role) -> bool:
        together.wait()
        try:
            with Session(fresh_database) as dbsession, dbsession.begin():
                grant(dbsession, person, role, by)
        except NotPossibleError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(give, [Role.GEBRUIKER, Role.PRODUCTBEHEERDER])) == [False, True]
