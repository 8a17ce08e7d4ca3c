"""The documentation of a type of message, made from the standard's data: `portaal bericht beschrijf`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from babel.numbers import format_decimal
from translationstring import TranslationString

from portaal.berichtenverkeer.readable.view import Translate
from portaal.berichtenverkeer.standard import Base, DataType, Element, Klasse, MessageType, Party
from portaal.web.i18n import _

DIGITS = re.compile(r"\[0-9\]\{(?:1,)?(\d+)\}")
FIXED = re.compile(r"[0-9]+")
VERSION_TYPE = "Versie"
PARTIES = {Party.GEMEENTE: _("gemeente"), Party.AANBIEDER: _("provider"), Party.CAK: _("CAK")}
KEY = "*"


def describe(kind: MessageType, language: str, translate: Translate) -> Iterator[str]:
    """The lines that describe a type in a language ("nl", "en"): elements, how often, what is in them, code lists."""
    return _Description(kind, language, translate).lines()


class _Description:
    def __init__(self, kind: MessageType, language: str, translate: Translate) -> None:
        self._kind, self._language, self._translate = kind, language, translate
        self._lists: dict[str, DataType] = {}

    def lines(self) -> Iterator[str]:
        kind, say = self._kind, self._translate
        yield f"{kind.name} {kind.title} ({kind.release})"
        yield say(_("From ${sender} to ${receiver}", mapping={
            "sender": say(PARTIES[kind.sender]), "receiver": say(PARTIES[kind.receiver])
        }))  # fmt: skip
        if kind.retour:
            yield say(_("Return message: ${type}", mapping={"type": kind.retour}))
        if kind.answers:
            yield say(_("Answers: ${type}", mapping={"type": kind.answers}))
        yield ""
        if kind.root is None:
            yield say(_("What it is made of is not known here yet."))
            return
        yield say(_("${sign} is part of what tells two of a kind apart.", mapping={"sign": KEY}))
        yield ""
        yield from self._elements(kind.root, 0)
        for datatype in self._lists.values():
            yield ""
            yield say(_("Code list ${name}", mapping={"name": datatype.name}))
            yield from (f"  {code}  {words}" for code, words in datatype.codes.items())
        yield ""

    def _elements(self, klasse: Klasse, depth: int) -> Iterator[str]:
        for element in klasse.elements:
            words = self._kind.release.words.label(element.name, klasse.name)
            label = words[self._language] if words else ""
            name = f"{'  ' * depth}{element.name}{KEY if element.key else ''}"
            facts = [label, self._translate(_how_often(element))]
            if isinstance(element.type, DataType):
                facts.append(self._holds(element.type))
            yield f"{name}: {', '.join(fact for fact in facts if fact)}"
            if isinstance(element.type, Klasse):
                yield from self._elements(element.type, depth + 1)

    def _holds(self, datatype: DataType) -> str:
        if datatype.codes:
            self._lists[datatype.name] = datatype
        return self._translate(self._words_for(datatype))

    def _words_for(self, datatype: DataType) -> TranslationString:
        """What may be in a value of this type."""
        pattern, most = datatype.pattern or "", datatype.max_length
        digits = DIGITS.fullmatch(pattern)
        if datatype.codes:
            return _("code of the list ${name}", mapping={"name": datatype.name})
        if FIXED.fullmatch(pattern):
            return _("always ${value}", mapping={"value": pattern})
        if datatype.base is Base.NUMBER:
            return self._number_words(datatype)
        if datatype.base is Base.DATE:
            return _("date: year-month-day")
        if datatype.base is Base.TIME:
            return _("time: hours:minutes:seconds")
        if digits:
            at_most = pattern.startswith("[0-9]{1,")
            words = _("at most ${most} digits") if at_most else _("${most} digits")
            return words % {"most": digits[1]}
        if most is not None:
            return _("text of at most ${most} characters", mapping={"most": most})
        if datatype.name == VERSION_TYPE:
            return _("version, such as 1.0.0")
        if datatype.name in self._kind.release.words.free:
            return _("text")
        return _("text of the form ${pattern}", mapping={"pattern": pattern})

    def _number_words(self, datatype: DataType) -> TranslationString:
        most = format_decimal(datatype.maximum or 0, locale=self._language)
        if datatype.name in self._kind.release.words.money:
            return _("amount in cents, at most ${most}", mapping={"most": most})
        return _("whole number from 0 to ${most}", mapping={"most": most})


def _how_often(element: Element) -> TranslationString:
    if element.repeated:
        return _("any number, or none") if element.optional else _("once or more")
    return _("may be absent") if element.optional else _("once")
