"""How the simulated partners behave; chosen on their page, or by a test."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong when the portal brings a message."""

    GEEN = "geen"
    WEG = "weg"
    FOUT_500 = "fout_500"
    TRAAG = "traag"
    FO03 = "fo03"
    ANTWOORD_KWIJT = "antwoord_kwijt"


class Reply(StrEnum):
    """What the provider does with a message."""

    GOEDKEUREN = "goedkeuren"
    AFKEUREN = "afkeuren"
    FO01 = "fo01"
    NIETS = "niets"


FAULTS = {
    Fault.GEEN: "Geen: alles werkt",
    Fault.WEG: "Niet bereikbaar: de verbinding wordt verbroken",
    Fault.FOUT_500: "Storing: antwoordt met HTTP 500",
    Fault.TRAAG: "Traag: antwoordt pas na 20 seconden",
    Fault.FO03: "Weigert elk bericht met een Fo03",
    Fault.ANTWOORD_KWIJT: "Neemt het bericht aan, maar het antwoord raakt kwijt",
}
REPLIES = {
    Reply.GOEDKEUREN: "Goedkeuren: retourbericht met alleen een header",
    Reply.AFKEUREN: "Afkeuren: retourbericht waarin een product is afgekeurd",
    Reply.FO01: "Weigeren in de keten: Fo01",
    Reply.NIETS: "Niet antwoorden",
}


@dataclass
class Behaviour:
    """What the partners do now.

    :param delay: seconds between the Bv03 and the answer.
    :param slowness: seconds that a slow partner takes.
    :param twice: bring every answer two times, as a partner does whose confirmation got lost.
    """

    fault: Fault = Fault.GEEN
    reply: Reply = Reply.GOEDKEUREN
    delay: float = 3.0
    slowness: float = 20.0
    twice: bool = False
