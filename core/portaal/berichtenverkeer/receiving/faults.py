"""What the portal answers a partner whose message it cannot take: codes of the chain, words of our own.

The codes are those of the node's list of November 2025. They tell the partner, never a person, what is wrong; no
value of the message is in them.
"""

from __future__ import annotations

from dataclasses import dataclass

from portaal.berichtenverkeer.envelope import EnvelopeError, Plek, Reason


@dataclass(frozen=True)
class FaultKind:
    code: str
    plek: Plek
    omschrijving: str


NOT_READABLE = FaultKind("StUF055", Plek.CLIENT, "Het bericht voldoet niet aan het schema van de envelop")
TOO_LARGE = FaultKind("IB003", Plek.CLIENT, "Het bericht is groter dan 25 MB")
UNKNOWN_FUNCTION = FaultKind("IB004", Plek.CLIENT, "Deze functie of deze versie ervan wordt niet ondersteund")
UNKNOWN_GEMEENTE = FaultKind("IB005", Plek.CLIENT, "De gemeentecode van de ontvanger is hier niet bekend")
NOT_YOURS = FaultKind("IB006", Plek.CLIENT, "Deze partij mag dit soort berichten hier niet afleveren")
WRONG_COMBINATION = FaultKind("IB007", Plek.CLIENT, "Deze berichtcode en deze functie horen niet bij elkaar")
NOT_CONNECTED = FaultKind("IB010", Plek.CLIENT, "De gemeente is niet aangesloten")
REFERENCE_USED = FaultKind("IB016", Plek.CLIENT, "Met dit referentienummer is een ander bericht ontvangen")
UNKNOWN_ANSWERED = FaultKind("IB021", Plek.CLIENT, "Het bericht waarop dit een antwoord is, is hier niet bekend")
NOT_ACTIVE = FaultKind("IB023", Plek.CLIENT, "Deze functie is voor deze gemeente niet actief")


class RefusedError(Exception):
    """The message is not taken; the partner gets the fault."""

    def __init__(self, fault: FaultKind) -> None:
        super().__init__(fault.code)
        self.fault = fault


def of_envelope(error: EnvelopeError) -> FaultKind:
    """The fault for an envelope that cannot be read."""
    return TOO_LARGE if error.reason is Reason.TOO_LARGE else NOT_READABLE
