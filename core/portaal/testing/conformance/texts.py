"""The product's texts, in Dutch and in English."""

from __future__ import annotations

from collections.abc import Iterator

from portaal.testing.catalogues import CORE_DUTCH, placeholders_differ, read_folder, used
from portaal.testing.conformance.check import Needs, check
from portaal.testing.conformance.subject import Subject


def _own(subject: Subject) -> dict[str, str]:
    """What the product translates itself."""
    folders = sorted({path.parent for path in subject.files(".po") if path.parent.name == "nl"})
    return {message: text for folder in folders for message, text in read_folder(folder).items()}


def _used(subject: Subject) -> dict[str, str]:
    return used([*subject.files(".py"), *subject.files(".jinja2")])


@check(Needs.SOURCE)
def every_text_has_dutch(subject: Subject) -> Iterator[str]:
    """Every text in code and templates has a Dutch one, and nothing is translated that is not used."""
    own, wanted = _own(subject), _used(subject)
    dutch = read_folder(CORE_DUTCH) | own
    for message, place in wanted.items():
        if not dutch.get(message):
            yield f"{place}: {message!r} has no Dutch text"
    for message in own.keys() - wanted.keys():
        yield f"{message!r} is translated and not used"


@check(Needs.SOURCE)
def translations_have_the_same_placeholders(subject: Subject) -> Iterator[str]:
    """A Dutch text fills in the same values as the English one."""
    for english, dutch in _own(subject).items():
        if dutch and placeholders_differ(english, dutch):
            yield f"{english!r} and {dutch!r} have other ${{...}}"


@check(Needs.SOURCE)
def the_portals_own_texts_stay(subject: Subject) -> Iterator[str]:
    """The product does not give a text of the portal another translation: all share one catalogue."""
    core = read_folder(CORE_DUTCH)
    for english, dutch in _own(subject).items():
        if core.get(english, dutch) != dutch:
            yield f"{english!r} is {core[english]!r} in the portal, and {dutch!r} here; choose other English words"
