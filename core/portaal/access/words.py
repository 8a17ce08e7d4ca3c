"""How the roles are called on the screen."""

from __future__ import annotations

from portaal.access.models import Role
from portaal.web.i18n import _

ROLE_TITLES = {
    Role.GEBRUIKER: _("Gebruiker"),
    Role.PRODUCTBEHEERDER: _("Productbeheerder"),
    Role.GEBRUIKERSBEHEERDER: _("Gebruikersbeheerder"),
    Role.AUDITOR: _("Auditor"),
    Role.SERVICEDESK: _("Servicedesk"),
}
