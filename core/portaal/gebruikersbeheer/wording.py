"""How roles, products and states are called on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portaal.access.models import Role
from portaal.gebruikersbeheer.people import Toestand
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.request import Request

ROLE_TITLES = {
    Role.GEBRUIKER: _("Gebruiker"),
    Role.PRODUCTBEHEERDER: _("Productbeheerder"),
    Role.GEBRUIKERSBEHEERDER: _("Gebruikersbeheerder"),
    Role.AUDITOR: _("Auditor"),
    Role.SERVICEDESK: _("Servicedesk"),
}

STATE_TITLES = {
    Toestand.AANGEMELD: _("Registered, waits for a code"),
    Toestand.CODE_UITGEGEVEN: _("Code issued"),
    Toestand.GEVERIFIEERD: _("Verified, no role yet"),
    Toestand.ACTIEF: _("Active"),
    Toestand.BEEINDIGD: _("Ended"),
}
STATE_KINDS = {
    Toestand.AANGEMELD: "warning",
    Toestand.CODE_UITGEGEVEN: "info",
    Toestand.GEVERIFIEERD: "warning",
    Toestand.ACTIEF: "ok",
    Toestand.BEEINDIGD: "neutral",
}


def product_title(request: Request, product: str) -> str:
    """The name of a product; its identifier where the plugin is not installed (any more)."""
    plugin = request.registry["portaal.plugins"].get(product)
    return plugin.info.title if plugin else product
