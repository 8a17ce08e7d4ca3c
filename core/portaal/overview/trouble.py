"""Pausing a tile that is missed three times in a row, and trying it again later.

The state is in the database, so that every process knows it and the Productbeheerder sees it whoever serves the page.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portaal import clock
from portaal.db.upsert import insert_into
from portaal.overview.models import Miss, TileTrouble

MISSES_TO_PAUSE = 3
PAUSE = timedelta(minutes=15)
Troubles = dict[tuple[str, str], TileTrouble]


def of_gemeente(dbsession: Session, gemeentecode: str) -> Troubles:
    """What is wrong with tiles of a gemeente, by product and tile. Most often nothing."""
    found = dbsession.scalars(sa.select(TileTrouble).where(TileTrouble.gemeentecode == gemeentecode))
    return {(trouble.product, trouble.tile): trouble for trouble in found}


def is_paused(trouble: TileTrouble | None) -> bool:
    """Whether the tile is left alone now. When its pause is over it gets one try."""
    return trouble is not None and trouble.paused_until is not None and trouble.paused_until > clock.now()


def note_miss(connection: Connection, gemeentecode: str, product: str, tile: str, reason: Miss) -> None:
    """Count a miss; the third in a row begins a pause, and so does each one after it."""
    now = clock.now()
    key = {"gemeentecode": gemeentecode, "product": product, "tile": tile}
    last = {"reason": reason, "missed_at": now}
    again = sa.case((TileTrouble.misses + 1 >= MISSES_TO_PAUSE, sa.literal(now + PAUSE, TileTrouble.paused_until.type)))
    connection.execute(
        insert_into(connection, TileTrouble)
        .values(**key, **last, misses=1)
        .on_conflict_do_update(
            index_elements=list(key), set_=last | {"misses": TileTrouble.misses + 1, "paused_until": again}
        )
    )


def note_shown(connection: Connection, gemeentecode: str, product: str, tile: str) -> None:
    """The tile is there again."""
    connection.execute(
        sa.delete(TileTrouble).where(
            TileTrouble.gemeentecode == gemeentecode, TileTrouble.product == product, TileTrouble.tile == tile
        )
    )


def resume(dbsession: Session, gemeentecode: str, product: str, tile: str) -> bool:
    """End a pause now; False when the tile was not in trouble."""
    trouble = dbsession.get(TileTrouble, (gemeentecode, product, tile))
    if trouble is None:
        return False
    trouble.paused_until = None
    return True
