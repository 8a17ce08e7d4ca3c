"""People with roles, and logging in as one of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Aanhef, Account, Role, RoleGrant
from portaal.organisations.models import Organisation
from portaal.testing.application import Browser


@dataclass
class People:
    """Makes accounts with roles."""

    dbsession: Session
    counter: Iterator[int]

    def new(
        self,
        *roles: tuple[str, ...] | Role,
        gemeente: str = "0363",
        saved: bool = True,
        verified: bool = True,
        operator: bool = False,
        **fields: Any,
    ) -> Account:
        """An account of a gemeente's organisation (or the operator's).

        :param roles: ``("gebruiker", "iwmo")`` for a product of the gemeente, ``Role.GEBRUIKERSBEHEERDER`` for the
            gemeente itself, ``Role.SERVICEDESK`` for the operator.
        """
        number = next(self.counter)
        kvk = "99000001" if operator else f"9900{gemeente}"
        organisation = self.dbsession.scalars(sa.select(Organisation).where(Organisation.kvk_nummer == kvk)).one()
        now = clock.now()
        account = Account(
            issuer="urn:etoegang:HM:00000099000000000001:entities:9000",
            organisation_id=organisation.id,
            pseudonym=f"{number:064x}@{number:032x}",
            created_at=now - timedelta(days=1),
            **(
                {
                    "aanhef": Aanhef.MEVROUW,
                    "voorletters": "T.",
                    "voornaam": "Test",
                    "achternaam": f"Persoon{number}",
                    "email": f"test{number}@gemeente.example",
                    "profile_saved_at": now,
                }
                if saved
                else {}
            ),
            verified_at=now if verified else None,
            welcomed_at=now if verified else None,
        )
        for name, value in fields.items():
            setattr(account, name, value)
        self.dbsession.add(account)
        self.dbsession.flush()
        for role in roles:
            name, product = (role, None) if isinstance(role, str) else (role[0], role[1])
            code = None if Role(name) is Role.SERVICEDESK else gemeente
            self.dbsession.add(
                RoleGrant(account_id=account.id, role=Role(name), gemeentecode=code, product=product, granted_at=now)
            )
        self.dbsession.commit()
        return account

    def withdraw(self, account: Account) -> None:
        """Take all roles away from somebody, as a Gebruikersbeheerder does."""
        revoked = sa.update(RoleGrant).where(RoleGrant.account_id == account.id).values(revoked_at=clock.now())
        self.dbsession.execute(revoked)
        self.dbsession.commit()


@pytest.fixture
def people(dbsession: Session) -> People:
    return People(dbsession, itertools.count(1))


@pytest.fixture
def log_in(browser: Browser, dbsession: Session, people: People) -> Any:
    """``log_in(("gebruiker", "iwmo"), gemeente="0363")``: the browser, logged in as a new person with these roles."""

    def log_in(*roles: Any, **kwargs: Any) -> Browser:
        browser.log_in_as(dbsession, people.new(*roles, **kwargs))
        return browser

    return log_in
