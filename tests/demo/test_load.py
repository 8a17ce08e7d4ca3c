"""The demonstration's data."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

import portaal.demo
from portaal import clock
from portaal.access.identity import load_gemeenten, load_identity
from portaal.access.models import Account, Role, RoleGrant
from portaal.access.sessions import start
from portaal.demo.load import PRODUCTS, load
from portaal.organisations.agreements import AgreementType, missing_agreements
from portaal.organisations.models import Organisation
from portaal.organisations.seed import seed_reference_data

ACCOUNTS = Path(portaal.demo.__file__).parent / "accounts.toml"
ISSUER = "urn:etoegang:HM:00000099000000001000:entities:9000"


@pytest.fixture
def demo(fresh_database: Engine) -> Iterator[Session]:
    with Session(fresh_database) as dbsession:
        seed_reference_data(dbsession)
        load(dbsession, ACCOUNTS, ISSUER)
        dbsession.commit()
        yield dbsession


def test_everybody_who_is_in_can_work_and_nobody_else_is_known(demo: Session) -> None:
    with ACCOUNTS.open("rb") as file:
        people = tomllib.load(file)["account"]
    expected = {person["profile"]["email"] for person in people if person["state"] == "in"}
    accounts = demo.scalars(sa.select(Account)).all()
    assert {account.email for account in accounts} == expected
    assert {account.issuer for account in accounts} == {ISSUER}
    for number, account in enumerate(accounts):
        token = f"{number:043}"
        start(demo, token, account.id, "loa3")
        demo.flush()
        identity = load_identity(demo, token)
        assert identity is not None
        assert identity.grants, account.email


def test_what_is_active_and_what_is_missing(demo: Session) -> None:
    for code, missing in (("0363", 0), ("0384", 0), ("0394", 1)):
        organisation = demo.scalars(sa.select(Organisation).where(Organisation.kvk_nummer == f"9900{code}")).one()
        (standing,) = load_gemeenten(demo, organisation.id)
        assert standing.code == code
        assert len(standing.missing_agreements) == missing
        assert standing.active_products == frozenset(PRODUCTS)
    (vecozo,) = missing_agreements(demo, ["0394"], clock.today())["0394"]
    assert vecozo.slug == "bewerkersovereenkomst-vecozo"


def test_there_are_people_for_every_role(demo: Session) -> None:
    assert set(demo.scalars(sa.select(RoleGrant.role))) == set(Role)


def test_a_second_start_changes_nothing(demo: Session) -> None:
    for grant in demo.scalars(sa.select(RoleGrant).where(RoleGrant.role == Role.AUDITOR)):
        demo.delete(grant)
    before = demo.scalar(sa.select(sa.func.count()).select_from(RoleGrant))
    seed_reference_data(demo)
    load(demo, ACCOUNTS, ISSUER)
    assert demo.scalar(sa.select(sa.func.count()).select_from(RoleGrant)) == before
    assert demo.scalar(sa.select(sa.func.count()).select_from(AgreementType)) == 2


def test_the_two_documents_of_the_manual_are_reference_data_that_can_grow(demo: Session) -> None:
    titles = demo.scalars(sa.select(AgreementType.title_nl).order_by(AgreementType.position)).all()
    assert titles == [
        "Aansluitings- en bewerkersovereenkomst Gemeente met het Inlichtingenbureau",
        "Bewerkersovereenkomst Gemeente met VECOZO",
    ]
    demo.add(AgreementType(slug="derde", title_nl="Derde", title_en="Third", position=3))
    demo.flush()
    assert [kind.slug for kind in missing_agreements(demo, ["0363"], clock.today())["0363"]] == ["derde"]
