"""What the product asks of a register, whoever keeps it and however it is reached."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from portaal_wlz_registertoets.outcome import Answer, Reason


@dataclass(frozen=True)
class Question:
    """Whether one citizen has an indication on one day, asked under a legal ground.

    :param request_id: made by us; the answer must carry it.
    :param peildatum: the day that it is asked for.
    :param ground: the code of the legal ground.
    """

    request_id: uuid.UUID
    gemeentecode: str
    bsn: str = field(repr=False)
    peildatum: date
    ground: str


@dataclass(frozen=True)
class Comparison:
    """Which of many citizens have an indication (Wlz-signalen)."""

    register_date: datetime
    with_indication: frozenset[str] = field(repr=False)


class NoComparisonError(Exception):
    """The register could not be compared with."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class CizRegister(Protocol):
    """A register of Wlz indications."""

    def ask(self, question: Question) -> Answer:
        """Ask about one citizen. Raises nothing: every failure is an answer with its reason."""
        ...

    def compare(self, request_id: uuid.UUID, gemeentecode: str, bsns: Sequence[str], peildatum: date) -> Comparison:
        """Ask about up to :data:`MOST_COMPARED` citizens at once.

        :raises NoComparisonError: there is no answer, or none that is beyond doubt.
        """
        ...

    def status(self) -> datetime | Reason:
        """The moment of the register, or why it cannot be reached."""
        ...


MOST_COMPARED = 500
