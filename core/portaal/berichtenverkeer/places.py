"""Where something is in a message."""

from __future__ import annotations

from typing import cast

from lxml import etree


def line(element: etree._Element) -> int | None:
    """The line on which the element begins."""
    return cast("int | None", element.sourceline)


def local_name(element: etree._Element) -> str:
    """The name without its namespace; also of an element whose prefix stands for nothing."""
    return str(element.tag).rpartition("}")[2]


def prefix_of(element: etree._Element) -> str:
    """The prefix of the name as it is written, with its colon; empty in the default namespace."""
    return f"{element.prefix}:" if element.prefix else ""


def below(plaats: str, name: str) -> str:
    """The place of an element inside the one at ``plaats``."""
    return f"{plaats}/{name}" if plaats else name
