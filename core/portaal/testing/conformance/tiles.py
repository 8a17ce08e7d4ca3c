"""The product's parts of the overview page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa

from portaal import clock
from portaal.access.models import Role
from portaal.overview.models import Miss, TileTrouble
from portaal.overview.trouble import MISSES_TO_PAUSE
from portaal.testing.application import Browser
from portaal.testing.conformance.check import Needs, check
from portaal.testing.conformance.rehearsal import HERE, Rehearsal

OVERVIEW = f"/g/{HERE}/"
QUERIES = 5
WRONG = {Miss.FAILED: "fails", Miss.LATE: "takes too long", Miss.TOO_LARGE: "is too large"}


def _roles(rehearsal: Rehearsal) -> list[Role]:
    """The roles that see a tile."""
    tiles = rehearsal.subject.answer("portaal_tiles")
    return sorted({role for tile in tiles for role in rehearsal.roles_of(tile.permission)})


@check(Needs.PORTAL)
def tiles_are_shown(rehearsal: Rehearsal) -> Iterator[str]:
    """Every tile is there for whoever may see it: in time, and without an error."""
    for role in _roles(rehearsal):
        browser = rehearsal.somebody(role)
        for _attempt in range(MISSES_TO_PAUSE):  # once it may be late: a machine that tests is busy
            browser.get(OVERVIEW)
        missed = sa.select(TileTrouble).where(TileTrouble.misses >= MISSES_TO_PAUSE)
        for trouble in rehearsal.dbsession.scalars(missed):
            yield f"tile {trouble.tile} {WRONG[trouble.reason]} for a {role.value}; the log says why"


@check(Needs.PORTAL)
def tiles_ask_little_of_the_database(rehearsal: Rehearsal) -> Iterator[str]:
    """A tile needs at most five queries: everybody sees the overview, every day."""
    tiles = rehearsal.subject.answer("portaal_tiles")
    for role in _roles(rehearsal):
        browser = rehearsal.somebody(role)
        seen = [tile for tile in tiles if role in rehearsal.roles_of(tile.permission)]
        for tile in seen:
            _pause(rehearsal, [other.name for other in tiles])
            without = _queries(rehearsal, browser)
            _pause(rehearsal, [other.name for other in tiles if other is not tile])
            needed = _queries(rehearsal, browser) - without
            if needed > QUERIES:
                yield f"tile {tile.name} needs {needed} queries for a {role.value}; at most {QUERIES}"


def _pause(rehearsal: Rehearsal, names: list[str]) -> None:
    """A tile that is paused is left out, and asks nothing."""
    rehearsal.dbsession.execute(sa.delete(TileTrouble))
    rehearsal.dbsession.add_all(
        TileTrouble(
            gemeentecode=HERE,
            product=rehearsal.subject.name,
            tile=name,
            misses=3,
            reason=Miss.LATE,
            missed_at=clock.now(),
            paused_until=clock.now() + timedelta(hours=1),
        )
        for name in names
    )
    rehearsal.dbsession.commit()


def _queries(rehearsal: Rehearsal, browser: Browser) -> int:
    browser.get(OVERVIEW)
    with rehearsal.count_queries() as counted:
        browser.get(OVERVIEW)
    return len(counted)
