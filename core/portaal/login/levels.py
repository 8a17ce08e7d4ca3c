"""Levels of assurance of eHerkenning, compared by rank (section 1.3 of the interface, R-38, ASVS 6.8.4)."""

from __future__ import annotations

import enum

PREFIX = "urn:etoegang:core:assurance-class:"


class AssuranceLevel(enum.StrEnum):
    """The levels, lowest first."""

    LOA1 = "loa1"
    LOA2 = "loa2"
    LOA2PLUS = "loa2plus"
    LOA3 = "loa3"
    LOA4 = "loa4"

    @property
    def rank(self) -> int:
        return list(AssuranceLevel).index(self)

    @property
    def spoken(self) -> str:
        """As people say it: ``3`` or ``2+``."""
        return self.value.removeprefix("loa").replace("plus", "+")

    @property
    def urn(self) -> str:
        return PREFIX + self.value

    def suffices_for(self, minimum: AssuranceLevel) -> bool:
        """Whether this level is at least the one asked for."""
        return self.rank >= minimum.rank


MINIMUM = AssuranceLevel.LOA3  # that gets in


def level_of(urn: str) -> AssuranceLevel | None:
    """The level that an AuthnContextClassRef names; None for anything that is not exactly one of ours."""
    return next((level for level in AssuranceLevel if level.urn == urn), None)
