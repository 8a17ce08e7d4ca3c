"""Applies the rules to one message, part by part as each is complete, so that a stream needs no more memory."""

from collections.abc import Mapping
from functools import cache

from lxml import etree

from portaal.berichtenverkeer.places import below, line
from portaal.berichtenverkeer.rules.part import Field, Part, Plan, plan_for, value_of
from portaal.berichtenverkeer.rules.rule import RULES, Check, Message, Rule
from portaal.berichtenverkeer.standard import MessageType
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

    def place_of(self, element: etree._Element) -> str:
        """Where this repeated part of a stream is."""
        return self._opened(element)[0].plaats

    def _opened(self, element: etree._Element) -> tuple[Part, Plan]:
        """The part that goes with this element; the parts around it are opened when first met."""
        path = [element, *element.iterancestors()][-2::-1]
        part, plan = self._root, self._plan
        for depth, step in enumerate(path):
            if depth < len(self._open) and self._open[depth][0] is step:
                _, part, plan = self._open[depth]
                continue
            self._read_up_to(step, part, plan)
            field = plan[str(step.tag)]
            part, plan = _new_part(field, part, step), field.plan or {}
            self._open[depth:] = [(step, part, plan)]
        del self._open[len(path) :]
        return part, plan

    def _read_up_to(self, stop: etree._Element, part: Part, plan: Plan) -> None:
        """Read what comes before `stop` in the part around it, which is not complete yet."""
        parent = stop.getparent()
        for child in parent if parent is not None else ():
            if child is stop:
                return
            self._read(child, part, plan)

    def _complete(self, element: etree._Element, part: Part, plan: Plan) -> None:
        for child in element:
            self._read(child, part, plan)
        part.complete = True
        for rule, place, check in self._checks.get(part.name, ()):
            if not check(part, self._message):
                self.findings.add(self._finding(rule, place, part, element))

    def _read(self, child: etree._Element, part: Part, plan: Plan) -> None:
        field = plan.get(child.tag)  # a comment has no name, and so no field
        if field is None:
            return
        if field.plan is None:
            if field.repeated:
                part.texts.append(child.text or "")
            else:
                part.values[field.name] = value_of(child, field)
            return
        known = part.parts.get(field.name)
        if (known is not None and known.complete) or (field.repeated and not len(child)):
            return  # judged already, as part of a stream
        self._complete(child, known or _new_part(field, part, child), field.plan)

    def _finding(self, rule: Rule, place: str, part: Part, element: etree._Element) -> Finding:
        plaats, where = part.plaats, element
        for name in place.split("/") if place else ():
            plaats = below(plaats, name)
            where = next((c for c in where if etree.QName(c).localname == name), where)
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


def _new_part(field: Field, above: Part, element: etree._Element) -> Part:
    if not field.repeated:
        part = Part(field.name, above, line(element))
        above.parts[field.name] = part
        return part
    above.count += 1
    return Part(field.name, above, line(element), above.count)
