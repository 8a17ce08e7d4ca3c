"""How outcomes and reasons are told to people: what it means, and what to do."""

from __future__ import annotations

from portaal.api import _
from portaal_wlz_registertoets.outcome import Reason, WlzOutcome

OUTCOMES = {
    WlzOutcome.JA: _("Yes"),
    WlzOutcome.NEE: _("No"),
    WlzOutcome.NIET_BEPAALD: _("Not determined"),
}
OUTCOME_KINDS = {WlzOutcome.JA: "ok", WlzOutcome.NEE: "info", WlzOutcome.NIET_BEPAALD: "warning"}

REASONS = {
    Reason.NIET_INGERICHT: _(
        "The connection with the CIZ is not set up for your gemeente. Ask the Productbeheerder to fill in the settings."
    ),
    Reason.NIET_BEREIKBAAR: _("The register of the CIZ cannot be reached. Try again later."),
    Reason.BEVEILIGING: _(
        "No secure connection with the register could be made: a certificate was not accepted. Tell the "
        "Productbeheerder."
    ),
    Reason.GEEN_ANTWOORD: _("The register of the CIZ did not answer in time. Try again later."),
    Reason.STORING: _("The register of the CIZ has a failure. Try again later."),
    Reason.GEWEIGERD: _("The CIZ does not let your gemeente ask this. Tell the Productbeheerder."),
    Reason.VRAAG_AFGEKEURD: _("The CIZ did not accept the question. Check the BSN and the date."),
    Reason.TE_DRUK: _("The register of the CIZ gets too many questions. Try again in a few minutes."),
    Reason.ANTWOORD_ONBRUIKBAAR: _("The register gave an answer that cannot be relied on. Tell the Productbeheerder."),
    Reason.REGISTER_VEROUDERD: _("The register of the CIZ was not renewed, so its answer may be out of date."),
    Reason.ONDERBROKEN: _(
        "The register of the CIZ failed several times. It is not asked for a while. Try again later."
    ),
    Reason.ONGELDIG_BSN: _("This is not a BSN, so nothing was asked. Check the line and ask again."),
    Reason.NIET_AFGEMAAKT: _("The question was sent, but the portal stopped before the answer was there. Ask again."),
}

# The same to the Productbeheerder who tries the settings out, and can mend them.
TEST_REASONS = REASONS | {
    Reason.NIET_INGERICHT: _("Fill in the web address, the OIN, the client certificate and its private key first."),
    Reason.NIET_BEREIKBAAR: _(
        "Nothing answers at this web address. Check the address, and whether the CIZ lets your network in."
    ),
    Reason.BEVEILIGING: _(
        "No secure connection could be made. Check the client certificate, its private key and the certificate of the "
        "issuer."
    ),
    Reason.GEEN_ANTWOORD: _("The register did not answer in time. Try again later, or wait longer for an answer."),
    Reason.GEWEIGERD: _("The CIZ does not let your gemeente in. Check the OIN and the certificate, or ask the CIZ."),
    Reason.ANTWOORD_ONBRUIKBAAR: _("What answered is not the register, or it failed halfway. Check the web address."),
}

ACTS = {
    "wlz_registertoets.ask": _("Asks the Wlz register"),
    "wlz_registertoets.consult": _("Consulted the Wlz register"),
    "wlz_registertoets.list": _("Made a list for the Wlz register"),
    "wlz_registertoets.list_again": _("Had what was not determined of a list asked again"),
    "wlz_registertoets.list_close": _("Erased a list"),
    "wlz_registertoets.export_list": _("Downloaded a list with outcomes"),
    "wlz_registertoets.export_own": _("Downloaded one's own consultations"),
    "wlz_registertoets.report": _("Asked for a report on one person"),
    "wlz_registertoets.export_report": _("Downloaded a report"),
    "wlz_registertoets.signals_deliver": _("Delivered a dat-file"),
    "wlz_registertoets.signals_withdraw": _("Erased a dat-file"),
    "wlz_registertoets.signals_compare": _("Compared residents with the Wlz register"),
    "wlz_registertoets.signal_open": _("Opened a Wlz signal"),
    "wlz_registertoets.signal_deal_with": _("Dealt with a Wlz signal"),
    "wlz_registertoets.watch": _("Named a BSN that gets attention"),
    "wlz_registertoets.unwatch": _("Removed a BSN that gets attention"),
}
