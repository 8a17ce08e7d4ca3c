"""One hostile answer: how it is made, and what it must be refused for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portaal.login.refusal import RefusalReason
from tests.eherkenning.forge import Recipe

BOTH = frozenset({"artifact", "post"})
BY_ARTIFACT = frozenset({"artifact"})
BY_POST = frozenset({"post"})


@dataclass(frozen=True)
class Case:
    """``ways`` are the bindings by which this answer can come."""

    name: str
    reason: RefusalReason
    recipe: Recipe
    ways: frozenset[str] = field(default=BOTH)


def case(name: str, reason: RefusalReason, ways: frozenset[str] = BOTH, **recipe: Any) -> Case:
    return Case(name, reason, Recipe(**recipe), ways)
