"""What stands between two accounts and their relinking."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence

from translationstring import TranslationString

from portaal.access.models import Account, RoleGrant
from portaal.web.i18n import _


def obstacle(
    account: Account, newcomer: Account, grants: Sequence[RoleGrant], by: uuid.UUID
) -> TranslationString | None:
    """Why this colleague cannot give the account the newcomer's identity; None when they can.

    :param grants: the roles that the two hold now.
    """
    if account.id == newcomer.id:
        return _("This is one and the same account. Choose the account from before and the one of the new login.")
    if by in (account.id, newcomer.id):
        return _("This is about yourself. Ask two colleagues: nobody relinks themselves.")
    if account.organisation_id != newcomer.organisation_id:
        return _("These accounts are of different organisations. Relinking is for one person at one organisation.")
    if account.ended_at is not None:
        return _("The access of the existing account has ended. It must be restored before it can be relinked.")
    if newcomer.ended_at is not None:
        return _("The account of the new login has ended.")
    if account.verified_at is None:
        return _("The existing account was never verified, so there is nothing to take along.")
    if any(grant.account_id == newcomer.id for grant in grants):
        return _("The account of the new login has roles already. Revoke them first, or leave the two accounts apart.")
    if newcomer.verified_at is not None:
        return _("The account of the new login was verified already, so it is somebody of its own.")
    return None


def fingerprint(account: Account, newcomer: Account, grants: Sequence[RoleGrant]) -> str:
    """Changes with everything the Servicedesk looks at before it says that two accounts are one person (64 hex)."""
    facts = [
        (each.id, each.issuer, each.pseudonym, each.display_name, each.email, each.verified_at, each.ended_at)
        for each in (account, newcomer)
    ]
    return hashlib.sha256(repr([facts, sorted(str(grant.id) for grant in grants)]).encode()).hexdigest()
