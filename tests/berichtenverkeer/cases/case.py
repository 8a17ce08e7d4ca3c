"""For every rule a message that breaks it and one that just keeps it, as changes to a good message.

A case is for both standards unless it says otherwise. Products are written as those of iJw: the builder makes them
those of iWmo.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.berichtenverkeer.builder import ADDRESS

Changes = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """`breaks` breaks the rule, which is shown at `at`; `also` are rules that cannot but break with it.

    `keeps` comes as near to breaking the rule as can be.
    """

    code: str
    numbers: str
    breaks: Changes
    at: str
    keeps: Changes = field(default_factory=dict)
    also: tuple[str, ...] = ()
    only: str = ""

    @property
    def types(self) -> list[str]:
        prefixes = {"": ["WMO", "JW"], "iwmo": ["WMO"], "ijw": ["JW"]}[self.only]
        return [prefix + number for number in self.numbers.split() for prefix in prefixes]


CONTACT = "Client/Contactgegevens/Contact[1]"
CONTACT_2 = "Client/Contactgegevens/Contact[2]"
RELATION = "Client/Relaties/Relatie[1]"
RELATION_2 = "Client/Relaties/Relatie[2]"
ASSIGNED, ASSIGNED_2 = (f"Client/ToegewezenProducten/ToegewezenProduct[{n}]" for n in (1, 2))
REQUESTED, REQUESTED_2 = (f"Client/AangevraagdeProducten/AangevraagdProduct[{n}]" for n in (1, 2))
REQUEST = "Client/Verzoek"
SAME_2 = f"{REQUEST}/OngewijzigdeProducten/OngewijzigdProduct[2]"
CHANGED, CHANGED_2 = (f"{REQUEST}/TeWijzigenProducten/TeWijzigenProduct[{n}]" for n in (1, 2))
NEW, NEW_2 = (f"{REQUEST}/NieuweProducten/NieuwProduct[{n}]" for n in (1, 2))
START, START_2 = (f"Client/StartProducten/StartProduct[{n}]" for n in (1, 2))
STOP, STOP_2 = (f"Client/StopProducten/StopProduct[{n}]" for n in (1, 2))
PERIOD = "Declaratie/DeclaratiePeriode"
TOTAL = "Declaratie/TotaalIngediendBedrag"
LINE, LINE_2 = (f"Declaratie/Clienten/Client[1]/Prestaties/Prestatie[{n}]" for n in (1, 2))
OTHERS_LINE = "Declaratie/Clienten/Client[2]/Prestaties/Prestatie[1]"
ANSWER = "DeclaratieAntwoord"
SENT_BACK = f"{ANSWER}/Clienten/Client[1]/Prestaties/Prestatie[1]"
DATED = "Header/BerichtIdentificatie/Dagtekening"

PHONE = {"Telefoon01": {"Telefoonnummer": "0101234567", "Landnummer": "31"}}
TEMPORARY = {"Soort": "04", "Adres": ADDRESS, "Periode": {"Begindatum": "2026-01-01", "Einddatum": "2026-01-01"}}


def omvang(path: str, frequentie: str, eenheid: str = "04") -> Changes:
    return {f"{path}/Omvang": {"Volume": "1", "Eenheid": eenheid, "Frequentie": frequentie}}


def without(path: str, *names: str) -> Changes:
    return {f"{path}/{name}": None for name in names}


def budget(path: str) -> Changes:
    return {**without(path, "Omvang", "Product/Code"), f"{path}/Budget": "1000"}


def budget_of_change(path: str) -> Changes:
    return {**without(path, "Omvang"), f"{path}/Budget": "1000"}


def total(amount: int) -> Changes:
    return {TOTAL: {"TotaalBedrag": str(abs(amount)), "DebetCredit": "D" if amount >= 0 else "C"}}


def line(volume: int, unit: str, tariff: int | None, amount: int) -> Changes:
    """The first line declares this amount; the total of the message follows."""
    return {
        f"{LINE}/GeleverdVolume": str(volume),
        f"{LINE}/Eenheid": unit,
        f"{LINE}/ProductTarief": None if tariff is None else str(tariff),
        f"{LINE}/IngediendBedrag/Bedrag": str(amount),
        **total(15_000 + amount),
    }


def credit(path: str, previous: str | None) -> Changes:
    changes: Changes = {f"{path}/IngediendBedrag/DebetCredit": "C"}
    return changes if previous is None else {**changes, f"{path}/ProductReferentie/VorigReferentieNummer": previous}


def overlaps(first: str, second: str, begin: str, end: str) -> list[tuple[Changes, Changes]]:
    """Periods of two products that overlap by a day and that follow each other, in every way to be the same."""
    touching = {f"{first}/{begin}": "2026-06-01", f"{first}/{end}": "2026-06-30", f"{second}/{begin}": "2026-06-30"}
    apart = {**touching, f"{second}/{begin}": "2026-07-01"}
    category = {f"{second}/Product/Categorie": "45"}
    same = {**category, f"{second}/Product/Code": "45A01"}
    return [
        ({**touching, **same}, {**apart, **same}),
        ({**touching, **same}, {**touching, **category, f"{second}/Product/Code": "45A02"}),
    ]


def start(code: str) -> Changes:
    """Another start, of the same day as the one that is there."""
    product = {"Categorie": "45", "Code": code}
    return {"ToewijzingNummer": "1", "Product": product, "Begindatum": "2026-05-04", "StatusAanlevering": "3"}


def stop(end: str) -> Changes:
    """A stop without assignment."""
    return {"Begindatum": "2026-04-04", "RedenBeeindiging": "20", "Einddatum": end, "StatusAanlevering": "1"}
