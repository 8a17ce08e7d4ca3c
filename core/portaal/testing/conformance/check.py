"""A check: a function that looks at a product and yields what is wrong, a sentence each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

Find = Callable[..., Iterator[str]]


class Needs(Enum):
    """What a check looks at."""

    SOURCE = "the product as it is installed: its code, its files, its answers"
    PORTAL = "the portal with the product, people and a database"
    DATABASE = "the product, and a database without tables"


@dataclass(frozen=True)
class Check:
    """One check of the suite.

    :param needs: which objects its function gets.
    """

    find: Find
    needs: Needs

    @property
    def name(self) -> str:
        return self.find.__name__

    @property
    def meaning(self) -> str:
        """The first line of its docstring: what it wants."""
        return (self.find.__doc__ or "").strip().splitlines()[0]


CHECKS: dict[str, Check] = {}


def check(needs: Needs) -> Callable[[Find], Find]:
    """Add a function to the suite."""

    def add(find: Find) -> Find:
        CHECKS[find.__name__] = Check(find, needs)
        return find

    return add


def listed(words: Any) -> str:
    """Words with commas between them, in order."""
    return ", ".join(sorted(map(str, words)))
