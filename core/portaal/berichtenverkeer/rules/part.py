"""A message as the rules see it: parts with simple values, without XML."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from lxml import etree

from portaal.berichtenverkeer.standard import Base, Klasse, MessageType

BLANK = " \t\r\n"
ISO_DATE = len("2026-01-01")


class Part:
    """One berichtklasse in a message: its values by name, its parts by name, and the part it belongs to.

    Dates are ISO strings, made such that they sort in order of time. `texts` are the values of a repeated element
    (RetourCode), `count` says how many repeated parts it has had so far.
    """

    __slots__ = ("above", "complete", "count", "index", "line", "name", "parts", "texts", "values")

    def __init__(self, name: str, above: "Part | None", line: int | None, index: int | None = None) -> None:
        self.name = name
        self.above = above
        self.line = line
        self.index = index
        self.count = 0
        self.complete = False
        self.values: dict[str, str] = {}
        self.parts: dict[str, Part] = {}
        self.texts: list[str] = []

    def has(self, *names: str) -> bool:
        """Whether each of these, a value or a part, is present."""
        return all(name in self.values or name in self.parts for name in names)

    def get(self, *path: str) -> str | None:
        """The value at the end of this path, None when something on the way is absent."""
        part: Part | None = self
        for name in path[:-1]:
            part = part.parts.get(name) if part else None
        return part.values.get(path[-1]) if part else None

    def within(self, name: str) -> "Part":
        """The part of this name around this one. Raises LookupError when there is none."""
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


@dataclass(frozen=True, slots=True)
class Field:
    """How to read one element: a value (`plan` is None) or a part."""

    name: str
    repeated: bool
    kind: Base | None
    plan: "Plan | None"


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
            else Field(e.name, e.repeated, e.type.base, None)
            for e in klasse.elements
        }

    return plan(message_type.root) if message_type.root else {}


def value_of(element: etree._Element, field: Field) -> str:
    """The value of an element as the rules want it."""
    text = element.text or ""
    if field.kind is Base.TEXT:
        return text
    text = text.strip(BLANK)
    if (
        field.kind is Base.DATE and len(text) != ISO_DATE
    ):  # XML Schema also has years above 9999: "~" sorts after digits
        return text if text.startswith("-") else "~" + text
    return text
