"""How much one person may ask in a minute and on a day. Asking in parallel is no way out: the database counts."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portaal_wlz_registertoets.models import Teller

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Limit(enum.StrEnum):
    """Which limit was reached."""

    MINUUT = "minuut"
    DAG = "dag"


@dataclass(frozen=True)
class Limits:
    """How many."""

    per_minute: int
    per_day: int


def spend(
    dbsession: Session,
    account_id: uuid.UUID,
    gemeentecode: str,
    limits: Limits,
    moment: datetime,
    *,
    number: int = 1,
    by_the_minute: bool = True,
) -> Limit | None:
    """Count ``number`` consultations, all or none.

    :param by_the_minute: False for a list, which is asked one by one anyway.
    :returns: None, or the limit that stands in the way; then nothing was counted.
    """
    local = moment.astimezone(AMSTERDAM)
    counters = [(Limit.DAG, f"{local:%Y-%m-%d}", limits.per_day)]
    if by_the_minute:
        counters.append((Limit.MINUUT, f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}", limits.per_minute))
    savepoint = dbsession.begin_nested()
    for limit, period, most in counters:
        if not _add(dbsession, account_id, gemeentecode, period, number, most):
            savepoint.rollback()
            return limit
    savepoint.commit()
    return None


def _add(dbsession: Session, account_id: uuid.UUID, gemeentecode: str, period: str, number: int, most: int) -> bool:
    """Whether there was room. One statement decides, so two at a time cannot both take the last place."""
    key = {"account_id": account_id, "gemeentecode": gemeentecode, "period": period}
    insert: Any = sqlite.insert if dbsession.get_bind().dialect.name == "sqlite" else postgresql.insert
    dbsession.execute(insert(Teller).values(**key, used=0).on_conflict_do_nothing())
    done = dbsession.execute(
        sa.update(Teller)
        .where(*(getattr(Teller, name) == value for name, value in key.items()), Teller.used + number <= most)
        .values(used=Teller.used + number)
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", done).rowcount == 1


def forget_before(dbsession: Session, day: datetime) -> None:
    """Remove the counters of earlier days; after midnight those stay for which it is not over yet in UTC."""
    today = min(f"{day.astimezone(zone):%Y-%m-%d}" for zone in (AMSTERDAM, UTC))
    dbsession.execute(sa.delete(Teller).where(Teller.period < today))
