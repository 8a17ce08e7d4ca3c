"""The ordinary way to write a part: recognised, and its values read, by patterns made from the model.

Ordinary is what applications write: the elements in their order, each with the prefix that the root declares, white
space between them, and nothing else (no attributes, comments or entities). A part that fits its shape is valid to
the schema made from the same model; of one that does not fit nothing is said. See ``standard.ordinary`` for values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from portaal.berichtenverkeer.standard import DataType, Element, Klasse, MessageType
from portaal.berichtenverkeer.standard.ordinary import ordinary

# "+" behind a repeat: what it took is never given back. A tag follows, which could not have been part of it.
SPACE = r"[ \t\r\n]*+"
Groups = tuple[str | None, ...]
TEXTS = re.compile(r">([^<>]*)</")


class Fields(NamedTuple):
    """Which groups of a match (counted from 0) hold what of one part: its start tag, its values, its repeated
    values, the parts below it.
    """

    name: str
    tag: int
    values: tuple[tuple[str, int], ...]
    texts: int | None
    parts: tuple[Fields, ...]
    is_deep: bool

    def read(self, groups: Groups) -> dict[str, str]:
        """The values by name."""
        return {name: value for name, group in self.values if (value := groups[group]) is not None}

    def position(self, match: re.Match[str], names: tuple[str, ...]) -> int:
        """Where the element at this place below the part begins, or what is nearest around it."""
        for name, group in self.values:
            if names == (name,) and match[group + 1] is not None:
                return match.start(group + 1)
        for fields in self.parts:
            if names and names[0] == fields.name and match[fields.tag + 1]:
                return fields.position(match, names[1:])
        return match.start(self.tag + 1)


class Run(NamedTuple):
    """A stretch of a part without repeated parts: from a tag of the part up to where one may begin, or its end."""

    pattern: re.Pattern[str]
    fields: Fields
    names: frozenset[str]


@dataclass(frozen=True, eq=False)
class Shape:
    """How the parts of one class are written: runs of text with parts of another shape in between."""

    name: str
    repeated: bool
    optional: bool
    runs: tuple[Run, ...]
    below: tuple[Shape, ...]

    def read(self, text: str, position: int = 0) -> Written | None:
        """The part that begins here, if it is written in the ordinary way."""
        match = self.runs[0].pattern.match(text, position)
        if match is None:
            return None
        if not self.below:
            return Written(self, (match,), (), match.end())
        matches, parts = [match], []
        for shape, run in zip(self.below, self.runs[1:], strict=True):
            found, position = [], match.end()
            while (part := shape.read(text, position)) is not None:
                found.append(part)
                position = part.end
                if not shape.repeated:
                    break
            match = run.pattern.match(text, position)
            if match is None or not (found or shape.optional):
                return None
            matches.append(match)
            parts.append(found)
        return Written(self, matches, parts, match.end())


class Written:
    """A part that was found in a text: the matches of its runs, the parts found after each but the last, its end."""

    __slots__ = ("end", "matches", "parts", "shape")

    def __init__(
        self, shape: Shape, matches: Sequence[re.Match[str]], parts: Sequence[Sequence[Written]], end: int
    ) -> None:
        self.shape, self.matches, self.parts, self.end = shape, matches, parts, end

    def position(self, names: tuple[str, ...]) -> int:
        """Where the element at this place below the part begins, or what is nearest around it."""
        for run, match in zip(self.shape.runs, self.matches, strict=True):
            if names and names[0] in run.names:
                return run.fields.position(match, names)
        for found in self.parts:
            if found and names and found[0].shape.name == names[0]:
                return found[0].position(names[1:])
        return self.matches[0].start(self.shape.runs[0].fields.tag + 1)


@lru_cache(maxsize=128)
def shapes(message_type: MessageType, own: str, shared: str) -> Mapping[str, Shape]:
    """The shapes of the outermost repeated parts, by name, for these prefixes (as `b:`; empty for none).

    Left out are those whose name also means something else in this type of message.
    """
    root = message_type.root
    if root is None:
        return {}
    names = [element.name for klasse in root.walk() for element in klasse.elements]
    maker = _Maker(own, shared)
    return {
        element.name: maker.shape(element, maker.own)
        for element in _outermost(root)
        if isinstance(element.type, Klasse) and names.count(element.name) == 1
    }


def _outermost(klasse: Klasse) -> Iterator[Element]:
    """The repeated parts below this class that are not below another."""
    for element in klasse.elements:
        if isinstance(element.type, Klasse):
            yield from [element] if element.repeated else _outermost(element.type)


def _is_flat(klasse: Klasse) -> bool:
    return all(isinstance(e.type, DataType) or (not e.repeated and _is_flat(e.type)) for e in klasse.elements)


class _Maker:
    """Makes shapes for one choice of prefixes."""

    def __init__(self, own: str, shared: str) -> None:
        self.own, self.shared = re.escape(own), re.escape(shared)

    def shape(self, element: Element, prefix: str) -> Shape:
        klasse = element.type
        if not isinstance(klasse, Klasse):
            raise TypeError(element.name)
        tag = f"{prefix}{element.name}"
        stretches: list[list[Element]] = [[]]
        below = []
        for child in klasse.elements:
            if isinstance(child.type, Klasse) and (child.repeated or not _is_flat(child.type)):
                below.append(self.shape(child, self._prefix(klasse)))
                stretches.append([])
            else:
                stretches[-1].append(child)
        runs = []
        for number, elements in enumerate(stretches):
            groups = count()
            start, at = (f"{SPACE}(<{tag}>){SPACE}", next(groups)) if number == 0 else (SPACE, 0)
            pattern, fields = self._elements(element.name, at, elements, self._prefix(klasse), groups)
            end = f"</{tag}>" if number == len(stretches) - 1 else ""
            runs.append(Run(re.compile(start + pattern + end), fields, frozenset(e.name for e in elements)))
        return Shape(element.name, element.repeated, element.optional, tuple(runs), tuple(below))

    def _elements(
        self, name: str, tag: int, elements: list[Element] | tuple[Element, ...], prefix: str, groups: Iterator[int]
    ) -> tuple[str, Fields]:
        pattern, texts = "", None
        values, parts = [], []
        for element in elements:
            before, after = f"<{prefix}{element.name}>", f"</{prefix}{element.name}>{SPACE}"
            if isinstance(element.type, Klasse):
                group = next(groups)
                inner, fields = self._elements(
                    element.name, group, element.type.elements, self._prefix(element.type), groups
                )
                parts.append(fields)
                written = f"({before}){SPACE}{inner}{after}"
            elif element.repeated:
                texts = next(groups)
                written = f"((?:{before}{ordinary(element.type)}{after})+)"
            else:
                group = next(groups)
                values.append((element.name, group))
                written = f"{before}({ordinary(element.type)}){after}"
            pattern += f"(?:{written})?+" if element.optional else written
        return pattern, Fields(name, tag, tuple(values), texts, tuple(parts), bool(parts) or texts is not None)

    def _prefix(self, klasse: Klasse) -> str:
        """The prefix of the elements in this class."""
        return self.shared if klasse.shared else self.own
