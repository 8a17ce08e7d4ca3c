"""The rules asked of many parts at once, which costs a fraction of asking them of each.

Nearly all lines of a large message keep all rules. So what is asked here is only whether these parts are sure to keep
them; where they are not, the parts are judged one by one, and nothing but that gives findings.

A rule without memory (a function) answers the same about parts that read the same, so it is asked once of all that
have the same values in what it reads. What that is it shows by itself: it is asked of a sample which has only what the
rule is known to read and tells when it looks for more. A rule with memory says how, if it can: see ``Remembering``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any, Protocol, TypeVar, runtime_checkable

from portaal.berichtenverkeer.rules.lines import Lines, Place, Rows
from portaal.berichtenverkeer.rules.part import Part
from portaal.berichtenverkeer.rules.rule import Check, Checks, Message

MOST = 4_096  # samples that a rule remembers to be right
Remember = Callable[[], object]
T = TypeVar("T")


@runtime_checkable
class Remembering(Protocol):
    """A rule with memory that can be asked of many parts at once."""

    def together(self, lines: Lines, around: Part, message: Message) -> Remember | None:
        """What makes the rule remember all these, which are in the part ``around``; nothing is remembered before that.
        None when they are not sure to keep it.
        """


class Together:
    """The rules on the parts that stand in one part, ``around``. ``is_possible`` tells whether they can be asked so."""

    def __init__(self, rows: Rows, around: Part, checks: Checks, message: Message) -> None:
        self.around = around
        self.is_possible = True
        self._message = message
        self._questions: list[_Question] = []
        self._remembering: dict[int, Remembering] = {}
        for level in rows.levels:
            for place in level.walk():
                for _rule, _place, check in checks[place.name]:
                    if isinstance(check, FunctionType):
                        self._questions.append(_Question(check, message, place.tag, level, around))
                    elif isinstance(check, Remembering):
                        self._remembering[id(check)] = check
                    else:
                        self.is_possible = False
            around = _Sample(level.name, around)

    def keep(self, lines: Lines) -> bool:
        """Whether all these are sure to keep all rules; if so, they are remembered by those that remember."""
        return self.is_possible and self._keep_those_without_memory(lines) and self._keep_those_with_memory(lines)

    def _keep_those_without_memory(self, lines: Lines) -> bool:
        for question in self._questions:
            try:
                is_kept = question.is_kept_by(lines)
            except _UnreadError:
                is_kept = self.is_possible = False
            if not is_kept:
                self._questions.remove(question)
                self._questions.insert(0, question)  # it may well be broken again: then nothing else need be asked
                return False
        return True

    def _keep_those_with_memory(self, lines: Lines) -> bool:
        to_remember = []
        for check in self._remembering.values():
            remember = check.together(lines, self.around, self._message)
            if remember is None:
                return False
            to_remember.append(remember)
        for remember in to_remember:
            remember()
        return True


class _Question:
    """A rule without memory, asked of all parts of one kind: those whose tags are in the column ``tag``."""

    def __init__(self, check: Check, message: Message, tag: int, level: Place, above: Part) -> None:
        self._check, self._message = check, message
        self._slots: dict[int, _Slot] = {}
        self._samples: dict[int, _Sample] = {}
        self._make_sample(level, above)
        self._sample = self._samples[tag]
        self._reads = [tag]
        self._read_into: list[_Slot] = []
        self._right: set[tuple[str, ...]] = set()

    def _make_sample(self, place: Place, above: Part) -> _Sample:
        sample = self._samples[place.tag] = _Sample(place.name, above)
        values: _Known[str] = _Known(place.values)
        parts: _Known[Part] = _Known({part.name: part.tag for part in place.parts})
        sample.values, sample.parts = values, parts
        self._slots |= {column: (values, name, None) for name, column in place.values.items()}
        self._slots |= {part.tag: (parts, part.name, self._make_sample(part, sample)) for part in place.parts}
        return sample

    def is_kept_by(self, lines: Lines) -> bool:
        """Whether all these keep the rule.

        :raises _UnreadError: that cannot be told from the values of one of these parts alone.
        """
        while True:
            columns = [lines.columns[number] for number in self._reads]
            if self._right.issuperset(zip(*columns, strict=True)):
                return True
            try:
                return all(map(self._is_right, set(zip(*columns, strict=True)) - self._right))
            except _UnreadError as unread:
                self._learn(unread)

    def _is_right(self, values: tuple[str, ...]) -> bool:
        """Ask the rule of a part with these values; there is nothing to ask where there is no part."""
        for (known, name, part), value in zip(self._read_into, values[1:], strict=True):
            if value:
                known[name] = value if part is None else part
            else:
                known.pop(name, None)
        if values[0] and not self._check(self._sample, self._message):
            return False
        if len(self._right) == MOST:
            self._right.clear()
        self._right.add(values)
        return True

    def _learn(self, unread: _UnreadError) -> None:
        if unread.column is None:
            raise unread
        known, name, _part = slot = self._slots[unread.column]
        known.learn(name)
        self._reads.append(unread.column)
        self._read_into.append(slot)
        self._right.clear()


class _UnreadError(Exception):
    """A rule looks for what it is not known to read, which is in this column, if it is in one."""

    def __init__(self, column: int | None = None) -> None:
        super().__init__(column)
        self.column = column


class _Sample(Part):
    """Stands for many parts, and has only what they have in common: anything else of it that is read is unread."""

    __slots__ = ()

    def __init__(self, name: str, above: Part) -> None:
        self.name, self.above = name, above

    def __getattr__(self, name: str) -> Any:
        raise _UnreadError


class _Known(dict[str, T]):
    """The values or the parts of a sample by name. Those of which a rule is not known to read them are unread."""

    def __init__(self, columns: Mapping[str, int]) -> None:
        super().__init__()
        self._unread = dict(columns)

    def learn(self, name: str) -> None:
        """From here on this one is known to be read."""
        del self._unread[name]

    def __missing__(self, name: str) -> T:
        self._look_for(name)
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        self._look_for(name)
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._look_for(name)
        return super().get(name, default)

    def _all(self, *_: object) -> Any:
        """What is not asked by name: no rule is known to read it."""
        raise _UnreadError

    __iter__ = __len__ = keys = items = values = _all

    def _look_for(self, name: object) -> None:
        if name in self._unread:
            raise _UnreadError(self._unread[str(name)])


_Slot = tuple[_Known[Any], str, _Sample | None]
