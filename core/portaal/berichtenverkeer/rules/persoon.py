"""Rules on a person: BSN, date of birth, names."""

from __future__ import annotations

from operator import mul

from portaal.berichtenverkeer.rules.part import Part
from portaal.berichtenverkeer.rules.rule import Message, rule
from portaal.bsn import WEIGHTS
from portaal.web.i18n import _

UNKNOWN_DATE = "1900-01-01"
NINE_ZEROS = sum(WEIGHTS) * ord("0") % 11  # what is left of "000000000", when digits are taken as bytes
YEARS_120 = 120 * 10_000


@rule(
    "CS002",
    "301,305,307,315,317,323,325.Client/Bsn",
    _("This is not an existing BSN: it does not pass the eleven test."),
    _("Look the BSN up and correct it."),
)
def bsn_passes_eleven_test(client: Part, message: Message) -> bool:
    return sum(map(mul, WEIGHTS, client.values["Bsn"].encode())) % 11 == NINE_ZEROS


@rule(
    "CS139",
    "301,305,307,315.Geboortedatum/Datum",
    _("The date of birth does not match DatumGebruik: what is unknown of it must be 1, or 1900-01-01 as a whole."),
    _("Fill in what is known of the date of birth, with the DatumGebruik that goes with it."),
)
def unknown_birth_date_is_filled_in_as_agreed(birth: Part, message: Message) -> bool:
    day = birth.values["Datum"]
    match birth.get("DatumGebruik"):
        case "1":
            return day.endswith("-01")
        case "2":
            return day.endswith("-01-01")
        case "3":
            return day == UNKNOWN_DATE
    return True


@rule(
    "TR002",
    "301,305,307,315.Geboortedatum/Datum",
    _("The date of birth is more than 120 years before the date of the message."),
    _("Correct the date of birth."),
)
def nobody_is_older_than_120(birth: Part, message: Message) -> bool:
    day = birth.values["Datum"]
    if birth.get("DatumGebruik") == "3" and day == UNKNOWN_DATE:
        return True
    return as_number(day) + YEARS_120 >= as_number(message.dagtekening)


@rule(
    "CS050",
    "301.Naam/NaamGebruik",
    _("NaamGebruik does not fit: with a Partnernaam it is 1, 2, 3 or 4, without one it is 1."),
    _("Correct NaamGebruik or the Partnernaam."),
    standards=["iwmo"],
)
def name_in_use_is_there(name: Part, message: Message) -> bool:
    return name.values["NaamGebruik"] in ("1234" if name.has("Partnernaam") else "1")


@rule(
    "CS050",
    "301.Naam/NaamGebruik",
    _("NaamGebruik does not fit: with a Partnernaam it is 1, 2, 3 or 4, without one it is 1 or 6."),
    _("Correct NaamGebruik or the Partnernaam."),
    standards=["ijw"],
)
def name_in_use_is_there_or_organisation(name: Part, message: Message) -> bool:
    return name.values["NaamGebruik"] in ("1234" if name.has("Partnernaam") else "16")


@rule(
    "CS318",
    "301.Client/Naam/NaamGebruik",
    _("A client is a person: NaamGebruik 6 is for organisations."),
    _("Correct NaamGebruik."),
    standards=["ijw"],
)
def client_is_a_person(client: Part, message: Message) -> bool:
    return client.get("Naam", "NaamGebruik") != "6"


def as_number(day: str) -> int:
    """A date as the number yyyymmdd, which the standard compares by."""
    sign = -1 if day.startswith("-") else 1
    return sign * int(day.strip("~-").replace("-", ""))
