"""Roles that do not go together in one person: who checks is not who is checked (R-90, BIO2 8.15.06).

Somebody who holds two of them still could do no harm with a message (see :mod:`portaal.access.resources`); but an
auditor would look at their own consultations, and at the roles they gave.
"""

from __future__ import annotations

from collections.abc import Iterable

from translationstring import TranslationString

from portaal.access.models import PRODUCT_ROLES, Role, RoleGrant
from portaal.web.i18n import _


def conflict(
    role: Role, product: str | None, held: Iterable[RoleGrant], *, allow_combined: bool = False
) -> TranslationString | None:
    """Why somebody cannot be given a role, or None when they can.

    :param product: of the role, None for what is held for a gemeente as a whole.
    :param held: the roles that the person holds for the same gemeente.
    :param allow_combined: whether one person may be Gebruiker and Productbeheerder of one product (R-90). For the
        auditor there is no such choice.
    """
    roles = {grant.role for grant in held}
    if role is Role.AUDITOR and Role.GEBRUIKERSBEHEERDER in roles:
        return _("A gebruikersbeheerder cannot be auditor of the same gemeente.")
    if role is Role.AUDITOR and not roles.isdisjoint(PRODUCT_ROLES):
        return _("This person works with a product, so cannot be auditor of the same gemeente.")
    if role is not Role.AUDITOR and Role.AUDITOR in roles:
        return _("This person is auditor of the gemeente. Ask the Servicedesk to withdraw that appointment first.")
    if role in PRODUCT_ROLES and not allow_combined:
        others = {grant.role for grant in held if grant.product == product} - {role}
        if not others.isdisjoint(PRODUCT_ROLES):
            return _(
                "One person cannot be both Gebruiker and Productbeheerder of the same product. "
                "Revoke the other role first."
            )
    return None
