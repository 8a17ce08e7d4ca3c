"""The people who can log in here: the portal's accounts file of invented people."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Person:
    """Somebody with a means of logging in, for one or more organisations."""

    username: str
    name: str
    pseudonym: str
    organisations: tuple[str, ...]
    level: str


def read_people(path: Path) -> dict[str, Person]:
    """The people by user name."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        entry["username"]: Person(
            entry["username"],
            entry["name"],
            entry["pseudonym"],
            tuple(entry["organisations"]),
            entry.get("level", "loa3"),
        )
        for entry in content["account"]
    }
