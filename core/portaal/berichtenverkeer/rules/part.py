"""A message as the rules see it: parts with simple values, without XML."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from portaal.berichtenverkeer.standard import Base, Klasse, MessageType

BLANK = " \t\r\n"
ISO_DATE = len("2026-01-01")
NOTHING: dict[str, Part] = {}  # the parts of one that has none: shared, so never written to


class Part:
    """One berichtklasse in a message: its values by name, its parts by name, and the part it belongs to.

    Dates are ISO strings, made such that they sort in order of time. ``texts`` are the values of a repeated element
    (RetourCode), ``count`` says how many repeated parts it has had so far, ``index`` which of those it is itself.
    """

    __slots__ = ("above", "complete", "count", "index", "name", "parts", "texts", "values")

    def __init__(
        self, name: str, above: Part | None, index: int | None = None, values: dict[str, str] | None = None
    ) -> None:
        self.name = name
        self.above = above
        self.index = index
        self.values = {} if values is None else values
        self.parts = NOTHING
        self.texts: tuple[str, ...] = ()
        self.count = 0
        self.complete = False

    def new_part(self, name: str, repeated: bool, values: dict[str, str] | None = None) -> Part:
        """A part of this part. Only one that is not repeated is kept in ``parts``."""
        if repeated:
            self.count += 1
            return Part(name, self, self.count, values)
        part = Part(name, self, None, values)
        if self.parts is NOTHING:
            self.parts = {name: part}
        else:
            self.parts[name] = part
        return part

    def has(self, name: str) -> bool:
        """Whether this value or part is present."""
        return name in self.values or name in self.parts

    def get(self, name: str, below: str | None = None) -> str | None:
        """The value called ``name``, or the one called ``below`` in the part ``name``; None when it is absent."""
        if below is None:
            return self.values.get(name)
        part = self.parts.get(name)
        return None if part is None else part.values.get(below)

    def within(self, name: str) -> Part:
        """The part of this name around this one.

        :raises LookupError: there is none.
        """
        part = self.above
        while part is not None and part.name != name:
            part = part.above
        if part is None:
            raise LookupError(name)
        return part

    @property
    def plaats(self) -> str:
        """The path of names to this part, below the root."""
        if self.above is None:
            return ""
        step = self.name if self.index is None else f"{self.name}[{self.index}]"
        return f"{self.above.plaats}/{step}".lstrip("/")


class Field(NamedTuple):
    """How to read one element: a value of a simple type (``base``), or a part by its own plan."""

    name: str
    repeated: bool
    base: Base | None
    plan: Plan


Plan = Mapping[str, Field]


@cache
def plan_for(message_type: MessageType) -> Plan:
    """How to read a message of this type: per tag of its root's children what to do."""
    shared = f"{{{message_type.release.shared_namespace}}}"
    own = f"{{{message_type.namespace}}}"

    def plan(klasse: Klasse) -> Plan:
        namespace = shared if klasse.shared else own
        return {
            namespace + e.name: Field(e.name, e.repeated, None, plan(e.type))
            if isinstance(e.type, Klasse)
            else Field(e.name, e.repeated, e.type.base, {})
            for e in klasse.elements
        }

    return plan(message_type.root) if message_type.root else {}


def sortable(day: str) -> str:
    """A date of a year that has not four digits, which XML Schema allows, such that it sorts in order of time."""
    return day if day.startswith("-") else "~" + day  # "~" comes after "9"
