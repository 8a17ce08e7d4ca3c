"""What a message standard consists of: plain immutable data, made by ``load`` from the folders beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType


class Kind(StrEnum):
    """HEEN starts an exchange, RETOUR is its technical reply, ANTWOORD (325) the reply to a declaration."""

    HEEN = "heen"
    RETOUR = "retour"
    ANTWOORD = "antwoord"


class Party(StrEnum):
    GEMEENTE = "gemeente"
    AANBIEDER = "aanbieder"
    CAK = "CAK"


class Base(StrEnum):
    """The four kinds of simple values; white space at the ends counts in text only."""

    TEXT = "tekst"
    NUMBER = "getal"
    DATE = "datum"
    TIME = "tijd"


@dataclass(frozen=True, eq=False)
class DataType:
    """A simple type. ``pattern`` is in the dialect of XML Schema and covers the whole value. ``codes``, when
    there are any, are all the values there can be, each with its meaning in Dutch.
    """

    name: str
    base: Base
    pattern: str | None = None
    max_length: int | None = None
    maximum: int | None = None
    codes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


@dataclass(frozen=True, eq=False)
class Element:
    """One line of a class. ``key`` marks it as part of the class's logical key (TR101)."""

    name: str
    type: DataType | Klasse
    optional: bool = False
    repeated: bool = False
    key: bool = False


@dataclass(frozen=True, eq=False)
class Klasse:
    """A berichtklasse, or (``shared``) a compound type of the basisschema: elements in their fixed order."""

    name: str
    elements: tuple[Element, ...] = field(repr=False)
    shared: bool = False

    @cached_property
    def by_name(self) -> Mapping[str, Element]:
        return {element.name: element for element in self.elements}

    @property
    def is_container(self) -> bool:
        """True for a class that only groups repeated classes, such as ToegewezenProducten."""
        return len(self.elements) == 1 and self.elements[0].repeated

    def walk(self) -> Iterator[Klasse]:
        """This class and every class below it, each once."""
        seen: dict[int, Klasse] = {}
        todo = [self]
        while todo:
            klasse = todo.pop()
            if id(klasse) not in seen:
                seen[id(klasse)] = klasse
                todo.extend(e.type for e in reversed(klasse.elements) if isinstance(e.type, Klasse))
        return iter(seen.values())


@dataclass(frozen=True, eq=False)
class Words:
    """What a release's elements are called by people, per language ("nl", "en").

    ``labels`` is by the name of an element, or "Class.Element" where that differs; ``units`` by code of Eenheid: how
    one and how many are counted. A unit that is missing is money, in cents. ``money`` and ``volumes`` are the simple
    types that hold an amount in cents and a volume, ``free`` those in which people can type anything.
    """

    labels: Mapping[str, Mapping[str, str]] = field(repr=False)
    units: Mapping[str, Mapping[str, tuple[str, str]]] = field(repr=False)
    money: frozenset[str]
    volumes: frozenset[str]
    free: frozenset[str]

    def label(self, name: str, klasse: str = "") -> Mapping[str, str] | None:
        """The words for an element, in a class where that matters; None when the release has no such element."""
        return self.labels.get(f"{klasse}.{name}") or self.labels.get(name)


@dataclass(frozen=True, eq=False)
class Release:
    """One release of a standard, such as iWmo 3.2. ``namespace`` is what its schemas' namespaces begin with."""

    standard: str
    title: str
    version: str
    number: tuple[int, int]
    namespace: str
    since: date
    until: date | None
    codes: Mapping[str, Mapping[str, str]] = field(repr=False)
    words: Words = field(repr=False)

    @property
    def shared_namespace(self) -> str:
        return f"{self.namespace}/basisschema/schema"

    def __str__(self) -> str:
        return f"{self.title} {self.version}"


@dataclass(frozen=True, eq=False)
class MessageType:
    """A type of message. ``root`` is None for a type of which only the name is known (iEb 4.0).

    ``sender`` and ``receiver`` are the parties of this message itself. In the *header* of a retour they stand the
    other way round (IV028: it is the header of the heen, unchanged): see ``header_sender``, ``header_receiver``.
    """

    release: Release
    name: str
    title: str
    kind: Kind
    sender: Party
    receiver: Party
    code: str | None
    root: Klasse | None = field(repr=False)
    retour: str | None = None
    answers: str | None = None

    @property
    def number(self) -> str:
        return self.name[-3:]

    @property
    def namespace(self) -> str:
        return f"{self.release.namespace}/{self.name.lower()}/schema"

    @property
    def parties(self) -> tuple[Party, Party]:
        return self.sender, self.receiver

    @property
    def header_sender(self) -> Party:
        return self.receiver if self.kind is Kind.RETOUR else self.sender

    @property
    def header_receiver(self) -> Party:
        return self.sender if self.kind is Kind.RETOUR else self.receiver
