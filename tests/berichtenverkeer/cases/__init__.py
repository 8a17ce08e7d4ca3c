"""For every rule a message that breaks it and one that just keeps it."""

from __future__ import annotations

from tests.berichtenverkeer.cases import aanvragen, bericht, contact, declaratie, persoon, producten
from tests.berichtenverkeer.cases.case import Case

CASES = [
    *bericht.CASES,
    *persoon.CASES,
    *contact.CASES,
    *producten.CASES,
    *aanvragen.CASES,
    *declaratie.CASES,
]

__all__ = ["CASES", "Case"]
