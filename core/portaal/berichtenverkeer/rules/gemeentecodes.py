"""Which gemeentecode existed on which day."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


def existed(code: str, day: str) -> bool:
    """Whether a gemeente had this code on this day (an ISO date). Of days before 2015 nothing is known to end."""
    first_days, end_days = _days()
    return code in first_days and first_days[code] <= day < end_days.get(code, "~")


@cache
def _days() -> tuple[dict[str, str], dict[str, str]]:
    """Per code the first day that it was there, and the first day that it was not any more."""
    data = tomllib.loads(files(__package__).joinpath("gemeentecodes.toml").read_text(encoding="utf-8"))
    ended = {code: day for day, codes in data["opgeheven"].items() for code in codes.split()}
    begun = dict.fromkeys([*data["blijvend"].split(), *ended], "")
    begun |= {code: day for day, codes in data["ontstaan"].items() for code in codes.split()}
    return begun, ended
