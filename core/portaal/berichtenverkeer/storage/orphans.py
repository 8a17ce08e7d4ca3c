"""Payloads nobody refers to: what a crash between the file and the database leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from portaal import clock
from portaal.berichtenverkeer.storage.base import PayloadStore

GRACE = timedelta(days=1)  # an upload under way has a file before it has a row


def sweep_orphans(store: PayloadStore, is_referenced: Callable[[UUID], bool]) -> int:
    """Remove payloads older than a day that no message refers to.

    :param is_referenced: whether any message in the database has this payload.
    :returns: how many were removed.
    """
    candidates = store.older_than(clock.now() - GRACE)
    orphans = [payload_id for payload_id in candidates if not is_referenced(payload_id)]
    for payload_id in orphans:
        store.delete(payload_id)
    return len(orphans)
