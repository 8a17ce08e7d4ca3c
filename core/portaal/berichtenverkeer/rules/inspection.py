"""Applies the rules to one message, part by part as each is complete, so that a stream needs no more memory."""

from collections.abc import Mapping
from functools import cache

from lxml import etree

from portaal.berichtenverkeer.places import below, line, local_name
from portaal.berichtenverkeer.rules.part import BLANK, ISO_DATE, NOTHING, Part, Plan, plan_for, sortable
from portaal.berichtenverkeer.rules.rule import RULES, Check, Message, Rule
from portaal.berichtenverkeer.standard import Base, MessageType
from portaal.berichtenverkeer.verdict import Finding, Findings, RuleLevels

Checks = Mapping[str, list[tuple[Rule, str, Check]]]


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

    def whole(self, root: etree._Element) -> None:
        """Judge the message, or what is left of it after its repeated parts."""
        self._complete(root, self._root, self._plan)

    def repeated_part(self, element: etree._Element) -> None:
        """Judge one repeated part of a stream. What is below it may be freed afterwards."""
        part, plan = self._opened(element)
        self._complete(element, part, plan)

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
        part.complete = True
        message = self._message
        for rule, place, check in self._checks.get(part.name, ()):
            if not check(part, message):
                self.findings.add(self._finding(rule, place, part, element))
        if part.index is not None:
            part.parts = NOTHING  # nobody looks at these any more: no cycles are left for the garbage collector

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

    def _finding(self, rule: Rule, place: str, part: Part, element: etree._Element) -> Finding:
        plaats, where = part.plaats, element
        for name in place.split("/") if place else ():
            plaats = below(plaats, name)
            where = next((c for c in where if local_name(c) == name), where)
        return Finding(rule.code, self._levels[rule.level], line(where), plaats, rule.text, rule.action)


def _checks(message_type: MessageType) -> Checks:
    """Per name of a part the rules to check on it, each with a check made for this message alone."""
    checks: dict[str, list[tuple[Rule, str, Check]]] = {}
    for rule in rules_for(message_type):
        check = rule.make()
        for (number, name), place in rule.on.items():
            if number == message_type.number:
                checks.setdefault(name, []).append((rule, place, check))
    return checks
