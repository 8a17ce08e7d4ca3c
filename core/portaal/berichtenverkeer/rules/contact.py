"""Rules on addresses and how to reach somebody."""

from __future__ import annotations

import re

from portaal.berichtenverkeer.rules.part import Part
from portaal.berichtenverkeer.rules.periods import FOREVER
from portaal.berichtenverkeer.rules.rule import Message, rule
from portaal.web.i18n import _

DUTCH_POSTCODE = re.compile(r"[1-9][0-9]{3}[A-Za-z]{2}")
TEMPORARY = "04"


@rule(
    "CD005",
    "301.Adres/LandCode",
    _("Postcode and LandCode go together: one of them is missing."),
    _("Fill in both or leave both out."),
)
def postcode_and_country_go_together(address: Part, message: Message) -> bool:
    return address.has("Postcode") == address.has("LandCode")


@rule(
    "CD025",
    "301.Adres/Huis",
    _("An address in the Netherlands needs a house number."),
    _("Fill in Huis."),
)
def dutch_address_has_house_number(address: Part, message: Message) -> bool:
    return address.get("LandCode") != "NL" or address.has("Huis")


@rule(
    "CS089",
    "301.Adres/Postcode",
    _("This is not a Dutch postcode: four digits and two letters, without a space."),
    _("Correct the postcode, or the LandCode when the address is abroad."),
)
def dutch_postcode_looks_like_one(address: Part, message: Message) -> bool:
    postcode = address.get("Postcode")
    if address.get("LandCode") != "NL" or postcode is None:  # CD005 has the missing one
        return True
    return DUTCH_POSTCODE.fullmatch(postcode) is not None


@rule(
    "CD007",
    "301.Communicatie/Taal",
    _("Taal is for communication form 1 (interpreter) only, and required there."),
    _("Fill in Taal for an interpreter, leave it out otherwise."),
)
def language_goes_with_interpreter(communication: Part, message: Message) -> bool:
    return communication.has("Taal") == (communication.values["Vorm"] == "1")


@rule(
    "CD009",
    "301.Contact/Periode",
    _("Only a temporary address (Soort 04) has a Periode."),
    _("Leave out Periode or correct Soort."),
)
def only_temporary_address_has_period(contact: Part, message: Message) -> bool:
    return contact.values["Soort"] == TEMPORARY or not contact.has("Periode")


@rule(
    "CD034",
    "301.Contact/Adres/Postcode",
    _("A BRP address (01) or place of stay (03) needs a postcode."),
    _("Fill in the postcode."),
)
def residence_has_postcode(contact: Part, message: Message) -> bool:
    return contact.values["Soort"] not in ("01", "03") or contact.get("Adres", "Postcode") is not None


@rule(
    "TR006",
    "301.Contact",
    _("This contact cannot be reached: it has neither a telephone number nor a house number with postcode."),
    _("Fill in Telefoon, or Huis and Postcode."),
)
def contact_can_be_reached(contact: Part, message: Message) -> bool:
    address = contact.parts.get("Adres")
    return contact.has("Telefoon") or (address is not None and (address.has("Huis") and address.has("Postcode")))


@rule(
    "TR061",
    "301.Contact 301.Contactgegevens",
    _("A client needs a BRP address (01), a correspondence address (02) or a place of stay (03)."),
    _("Add one of these addresses."),
)
class ClientHasLastingAddress:
    """Looks at the client's own contacts, not at those of relations."""

    def __init__(self) -> None:
        self.found = False

    def __call__(self, part: Part, message: Message) -> bool:
        if part.name == "Contactgegevens":
            return self.found
        if part.above is not None and part.above.name == "Contactgegevens":
            self.found = self.found or part.values["Soort"] in ("01", "02", "03")
        return True


@rule(
    "CS003",
    "301.Periode/Einddatum",
    _("The end date lies before the begin date, or the begin date is missing."),
    _("Correct the dates."),
)
def stay_ends_after_it_begins(period: Part, message: Message) -> bool:
    end = period.get("Einddatum")
    return end is None or (period.get("Begindatum") or FOREVER) <= end
