"""Where something is in a message."""

from typing import cast

from lxml import etree


def line(element: etree._Element) -> int | None:
    """The line on which the element begins."""
    return cast("int | None", element.sourceline)


def below(plaats: str, name: str) -> str:
    """The place of an element inside the one at `plaats`."""
    return f"{plaats}/{name}" if plaats else name
