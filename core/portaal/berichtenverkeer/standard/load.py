"""Reads the folders of TOML beside this file into the model.

A release has its own ``release.toml`` and names a folder with what it shares with others (``gedeeld``). What the
release says itself wins: a code list as a whole, a message class by class. The notation of an element is
explained in `gedeeld_3_2/samengesteld.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from babel import Locale

from portaal.berichtenverkeer.standard.model import (
    Base,
    DataType,
    Element,
    Kind,
    Klasse,
    MessageType,
    Party,
    Release,
    Words,
)

Table = dict[str, Any]

LANGUAGES = ("nl", "en")  # the order of the words in woorden.toml
ELEMENT = re.compile(r"(?P<key>\*?)(?P<name>\w+)(?P<many>[?+]?)(?::(?P<type>\w+))?")
NOT_BLANK_LINE = r"[ \t]*\S.*"
NOT_BLANK_TEXT = r"\s*\S[\s\S]*"
NO_ZONE = {"dag": (Base.DATE, "[^:Z]*"), "tijd": (Base.TIME, "[^Z+-]+")}
PARTY_TYPES = {Party.GEMEENTE: "Gemeente", Party.AANBIEDER: "AgbCode"}


@cache
def all_types() -> tuple[MessageType, ...]:
    """Every message type of every release."""
    folders = sorted(f.name for f in files(__package__).iterdir() if f.joinpath("release.toml").is_file())
    return tuple(message_type for folder in folders for message_type in _ReleaseReader(folder).types())


class _Names(dict[str, DataType | Klasse]):
    """What a name in the notation stands for. A class is made when first asked for: order does not matter."""

    def __init__(
        self,
        given: Mapping[str, DataType | Klasse],
        lines: Mapping[str, str],
        make: Callable[[str, tuple[Element, ...]], Klasse],
        above: _Names | None = None,
    ) -> None:
        super().__init__(given)
        self.lines, self.make, self.above = lines, make, above

    def __missing__(self, name: str) -> DataType | Klasse:
        if name not in self.lines and self.above is not None:
            return self.above[name]
        self[name] = self.klasse(name)
        return self[name]

    def klasse(self, name: str) -> Klasse:
        return self.make(name, tuple(self._element(word) for word in self.lines[name].split()))

    def _element(self, word: str) -> Element:
        match = ELEMENT.fullmatch(word)
        if match is None:
            raise ValueError(f"not an element: {word}")
        return Element(
            name=match["name"],
            type=self[match["type"] or match["name"]],
            optional=match["many"] == "?",
            repeated=match["many"] == "+",
            key=bool(match["key"]),
        )


class _ReleaseReader:
    """Turns the tables of one release into its message types."""

    def __init__(self, folder: str) -> None:
        own = _toml(folder, "release")
        shared = own["gedeeld"]
        lists = _toml(shared, "codelijsten")
        lists["LandCode"] = _countries(lists.pop("landen"))
        lists.update(own.get("codelijsten", {}))
        messages = _toml(shared, "berichten")
        self.heads: Table = messages.pop("kop") | own.get("kop", {})
        self.messages: Table = _merged(messages, own.get("berichten", {}))
        self.own = own
        self.release = Release(
            standard=own["standaard"],
            title=own["titel"],
            version=own["release"],
            number=(own["versie"], own["subversie"]),
            namespace=own["namespace"],
            since=own["vanaf"],
            until=own.get("tot"),
            codes=MappingProxyType({name: MappingProxyType(codes) for name, codes in lists.items()}),
            words=_words(_merged(_toml(shared, "woorden"), own.get("woorden", {}))),
        )
        self.simple = {t.name: t for t in _simple_types(_toml(shared, "datatypen"), self.release.codes)}
        self.shared = _Names(self.simple, _toml(shared, "samengesteld"), lambda name, e: Klasse(name, e, shared=True))

    def types(self) -> Iterator[MessageType]:
        codes: Mapping[str, str] = self.own.get("berichtcodes", {})
        has = codes or self.own["berichten"]  # a release need not have every message of its family
        for number, message in ((n, m) for n, m in self.messages.items() if n in has):
            retour = message.get("retour")
            kind = Kind.ANTWOORD if "antwoord_op" in message else Kind.HEEN
            yield self._type(number, message, codes.get(number), kind)
            if retour:
                yield self._type(str(retour), message, codes.get(str(retour)), Kind.RETOUR, heen=number)

    def _type(self, number: str, message: Table, code: str | None, kind: Kind, heen: str | None = None) -> MessageType:
        prefix = self.own["voorvoegsel"]
        sender, receiver = Party(message["van"]), Party(message["naar"])
        retour, answers = message.get("retour"), message.get("antwoord_op") or heen
        root = self._root(message, code, kind, {"Afzender": sender, "Ontvanger": receiver}) if code else None
        if kind is Kind.RETOUR:
            sender, receiver, retour = receiver, sender, None
        return MessageType(
            release=self.release,
            name=f"{prefix}{number}",
            title=message["titel"] + (" retour" if kind is Kind.RETOUR else ""),
            kind=kind,
            sender=sender,
            receiver=receiver,
            code=code,
            root=root,
            retour=f"{prefix}{retour}" if retour else None,
            answers=f"{prefix}{answers}" if answers else None,
        )

    def _root(self, message: Table, code: str, kind: Kind, parties: Mapping[str, Party]) -> Klasse:
        is_retour = kind is Kind.RETOUR
        major, minor = self.release.number
        known: dict[str, DataType | Klasse] = {
            "BerichtCode": DataType("BerichtCode", Base.TEXT, pattern=code),
            "BerichtVersie": DataType("BerichtVersie", Base.NUMBER, pattern=str(major), maximum=99),
            "BerichtSubversie": DataType("BerichtSubversie", Base.NUMBER, pattern=str(minor), maximum=99),
        }
        known |= {place: self.simple[PARTY_TYPES[p]] for place, p in parties.items() if p in PARTY_TYPES}
        lines = {
            "Bericht": f"Header {message['inhoud']}{'?' if is_retour else ''}",
            "Header": self.heads["heen"] + ("" if kind is Kind.HEEN else " " + self.heads[kind]),
            "RetourCodes": "RetourCode+",
        }

        def own_class(name: str, elements: tuple[Element, ...]) -> Klasse:
            klasse = Klasse(name, elements)
            if is_retour and name not in lines and not klasse.is_container:
                klasse = Klasse(name, (*elements, Element("RetourCodes", names["RetourCodes"])))
            return klasse

        names = _Names(known, lines | message["klassen"], own_class, self.shared)
        return names.klasse("Bericht")


def _toml(folder: str, name: str) -> Table:
    return tomllib.loads(files(__package__).joinpath(folder, f"{name}.toml").read_text(encoding="utf-8"))


def _merged(below: Table, above: Table) -> Table:
    merged = dict(below)
    for name, value in above.items():
        merged[name] = _merged(below[name], value) if isinstance(below.get(name), dict) else value
    return merged


def _words(tables: Table) -> Words:
    return Words(
        labels={name: dict(zip(LANGUAGES, both, strict=True)) for name, both in tables["elementen"].items()},
        units={
            code: {language: (one, many) for language, (one, many) in unit.items()}
            for code, unit in tables["eenheden"].items()
        },
        money=frozenset(tables["vormen"]["geld"]),
        volumes=frozenset(tables["vormen"]["volume"]),
        free=frozenset(tables["vormen"]["vrij"]),
    )


def _countries(codes: str) -> dict[str, str]:
    """The names of countries come from CLDR, where they are kept up to date."""
    names = Locale("nl").territories
    return {code: names[code] for code in codes.split()}


def _simple_types(tables: Table, lists: Mapping[str, Mapping[str, str]]) -> Iterator[DataType]:
    for name, length in tables["regel"].items():
        yield DataType(name, Base.TEXT, pattern=NOT_BLANK_LINE, max_length=length)
    for name, length in tables["tekst"].items():
        yield DataType(name, Base.TEXT, pattern=rf"[\s\S]{{1,{length}}}", max_length=length)
    for name in tables["vrij"]:
        yield DataType(name, Base.TEXT, pattern=NOT_BLANK_TEXT)
    for name, pattern in tables["patroon"].items():
        yield DataType(name, Base.TEXT, pattern=pattern)
    for name, maximum in tables["getal"].items():
        yield DataType(name, Base.NUMBER, maximum=maximum)
    for name, what in tables["datum"].items():
        base, pattern = NO_ZONE[what]
        yield DataType(name, base, pattern=pattern)
    for name, codes in lists.items():
        yield DataType(name, Base.TEXT, codes=codes)
