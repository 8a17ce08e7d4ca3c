"""The people who look after a product's settings, for telling them something."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portaal.access.models import Account, Role
from portaal.roles.grants import has_role, holders


def productbeheerders(dbsession: Session, gemeentecode: str, product: str) -> list[Account]:
    """The Productbeheerders of a product of a gemeente, by name."""
    role = Role.PRODUCTBEHEERDER
    return [
        account
        for account in holders(dbsession, role, gemeentecode)
        if has_role(dbsession, account.id, role, gemeentecode, product)
    ]
