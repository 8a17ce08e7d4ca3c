"""What the gate is asked and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from translationstring import TranslationString

from portaal.berichtenverkeer.standard import Kind
from portaal.berichtenverkeer.standard.official import OfficialSchemas

Oordeel = Literal["goed", "advies", "geweigerd"]
Niveau = Literal["advies", "weigering"]


class Stage(StrEnum):
    """The layers of the gate, from the outside in. A file is refused by the first one that objects.

    PORTAL is none of them: it is a fault of the gate itself, which refuses the file all the same.
    """

    SIZE = "grootte"
    FILE = "bestand"
    ENCODING = "codering"
    XML = "xml"
    LIMITS = "grenzen"
    TYPE = "type"
    SENDER = "afzender"
    STRUCTURE = "structuur"
    RULES = "regels"
    PORTAL = "portaal"


@dataclass(frozen=True)
class Finding:
    """One fault: where it is, what is wrong and what to do. None of its parts ever holds a value of the message.

    ``regel`` is the line in the file where known, ``plaats`` the path of element names below the root.
    """

    code: str
    niveau: Niveau
    regel: int | None
    plaats: str
    text: TranslationString
    action: TranslationString


@dataclass(frozen=True)
class MessageHeader:
    """What the header says, as it stands there: in a retour ``afzender`` and ``ontvanger`` are those of the heen.

    Where a header names no receiver (iEb), ``ontvanger`` is "CAK".
    """

    standard: str
    release: str
    berichttype: str
    berichtcode: str
    kind: Kind
    afzender: str
    ontvanger: str
    identificatie: str
    dagtekening: date

    @property
    def envelope_sender(self) -> str:
        """Who sends this message: the header of a retour is not swapped, its envelope is (IV028)."""
        return self.ontvanger if self.kind is Kind.RETOUR else self.afzender

    @property
    def envelope_receiver(self) -> str:
        return self.afzender if self.kind is Kind.RETOUR else self.ontvanger


@dataclass(frozen=True)
class RuleLevels:
    """How hard the gate is on what it may let pass: on how the file is written (OP192), on the rules within one
    message, and on the rules that need a clock or a list. Faults of structure and sender always refuse.
    """

    bestand: Niveau = "advies"
    bericht: Niveau = "advies"
    extern: Niveau = "advies"


@dataclass(frozen=True)
class Lists:
    """Lists from elsewhere. A rule that needs one that is not there is not applied (OP095).

    ``productcodes`` gives per ProductCategorie the codes that belong to it (TR381).
    """

    productcodes: Mapping[str, frozenset[str]] | None = None


@dataclass(frozen=True)
class Expectation:
    """What is welcome here. None means: anything.

    ``afzender_gemeente`` is the gemeente that must be the sender of the message (of its envelope, see
    ``MessageHeader.envelope_sender``); ``max_size`` is in bytes (OP179). ``official`` are the schemas that judge beside
    the portal's own, where an operator imported them.
    """

    berichttypen: frozenset[str] | None = None
    afzender_gemeente: str | None = None
    max_size: int = 25_000_000
    levels: RuleLevels = RuleLevels()
    lists: Lists = Lists()
    official: OfficialSchemas | None = None


@dataclass(frozen=True)
class Verdict:
    """The gate's answer. ``findings`` are at most ``MAX_FINDINGS``; ``omitted`` counts the ones left out.

    ``sha256`` and ``size`` are of the bytes as received, whatever the verdict. ``stage`` is the layer that refused.
    """

    oordeel: Oordeel
    header: MessageHeader | None
    findings: tuple[Finding, ...]
    omitted: int
    sha256: str
    size: int
    berichttype: str | None = None
    stage: Stage | None = None


MAX_FINDINGS = 100


@dataclass
class Findings:
    """Collects findings, each once, and counts what goes over the maximum."""

    found: list[Finding] = field(default_factory=list)
    omitted: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.found) >= MAX_FINDINGS

    def add(self, finding: Finding) -> None:
        if self.is_full:
            self.omitted += 1
        elif finding not in self.found:
            self.found.append(finding)

    def extend(self, others: Findings) -> None:
        for finding in others.found:
            self.add(finding)
        self.omitted += others.omitted

    def __len__(self) -> int:
        return len(self.found) + self.omitted


class Refusal(Exception):  # noqa: N818 - it is an outcome, not an error
    """Raised inside the gate by the layer that objects; never leaves it."""

    def __init__(self, stage: Stage, *findings: Finding, omitted: int = 0) -> None:
        super().__init__(stage)
        self.stage, self.findings, self.omitted = stage, findings, omitted
