"""Many parts that follow each other in a text, read at once: a column of values for each element.

What is written in the ordinary way (see ``shape``) is mostly one line after another, of one client after another. A
row is a line, with the beginning of the parts around it if it is their first line, and their end if it is their last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate, compress
from typing import NamedTuple

from portaal.berichtenverkeer.rules.shape import Fields, Shape, Written

Column = Sequence[str]


class Place(NamedTuple):
    """A part in a row: the columns of its tag and of its values by name, and the parts below it."""

    name: str
    tag: int
    values: Mapping[str, int]
    parts: tuple[Place, ...]

    def walk(self) -> Iterator[Place]:
        """This part and those below it."""
        yield self
        for part in self.parts:
            yield from part.walk()


class Rows:
    """How to read the parts of a shape as rows. ``levels`` are the parts from the outermost to the line itself.

    :raises LookupError: these are no lines, or there is more than one kind of them.
    """

    def __init__(self, shape: Shape) -> None:
        shapes = _levels(shape)
        depth = len(shapes) - 1
        runs = [s.runs[0] for s in shapes] + [s.runs[1] for s in shapes[-2::-1]]
        before = list(accumulate((run.pattern.groups for run in runs), initial=0))
        places = [
            _place(run.fields, n + (number > depth)) for number, (run, n) in enumerate(zip(runs, before, strict=False))
        ]
        self.shape = shape
        self.levels = (*map(_joined, places[:depth], places[:depth:-1]), places[depth])
        self.by_name = {level.name: level for level in self.levels}
        self.beginning, self.ending = range(before[depth]), range(before[depth + 1] + 1, before[-1] + 1)
        self.first = places[0].tag
        self.last = before[depth + 1] if depth else self.first
        patterns = [run.pattern.pattern for run in runs]
        head, tail = "".join(patterns[:depth]), "".join(patterns[depth + 1 :])
        self._pattern = re.compile(f"(?:{head})?+{patterns[depth]}({tail})?+")

    def read(self, text: str, position: int) -> Lines | None:
        """The parts that stand here in the ordinary way, as far as they are complete; None when there are none."""
        cells, bounds = [], [position]
        while match := self._pattern.match(text, position):
            cells.append(match.groups(""))
            position = match.end()
            bounds.append(position)
        while cells and not cells[-1][self.last]:
            cells.pop()
        lines = Lines(self, text, cells, bounds) if cells else None
        return lines if lines and lines.are_whole else None


class Lines:
    """Parts that follow each other in a text: ``count`` of the outermost, up to ``end``.

    A column has a value for each part that its element belongs to, in order; an empty one where that is left out.
    ``cells`` are the values by row, ``bounds`` the positions in the text between which the rows stand.
    """

    def __init__(self, rows: Rows, text: str, cells: Sequence[tuple[str, ...]], bounds: Sequence[int]) -> None:
        self.rows = rows
        self.end = bounds[len(cells)]
        self._text, self._cells, self._bounds = text, cells, bounds
        columns: list[Column] = list(zip(*cells, strict=True))
        self._firsts, self._lasts = columns[rows.first], columns[rows.last]
        for numbers, chosen in (rows.beginning, self._firsts), (rows.ending, self._lasts):
            for n in numbers:
                columns[n] = tuple(compress(columns[n], chosen))
        self.columns: Sequence[Column] = columns
        self.count = len(columns[rows.first])

    @property
    def are_whole(self) -> bool:
        """Whether each part begins right after the end of the one before."""
        firsts, lasts = list(map(bool, self._firsts)), list(map(bool, self._lasts))
        return firsts == [True, *lasts[:-1]]

    @cached_property
    def numbers(self) -> Sequence[int]:
        """Per line which of the outermost parts it is of, counted from 0."""
        return list(accumulate(map(bool, self._firsts), initial=-1))[1:]

    def column(self, level: str, *path: str) -> Column:
        """The values of an element, by the name of a level and the path below it: "Client", "Bsn".

        :raises LookupError: there is no such element.
        """
        place = self.rows.by_name[level]
        *names, last = path
        for name in names:
            place = {part.name: part for part in place.parts}[name]
        return self.columns[place.values[last]]

    def halves(self) -> Iterator[Lines]:
        """The first and the second half of these parts."""
        begins = [number for number, first in enumerate(self._firsts) if first]
        middle = begins[len(begins) // 2]
        yield Lines(self.rows, self._text, self._cells[:middle], self._bounds)
        yield Lines(self.rows, self._text, self._cells[middle:], self._bounds[middle:])

    def each(self) -> Iterator[Written]:
        """These parts one by one."""
        position = self._bounds[0]
        while position < self.end and (written := self.rows.shape.read(self._text, position)):
            yield written
            position = written.end


@lru_cache(maxsize=128)
def rows_of(shape: Shape) -> Rows | None:
    """How to read parts of this shape as rows, if they can be."""
    try:
        return Rows(shape)
    except LookupError:
        return None


def _levels(shape: Shape) -> list[Shape]:
    """The shapes from the outermost to the line."""
    shapes = [shape]
    while len(shapes[-1].below) == 1:
        shapes += shapes[-1].below
    if shapes[-1].below or any(s.optional or s.repeated is not (s is shapes[-1]) for s in shapes[1:]):
        raise LookupError(shape.name)
    return shapes


def _place(fields: Fields, before: int) -> Place:
    values = {name: before + group for name, group in fields.values}
    return Place(fields.name, before + fields.tag, values, tuple(_place(part, before) for part in fields.parts))


def _joined(beginning: Place, ending: Place) -> Place:
    """One part of what stands before and after its lines."""
    return Place(beginning.name, beginning.tag, {**beginning.values, **ending.values}, beginning.parts + ending.parts)
