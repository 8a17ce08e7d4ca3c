"""What the product says of itself, and whether the portal takes it in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from translationstring import TranslationString

from portaal.testing.conformance.check import Needs, check
from portaal.testing.conformance.subject import DoesNotLoadError, Subject

LONGEST_DESCRIPTION = 100
REQUIREMENT = re.compile(r"portaal(?![\w.-])\s*(\[[\w,\s]*\])?\s*\(?(?P<range>[^;)]*)")
OPTIONAL = re.compile(r";.*\bextra\b")


@check(Needs.SOURCE)
def it_loads_beside_the_core(subject: Subject) -> Iterator[str]:
    """The portal takes the product in, in strict mode."""
    try:
        subject.app  # noqa: B018 - making it is the check
    except DoesNotLoadError as error:
        yield str(error)


@check(Needs.SOURCE)
def it_says_what_it_is(subject: Subject) -> Iterator[str]:
    """The product has a title, and a description of one sentence that can be translated."""
    info = subject.plugin.info
    if not info.title or info.title != info.title.strip() or isinstance(info.title, TranslationString):
        yield f"the title {info.title!r} must be the product's name as people know it: a plain text, not translated"
    if not isinstance(info.description, TranslationString):
        yield "the description must be a text that can be translated: _('...')"
    if not 0 < len(info.description) <= LONGEST_DESCRIPTION:
        yield f"the description must be one sentence of at most {LONGEST_DESCRIPTION} characters"


@check(Needs.SOURCE)
def it_names_the_portals_it_works_with(subject: Subject) -> Iterator[str]:
    """The distribution requires portaal, from a version on and below the next major one."""
    distribution = subject.entry_point.dist
    if distribution is None:
        yield "it comes from no distribution: install it first"
        return
    needed = [text for text in distribution.requires or () if not OPTIONAL.search(text)]
    ranges = [found["range"] for text in needed if (found := REQUIREMENT.match(text))]
    if not ranges:
        yield "the dependencies do not name portaal"
    for bounds in ranges:
        if ">=" not in bounds or "<" not in bounds:
            yield f"the dependency 'portaal{bounds}' must have both bounds, such as 'portaal{_advice()}'"


def _advice() -> str:
    try:
        major, minor = version("portaal").split(".")[:2]
    except PackageNotFoundError:
        major, minor = "1", "0"
    return f">={major}.{minor},<{int(major) + 1}"
