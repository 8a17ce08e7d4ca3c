"""The codes in a timeline, in words: our own, and those of parties in the chain (list of November 2025)."""

from __future__ import annotations

from translationstring import TranslationString

from portaal.web.i18n import _

WORDS: dict[str, TranslationString] = {
    # Ours
    "goed": _("Nothing stands in the way"),
    "advies": _("With advice; see the findings"),
    "Bv03": _("The receiver confirmed that it has the message"),
    "niet_bereikbaar": _("The receiver could not be reached"),
    "geen_antwoord": _("The receiver did not answer in time"),
    "tls": _("No safe connection with the receiver was possible"),
    "ander_bericht": _("The receiver answered about another message"),
    "bestand_onleesbaar": _("The stored file cannot be read; contact the Servicedesk"),
    "bestand_onbereikbaar": _("The stored file is out of reach now; contact the Servicedesk if this lasts"),
    "connector_kapot": _("The connection with the receiver is out of order; contact the Servicedesk"),
    "interne_fout": _("A fault in the portal; the Servicedesk can find it in the log"),
    # The chain's
    "StUF055": _("The message does not follow the schema"),
    "StUF058": _("The receiver could not process the message at that moment"),
    "IB001": _("The message does not follow the schema"),
    "IB002": _("The sender may not use the node; contact the Servicedesk"),
    "IB003": _("The message is larger than 25 MB; divide it over several messages"),
    "IB004": _("This kind of message or this version is not supported"),
    "IB005": _("The gemeentecode is not known"),
    "IB006": _("The sending system may not send this kind of message"),
    "IB007": _("This kind of message does not belong to this organisation"),
    "IB008": _("The sender does not have the right role at VECOZO"),
    "IB009": _("The sender has not given permission to send on its behalf"),
    "IB010": _("The provider is not connected, or its AGB code is wrong"),
    "IB011": _("The provider does not have the right role at VECOZO"),
    "IB012": _("The contents of the message are larger than 25 MB; divide them over several messages"),
    "IB013": _("A virus was found in the message"),
    "IB014": _("The contents of the message do not follow the schema"),
    "IB015": _("Real personal data are not allowed in this environment"),
    "IB016": _("The reference number was used before"),
    "IB017": _("The data on the sending application are missing or wrong"),
    "IB018": _("The data on the sending application are missing or wrong"),
    "IB019": _("This declaration has been answered before"),
    "IB020": _("This declaration has been answered before"),
    "IB021": _("The message that this one answers is not known"),
    "IB022": _("The message that this one answers is not known"),
    "IB023": _("This kind of message is not active for the gemeente"),
    "BRS04": _("The provider is not connected, or its AGB code is wrong"),
}
_HTTP = _("The receiver answered with HTTP status ${status}")


def explain(code: str) -> TranslationString | None:
    """What a code means, or None for a code that is not known here."""
    if code.startswith("http_"):
        return _HTTP % {"status": code.removeprefix("http_")}
    return WORDS.get(code)
