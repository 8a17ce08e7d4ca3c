"""How the states of people are called and shown on the screen."""

from __future__ import annotations

from portaal.gebruikersbeheer.people import Toestand
from portaal.web.i18n import _

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
