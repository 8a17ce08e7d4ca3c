"""How often codes may be tried, by one account and from one network.

Counting is one atomic statement: an attempt that cannot be counted is not evaluated.
"""

from __future__ import annotations

import ipaddress
import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from portaal import clock
from portaal.db.upsert import insert_into
from portaal.onboarding.models import AttemptWindow
from portaal.plugins.contract import HookContext, Job

WINDOW = timedelta(hours=1)
PER_ACCOUNT = 10
PER_NETWORK = 50  # a whole gemeente may come from one address


class TooManyAttemptsError(Exception):
    """The limit was reached; ``until`` is when it ends."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many attempts")
        self.until = until


def count_attempt(connection: Connection, account_id: uuid.UUID, address: str) -> None:
    """Count an attempt, whatever comes of it.

    :param address: the IP address it comes from; of IPv6 the /64 counts.
    :raises TooManyAttemptsError: it is one too many.
    """
    for scope, limit in ((f"account:{account_id}", PER_ACCOUNT), (f"network:{network(address)}", PER_NETWORK)):
        attempts, began_at = _count(connection, scope)
        if attempts > limit:
            raise TooManyAttemptsError(began_at + WINDOW)


def cleaning_job() -> Job:
    """Every hour, what no longer counts: addresses are not kept longer than they are needed."""

    def forget(context: HookContext) -> None:
        context.dbsession.execute(sa.delete(AttemptWindow).where(AttemptWindow.began_at <= clock.now() - WINDOW))

    return Job("attempts", forget, every=WINDOW)


def network(address: str) -> str:
    """The network that an address counts for.

    :raises ValueError: this is no IP address.
    """
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ipaddress.ip_network((parsed, 64), strict=False))
        parsed = parsed.ipv4_mapped
    return str(parsed)


def _count(connection: Connection, scope: str) -> tuple[int, datetime]:
    now = clock.now()
    insert = insert_into(connection, AttemptWindow).values(scope=scope, began_at=now, attempts=1)
    is_over = AttemptWindow.began_at <= now - WINDOW
    counted = insert.on_conflict_do_update(
        index_elements=[AttemptWindow.scope],
        set_={
            "attempts": sa.case((is_over, 1), else_=AttemptWindow.attempts + 1),
            "began_at": sa.case((is_over, insert.excluded.began_at), else_=AttemptWindow.began_at),
        },
    ).returning(AttemptWindow.attempts, AttemptWindow.began_at)
    row = connection.execute(counted).one()
    return row.attempts, row.began_at
