"""The message standards as data: which releases and message types there are, and what each is made of.

message_type("WMO301")              the type by its name, in the release in force
by_namespace("http://www...schema") the type whose messages have this root namespace
all_types()                         every type of every release
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from portaal.berichtenverkeer.standard.load import all_types
from portaal.berichtenverkeer.standard.model import (
    Base,
    DataType,
    Element,
    Kind,
    Klasse,
    MessageType,
    Party,
    Release,
    Words,
)

__all__ = [
    "Base",
    "DataType",
    "Element",
    "Kind",
    "Klasse",
    "MessageType",
    "Party",
    "Release",
    "Words",
    "all_types",
    "by_namespace",
    "message_type",
    "releases",
]


def releases() -> tuple[Release, ...]:
    """Every release, oldest first within its standard."""
    found = {id(t.release): t.release for t in all_types()}.values()
    return tuple(sorted(found, key=lambda release: (release.standard, release.number)))


def by_namespace(namespace: str) -> MessageType | None:
    """The type of messages whose root element is in this namespace; None when no release knows it."""
    return _namespaces().get(namespace)


def message_type(name: str, release: str | None = None) -> MessageType:
    """The type called ``name`` (WMO301), of the newest release that has it or of the one asked for ("3.2").

    :raises KeyError: there is none.
    """
    found = [t for t in all_types() if t.name == name and release in (None, t.release.version)]
    if not found:
        raise KeyError(name if release is None else f"{name} {release}")
    return max(found, key=lambda t: t.release.number)


@cache
def _namespaces() -> Mapping[str, MessageType]:
    return {t.namespace: t for t in all_types()}
