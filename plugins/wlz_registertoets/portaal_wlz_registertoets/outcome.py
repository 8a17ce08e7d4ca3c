"""The outcome of a consultation. Three values, and "no" can only be made from an answer that is beyond doubt (B-05)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self


class WlzOutcome(enum.StrEnum):
    """Whether somebody has a Wlz indication, as far as could be found out."""

    JA = "ja"
    NEE = "nee"
    NIET_BEPAALD = "niet_bepaald"


class Reason(enum.StrEnum):
    """Why it could not be found out."""

    NIET_INGERICHT = "niet_ingericht"
    NIET_BEREIKBAAR = "niet_bereikbaar"
    BEVEILIGING = "beveiliging"
    GEEN_ANTWOORD = "geen_antwoord"
    STORING = "storing"
    GEWEIGERD = "geweigerd"
    VRAAG_AFGEKEURD = "vraag_afgekeurd"
    TE_DRUK = "te_druk"
    ANTWOORD_ONBRUIKBAAR = "antwoord_onbruikbaar"
    REGISTER_VEROUDERD = "register_verouderd"
    ONDERBROKEN = "onderbroken"
    ONGELDIG_BSN = "ongeldig_bsn"
    NIET_AFGEMAAKT = "niet_afgemaakt"


@dataclass(frozen=True)
class Besluit:
    """What the register may say beyond yes: the decision and the period that it holds."""

    datum: date
    ingangsdatum: date
    einddatum: date | None


@dataclass(frozen=True)
class Answer:
    """An outcome with what belongs to it.

    :param reason: with ``NIET_BEPAALD``, and only then.
    :param register_date: the moment of the register that yes or no is taken from, and only then.
    :param besluit: with yes at most.
    :raises ValueError: these do not belong together.
    """

    outcome: WlzOutcome
    reason: Reason | None = None
    register_date: datetime | None = None
    besluit: Besluit | None = None

    def __post_init__(self) -> None:
        known = self.outcome is not WlzOutcome.NIET_BEPAALD
        if known == (self.register_date is None) or known == (self.reason is not None):
            raise ValueError("yes and no have a register date, and only not determined has a reason")
        if self.besluit is not None and self.outcome is not WlzOutcome.JA:
            raise ValueError("only yes has a decision")

    @classmethod
    def unknown(cls, reason: Reason) -> Self:
        """It could not be found out."""
        return cls(WlzOutcome.NIET_BEPAALD, reason)
