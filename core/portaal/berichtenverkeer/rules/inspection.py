"""Applies the rules to one message, part by part as each is complete, so that a stream needs no more memory."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache

from lxml import etree

from portaal.berichtenverkeer.places import below, line, local_name
from portaal.berichtenverkeer.rules.lines import Lines
from portaal.berichtenverkeer.rules.part import BLANK, ISO_DATE, NOTHING, Part, Plan, plan_for, sortable
from portaal.berichtenverkeer.rules.rule import RULES, Checks, Message, Rule
from portaal.berichtenverkeer.rules.shape import TEXTS, Fields, Groups, Written
from portaal.berichtenverkeer.rules.together import Together
from portaal.berichtenverkeer.standard import Base, MessageType
from portaal.berichtenverkeer.verdict import Finding, Findings, RuleLevels

FEW = 4  # parts that are not worth dividing any further
Broken = list[tuple[Rule, tuple[str, ...]]]
LineAt = Callable[[int], int]  # from a position in the text to a line of the message


@cache
def rules_for(message_type: MessageType) -> tuple[Rule, ...]:
    """The rules that apply to messages of this type."""
    number, standard = message_type.number, message_type.release.standard
    return tuple(rule for rule in RULES if standard in rule.standards and number in rule.numbers)


class Inspection:
    """The rules at work on one message: give it the whole tree, or the repeated parts of a stream one by one.

    A part is judged when it is complete, and so before the part it belongs to.
    """

    def __init__(self, message: Message, levels: RuleLevels) -> None:
        self.findings = Findings()
        self._message = message
        self._levels = {"bericht": levels.bericht, "extern": levels.extern}
        self._checks = _checks(message.type)
        self._plan = plan_for(message.type)
        self._root = Part("Bericht", None, None)
        self._open: list[tuple[etree._Element, Part, Plan]] = []
        self._together: Together | None = None

    def whole(self, root: etree._Element) -> None:
        """Judge the message, or what is left of it after its repeated parts."""
        self._complete(root, self._root, self._plan)

    def repeated_part(self, element: etree._Element) -> None:
        """Judge one repeated part of a stream. What is below it may be freed afterwards."""
        part, plan = self._opened(element)
        self._complete(element, part, plan)

    def written_lines(self, lines: Lines, parent: etree._Element, line_at: LineAt) -> None:
        """Judge repeated parts of a stream that were found in a text; ``line_at`` tells on which line what stands."""
        around, _plan = self._opened(parent)
        if self._together is None or self._together.around is not around:
            self._together = Together(lines.rows, around, self._checks, self._message)
        self._judge(lines, self._together, line_at)

    def _judge(self, lines: Lines, together: Together, line_at: LineAt) -> None:
        if together.keep(lines):
            together.around.count += lines.count
        elif together.is_possible and lines.count > FEW:
            for half in lines.halves():
                self._judge(half, together, line_at)
        else:
            for written in lines.each():
                self._complete_written(written, together.around, line_at)

    def _opened(self, element: etree._Element) -> tuple[Part, Plan]:
        """The part that goes with this element; the parts around it are opened when first met."""
        for depth in range(len(self._open) - 1, -1, -1):
            known, part, plan = self._open[depth]
            if known is element:
                del self._open[depth + 1 :]
                return part, plan
        parent = element.getparent()
        if parent is None:
            return self._root, self._plan
        around, around_plan = self._opened(parent)
        self._read(parent, around, around_plan, before=element)
        field = around_plan[str(element.tag)]
        part, plan = around.new_part(field.name, field.repeated), field.plan
        self._open.append((element, part, plan))
        return part, plan

    def _complete(self, element: etree._Element, part: Part, plan: Plan) -> None:
        self._read(element, part, plan)
        for rule, place in self._broken(part):
            self._tell(rule, place, part, _line_below(element, place))

    def _broken(self, part: Part) -> Broken:
        """The rules that this part breaks, now that it is complete."""
        part.complete = True
        message = self._message
        broken = [(rule, place) for rule, place, check in self._checks[part.name] if not check(part, message)]
        if part.index is not None:
            part.parts = NOTHING  # nobody looks at these any more: no cycles are left for the garbage collector
        return broken

    def _read(self, element: etree._Element, part: Part, plan: Plan, before: etree._Element | None = None) -> None:
        """Read the children of an element, or those before one of them."""
        values = part.values
        for child in element:
            if child is before:
                return
            field = plan.get(child.tag)
            if field is None:
                continue  # a comment
            name, repeated, base, below_plan = field
            if base is None:
                known = part.parts.get(name)
                if (known is not None and known.complete) or (repeated and not len(child)):
                    continue  # judged already, as part of a stream
                self._complete(child, known or part.new_part(name, repeated), below_plan)
                continue
            value = child.text or ""
            if base is not Base.TEXT:
                value = value.strip(BLANK)
                if base is Base.DATE and len(value) != ISO_DATE:
                    value = sortable(value)
            if repeated:
                part.texts += (value,)
            else:
                values[name] = value

    def _complete_written(self, written: Written, around: Part, line_at: LineAt) -> None:
        shape = written.shape
        part = around.new_part(shape.name, shape.repeated)
        for run, match, parts in zip(shape.runs, written.matches, (*written.parts, ()), strict=True):
            groups = match.groups()
            part.values |= run.fields.read(groups)
            self._complete_below(part, run.fields, match, groups, line_at)
            for below_part in parts:
                self._complete_written(below_part, part, line_at)
        for rule, place in self._broken(part):
            self._tell(rule, place, part, line_at(written.position(place)))

    def _complete_below(
        self, part: Part, fields: Fields, match: re.Match[str], groups: Groups, line_at: LineAt
    ) -> None:
        """Read the rest of what a match holds of a part whose values are there: its texts, and the parts below it."""
        if fields.texts is not None:
            part.texts = tuple(TEXTS.findall(groups[fields.texts] or ""))
        for inner in fields.parts:
            if groups[inner.tag] is not None:
                below_part = part.new_part(inner.name, False, inner.read(groups))
                if inner.is_deep:
                    self._complete_below(below_part, inner, match, groups, line_at)
                for rule, place in self._broken(below_part):
                    self._tell(rule, place, below_part, line_at(inner.position(match, place)))

    def _tell(self, rule: Rule, place: tuple[str, ...], part: Part, line: int | None) -> None:
        plaats = part.plaats
        for name in place:
            plaats = below(plaats, name)
        self.findings.add(Finding(rule.code, self._levels[rule.level], line, plaats, rule.text, rule.action))


def _line_below(element: etree._Element, names: tuple[str, ...]) -> int | None:
    """The line of a place below an element, or of what is nearest around it."""
    for name in names:
        element = next((c for c in element if local_name(c) == name), element)
    return line(element)


def _checks(message_type: MessageType) -> Checks:
    """Per name of a part the rules to check on it, each with a check made for this message alone."""
    checks: Checks = defaultdict(list)
    for rule, parts in _places(message_type):
        check = rule.make()
        for name, place in parts:
            checks[name].append((rule, place, check))
    return checks


@cache
def _places(message_type: MessageType) -> tuple[tuple[Rule, tuple[tuple[str, tuple[str, ...]], ...]], ...]:
    """Each rule with the names of the parts it is checked on, and the place below them that its fault is shown at."""
    return tuple(
        (
            rule,
            tuple(
                (name, tuple(place.split("/")) if place else ())
                for (number, name), place in rule.on.items()
                if number == message_type.number
            ),
        )
        for rule in rules_for(message_type)
    )
