"""What a line of the audit trail is about, in words. Stored are names and codes.

What is not known here is shown as it is. Exports keep the codes: programs read those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from translationstring import TranslationString

from portaal.access.reasons import Reason
from portaal.web.formats import short_day, short_moment
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.request import Request

OBJECTS: dict[str, TranslationString] = {
    "agreement": _("Agreement"),
    "gemeente": _("Gemeente"),
    "lijst": _("List"),
    "message": _("Message"),
    "organisation": _("Organisation"),
    "product": _("Product"),
    "raadpleging": _("Consultation"),
    "route": _("Page"),
    "settings": _("Settings, version"),
    "settings_draft": _("Draft of settings"),
    "signaal": _("Signal"),
    "submission": _("Delivery"),
    "tile": _("Part of the overview"),
}
NAMES: dict[str, TranslationString] = {
    "aanleiding": _("Reason for asking"),
    "al_ingediend": _("Delivered before"),
    "branch": _("Branch"),
    "compared": _("Compared"),
    "count": _("Number"),
    "decision_shown": _("Decision shown"),
    "erased": _("Erased"),
    "failed": _("Failed"),
    "fields": _("Changed"),
    "filters": _("Filters"),
    "flag": _("Attention"),
    "form": _("Form"),
    "found": _("Found"),
    "from": _("From"),
    "gemeentecode": _("Gemeente"),
    "geweigerd": _("Refused"),
    "ingediend": _("To be sent"),
    "intermediary": _("Intermediary"),
    "kind": _("Kind"),
    "length": _("Number of lines"),
    "level": _("Level"),
    "limit": _("Limit"),
    "mail_off": _("No e-mail any more"),
    "mail_on": _("E-mail from now on"),
    "makelaar": _("Makelaar"),
    "makelaar_before": _("Makelaar before"),
    "method": _("Method"),
    "month": _("Month"),
    "new": _("New"),
    "not_determined": _("Not determined because"),
    "other": _("Other account"),
    "outcome": _("Outcome"),
    "page": _("Page"),
    "partner": _("Partner"),
    "peildatum": _("Reference date"),
    "proposed_by": _("Proposed by"),
    "reason": _("Reason"),
    "register_date": _("Register as of"),
    "renewed": _("Renewed"),
    "role": _("Role"),
    "rows": _("Rows"),
    "sessions": _("Sessions"),
    "settings": _("Changed"),
    "succeeded": _("Succeeded"),
    "tables": _("Tables"),
    "to": _("Up to and including"),
    "type": _("Kind"),
    "until": _("Until"),
    "zaakkenmerk": _("Case"),
}
CODES: dict[str, TranslationString | str] = {
    Reason.NOT_PERMITTED: _("no role for this"),
    Reason.AGREEMENTS_MISSING: _("an agreement is missing"),
    Reason.ACCOUNT_ENDED: _("the access has ended"),
    Reason.PROFILE_MISSING: _("Persoonlijke Instellingen not filled in"),
    Reason.NOT_VERIFIED: _("not verified"),
    Reason.NO_ROLES: _("no role yet"),
    Reason.OUTSIDE_NETWORK: _("from another network"),
    "other_gemeente": _("another gemeente"),
    "product_not_active": _("this product is off"),
    "unknown_organisation": _("the organisation is not known"),
    "limit": _("the limit was reached"),
    "vecozo": "VECOZO",
    "cak": "CAK",
    "ciz": "CIZ",
}
_CODE = re.compile("[a-z]+(_[a-z]+)+")  # of a product, e.g. "niet_bepaald"
Translate = Callable[[TranslationString | str], str]


def object_words(request: Request, kind: str, object_id: str) -> str:
    """What a line is about, where that is no person, e.g. "Message 7f3c..."; empty when it is about nothing."""
    return f"{request.localizer.translate(OBJECTS.get(kind, kind))} {object_id}" if object_id else ""


def detail_words(request: Request, details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The names and values of a line's details, without those that say nothing."""
    translate = request.localizer.translate
    return [
        (translate(NAMES.get(name, name.replace("_", " "))), _value(translate, value, request.locale_name))
        for name, value in details.items()
        if value not in (None, "", [], {})
    ]


def _value(translate: Translate, value: Any, locale: str) -> str:
    if isinstance(value, bool):
        return translate(_("Yes") if value else _("No"))
    if isinstance(value, list):
        return ", ".join(_value(translate, part, locale) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(translate, part, locale)}" for name, part in value.items())
    if value in CODES:
        return translate(CODES[value])
    text = str(value)
    return text.replace("_", " ") if _CODE.fullmatch(text) else _moment(text, locale)


def _moment(text: str, locale: str) -> str:
    """A date or time as people write it; any other text as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return short_moment(moment, locale) if moment.tzinfo else short_day(moment.date())
