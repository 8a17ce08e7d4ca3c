"""Finding one account from the shell."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.access.models import Account


class NoOneAccountError(LookupError):
    """None, or several. The text says which, for the operator."""


def find_account(dbsession: Session, text: str) -> Account:
    """The account with this id or e-mail address.

    :raises NoOneAccountError: there is none, or one address belongs to several accounts.
    """
    try:
        account = dbsession.get(Account, uuid.UUID(text))
        found = [account] if account else []
    except ValueError:
        query = sa.select(Account).where(sa.func.lower(Account.email) == text.strip().lower(), Account.email != "")
        found = list(dbsession.scalars(query))
    if not found:
        raise NoOneAccountError("no account has this id or e-mail address")
    if len(found) > 1:
        ids = ", ".join(sorted(str(account.id) for account in found))
        raise NoOneAccountError(f"several accounts have this e-mail address; choose one by its id: {ids}")
    return found[0]
