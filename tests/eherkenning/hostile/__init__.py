"""Answers that must never lead to a login, by what is wrong with them."""

from __future__ import annotations

from tests.eherkenning.hostile import content, encoding, encryption, signatures, wrapping
from tests.eherkenning.hostile.case import Case

CASES: tuple[Case, ...] = (
    *content.CASES,
    *signatures.CASES,
    *wrapping.CASES,
    *encryption.CASES,
    *encoding.CASES,
)
