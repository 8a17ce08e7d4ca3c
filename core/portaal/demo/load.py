"""Invented gemeenten, organisations and people for the demonstration."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Aanhef, Account, Role, RoleGrant
from portaal.organisations.activation import Activation
from portaal.organisations.agreements import Agreement
from portaal.organisations.models import Gemeente, Organisation, OrganisationGemeente, OrganisationKind
from portaal.organisations.seed import AANSLUITING, VECOZO

OPERATOR_KVK = "99000001"
OPERATOR = "Stichting Inlichtingenbureau"
PRODUCTS = ("iwmo", "ijw", "wlz_registertoets")
# Code, name, the KvK number of its organisation, and the agreements that came back.
GEMEENTEN = (
    ("0363", "Amsterdam", "99000363", (AANSLUITING, VECOZO)),
    ("0384", "Diemen", "99000384", (AANSLUITING, VECOZO)),
    ("0394", "Haarlemmermeer", "99000394", (AANSLUITING,)),
)
SENT, SIGNED, RETURNED = date(2026, 9, 1), date(2026, 9, 14), date(2026, 9, 21)


def load(dbsession: Session, accounts_file: Path, issuer: str) -> None:
    """Fill a database that was just made. One that was filled before is left as people changed it since.

    :param accounts_file: the people; those whose state is ``in`` get an account, the others log in themselves.
    :param issuer: the entity id of the makelaar they log in through.
    """
    if dbsession.scalar(sa.select(Organisation.id).where(Organisation.kvk_nummer == OPERATOR_KVK)):
        return
    organisations = {OPERATOR_KVK: Organisation(kvk_nummer=OPERATOR_KVK, naam=OPERATOR, kind=OrganisationKind.OPERATOR)}
    for code, naam, kvk_nummer, returned in GEMEENTEN:
        organisations[kvk_nummer] = _add_gemeente(dbsession, code, naam, kvk_nummer, returned)
    dbsession.add_all(organisations.values())
    dbsession.flush()
    with accounts_file.open("rb") as file:
        people = tomllib.load(file)["account"]
    for person in people:
        if person["state"] == "in":
            for kvk_nummer in person["organisations"]:
                _add_person(dbsession, person, organisations[kvk_nummer], issuer)
    dbsession.flush()


def _add_gemeente(dbsession: Session, code: str, naam: str, kvk_nummer: str, returned: tuple[str, ...]) -> Organisation:
    organisation = Organisation(kvk_nummer=kvk_nummer, naam=f"Gemeente {naam}", kind=OrganisationKind.GEMEENTE)
    dbsession.add_all([Gemeente(gemeentecode=code, naam=naam), organisation])
    dbsession.flush()
    dbsession.add(OrganisationGemeente(organisation_id=organisation.id, gemeentecode=code, valid_from=SENT))
    now = clock.now()
    for number, slug in enumerate((AANSLUITING, VECOZO), start=1):
        is_back = slug in returned
        dbsession.add(
            Agreement(
                gemeentecode=code,
                type_slug=slug,
                sent_on=SENT,
                signed_on=SIGNED if is_back else None,
                returned_on=RETURNED if is_back else None,
                reference=f"DEMO-{code}-{number}" if is_back else "",
                recorded_at=now,
            )
        )
    dbsession.add_all(Activation(gemeentecode=code, product=product, activated_at=now) for product in PRODUCTS)
    return organisation


def _add_person(dbsession: Session, person: dict[str, Any], organisation: Organisation, issuer: str) -> None:
    profile = dict(person["profile"])
    now = clock.now()
    account = Account(
        issuer=issuer,
        organisation_id=organisation.id,
        pseudonym=person["pseudonym"].lower(),
        created_at=now,
        profile_saved_at=now,
        verified_at=now,
        welcomed_at=now,
        aanhef=Aanhef(profile.pop("aanhef")),
        **profile,
    )
    dbsession.add(account)
    dbsession.flush()
    dbsession.add_all(
        RoleGrant(
            account_id=account.id,
            role=Role(grant["role"]),
            gemeentecode=grant.get("gemeente"),
            product=grant.get("product"),
            granted_at=now,
        )
        for grant in person["roles"]
    )
