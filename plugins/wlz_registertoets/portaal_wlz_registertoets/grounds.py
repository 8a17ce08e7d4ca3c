"""The legal grounds on which the register may be asked: data, with the days on which they hold (facts.md 0.3)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from portaal.api import _

LAWS = {"wmo2015": _("Wmo 2015"), "jeugdwet": _("Jeugdwet")}


@dataclass(frozen=True)
class Ground:
    """An article of a law.

    :param code: as it stands in the contract, the audit trail and the reports.
    :param title: in Dutch, as the articles are; not translated.
    :param since: the first day it may be used; None for one that may not.
    """

    code: str
    law: str
    article: str
    title: str
    since: date | None
    until: date | None

    def holds_on(self, day: date) -> bool:
        return self.since is not None and self.since <= day and (self.until is None or day <= self.until)


def _read() -> tuple[Ground, ...]:
    content = tomllib.loads(files(__package__).joinpath("grounds.toml").read_text(encoding="utf-8"))
    return tuple(
        Ground(part["code"], part["law"], part["article"], part["title"], part.get("from"), part.get("until"))
        for part in content["ground"]
    )


GROUNDS = _read()


def grounds_on(day: date) -> list[Ground]:
    """The grounds that may be used on a day, in the order of the law."""
    return [ground for ground in GROUNDS if ground.holds_on(day)]


def in_words(code: str) -> str:
    """``Wmo 2015, 2.3.2``, in any language; a code that we do not know stays what it is."""
    ground = ground_with(code)
    return f"{LAWS[ground.law]}, {ground.article}" if ground else code


def ground_with(code: str) -> Ground | None:
    """The ground with this code, also one that no longer holds."""
    return next((ground for ground in GROUNDS if ground.code == code), None)
