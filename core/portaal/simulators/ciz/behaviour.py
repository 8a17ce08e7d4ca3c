"""How the simulated register misbehaves: always, or for one BSN. Chosen on its page or by a test."""

from __future__ import annotations

import threading
from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong."""

    GEEN = "geen"
    TRAAG = "traag"
    DRUPPELEN = "druppelen"
    WEG = "weg"
    AFGEKAPT = "afgekapt"
    FOUT_500 = "fout_500"
    FOUT_503 = "fout_503"
    GEWEIGERD = "geweigerd"
    AFGEKEURD = "afgekeurd"
    TE_DRUK = "te_druk"
    DOORVERWIJZING = "doorverwijzing"
    LEEG = "leeg"
    HTML = "html"
    FOUT_IN_200 = "fout_in_200"
    ENORM = "enorm"
    ANDER_BSN = "ander_bsn"
    ANDER_VERZOEK = "ander_verzoek"
    ANDERE_DAG = "andere_dag"
    VERKEERD_TYPE = "verkeerd_type"
    ANDERE_UITKOMST = "andere_uitkomst"
    NEE_EN_FOUT = "nee_en_fout"
    JA_EN_NEE = "ja_en_nee"
    NEE_MET_BESLUIT = "nee_met_besluit"
    VEROUDERD = "verouderd"
    TOEKOMST = "toekomst"


FAULTS = {
    Fault.GEEN: "Geen: alles werkt",
    Fault.TRAAG: "Traag: antwoordt pas na een tijd",
    Fault.DRUPPELEN: "Druppelt: elke seconde één byte",
    Fault.WEG: "Verbreekt de verbinding",
    Fault.AFGEKAPT: "Kapt het antwoord halverwege af",
    Fault.FOUT_500: "Storing: HTTP 500",
    Fault.FOUT_503: "In onderhoud: HTTP 503",
    Fault.GEWEIGERD: "Gemeente geweigerd: HTTP 403",
    Fault.AFGEKEURD: "Vraag afgekeurd: HTTP 400",
    Fault.TE_DRUK: "Te veel vragen: HTTP 429",
    Fault.DOORVERWIJZING: "Verwijst door: HTTP 302",
    Fault.LEEG: "HTTP 200 zonder inhoud",
    Fault.HTML: "HTTP 200 met een webpagina",
    Fault.FOUT_IN_200: "HTTP 200 met een foutmelding erin",
    Fault.ENORM: "Antwoord van drie megabyte",
    Fault.ANDER_BSN: "Antwoord over een ander BSN",
    Fault.ANDER_VERZOEK: "Antwoord op een ander verzoek",
    Fault.ANDERE_DAG: "Antwoord voor een andere dag",
    Fault.VERKEERD_TYPE: "Uitkomst van een ander type (false)",
    Fault.ANDERE_UITKOMST: "Uitkomst die niet bestaat (onbekend)",
    Fault.NEE_EN_FOUT: "Nee, met een foutmelding erbij",
    Fault.JA_EN_NEE: "Ja en nee in één antwoord",
    Fault.NEE_MET_BESLUIT: "Nee, met een besluit erbij",
    Fault.VEROUDERD: "Register van een maand geleden",
    Fault.TOEKOMST: "Register van morgen",
}


class Behaviour:
    """The faults that are on now.

    :param slowness: seconds that a slow answer takes.
    """

    def __init__(self, slowness: float = 20.0) -> None:
        self.slowness = slowness
        self.for_all = Fault.GEEN
        self.for_one: dict[str, Fault] = {}
        self._lock = threading.Lock()
        self._released = threading.Event()

    def of(self, bsn: str) -> Fault:
        """What goes wrong with a question about this BSN."""
        with self._lock:
            return self.for_all if self.for_all is not Fault.GEEN else self.for_one.get(bsn, Fault.GEEN)

    def linger(self, most: float = float("inf")) -> None:
        """Take as long as a slow answer takes, or at most so many seconds; no longer than until :meth:`release`."""
        self._released.wait(min(most, self.slowness))

    def release(self) -> None:
        """Let what is slow go on at once."""
        self._released.set()

    def choose(self, fault: Fault, bsn: str = "") -> None:
        """Turn a fault on, for one BSN or for everything; ``GEEN`` turns it off."""
        with self._lock:
            if not bsn:
                self.for_all = fault
            elif fault is Fault.GEEN:
                self.for_one.pop(bsn, None)
            else:
                self.for_one[bsn] = fault
