"""What a rule is, and the register of all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar, cast

from translationstring import TranslationString

from portaal.berichtenverkeer.rules.part import Part
from portaal.berichtenverkeer.standard import MessageType
from portaal.berichtenverkeer.verdict import Lists, MessageHeader
from portaal.web.i18n import _

Level = Literal["bericht", "extern"]


@dataclass(frozen=True)
class Message:
    """What rules may know of the message around a part."""

    type: MessageType
    header: MessageHeader
    dagtekening: str
    today: date
    lists: Lists

    @property
    def standard(self) -> str:
        return self.type.release.standard


Check = Callable[[Part, Message], bool]
CORRECT = _("Correct this in your application and make the message again.")


@dataclass(frozen=True)
class Rule:
    """One rule of the standard.

    ``on`` says on which parts it is checked, by message number and name of the part, and which element below that
    part its fault is shown at. ``make`` gives the check, anew for each message, since some checks remember what
    they saw. A check answers whether the rule is kept. One that is a function remembers nothing: what it answers
    depends on the part and the message alone. One that remembers may have a method ``together``, see ``together.py``.
    """

    code: str
    text: TranslationString
    action: TranslationString
    on: Mapping[tuple[str, str], str]
    make: Callable[[], Check]
    function: str
    standards: frozenset[str]
    retourcode: str
    level: Level

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of the message types this rule is for."""
        return tuple(sorted({number for number, _name in self.on}))


RULES: list[Rule] = []
Checks = defaultdict[str, list[tuple[Rule, tuple[str, ...], Check]]]


Checked = TypeVar("Checked", bound=Callable[..., object])


def rule(
    code: str,
    on: str,
    text: TranslationString,
    action: TranslationString = CORRECT,
    *,
    standards: Iterable[str] = ("iwmo", "ijw"),
    retourcode: str = "0001",
    level: Level = "bericht",
) -> Callable[[Checked], Checked]:
    """Register a rule: on a function that is the check, or on a class whose instances are.

    ``on`` is written as "301,315.Client/Geboortedatum": on the part Client of 301 and 315, shown at its
    Geboortedatum; several of these with spaces between.
    """

    def register(check: Checked) -> Checked:
        make = check if isinstance(check, type) else lambda: check
        RULES.append(
            Rule(
                code=code,
                text=text,
                action=action,
                on=_places(on),
                make=cast("Callable[[], Check]", make),
                function=f"{check.__module__.rpartition('.')[2]}.{check.__name__}",
                standards=frozenset(standards),
                retourcode=retourcode,
                level=level,
            )
        )
        return check

    return register


def _places(on: str) -> dict[tuple[str, str], str]:
    places: dict[tuple[str, str], str] = {}
    for word in on.split():
        numbers, _dot, path = word.partition(".")
        name, _slash, below = path.partition("/")
        places |= {(number, name): below for number in numbers.split(",")}
    return places
