"""What ``/ready`` looks at. Each look has a time limit, and none can break another.

Only what the portal cannot do without takes it out of service: the database, its tables, and the store of messages.
A worker that is gone, a product that is not well or was refused, is named and makes the portal "degraded": sending
visitors elsewhere would help nobody.
"""

from __future__ import annotations

import enum
import logging
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.berichtenverkeer.delivery.plugged import missing_partners
from portaal.berichtenverkeer.storage import PayloadStore
from portaal.db.pending import pending
from portaal.db.session import ReadSession
from portaal.eherkenning.expiry import health as eherkenning
from portaal.jobs.models import JobState, WorkerSign
from portaal.overview.models import TileTrouble
from portaal.plugins.contract import HealthCheck, HookContext
from portaal.time_limit import Call, Outcome, TimeLimit

if TYPE_CHECKING:
    from pyramid.registry import Registry

log = logging.getLogger(__name__)

SECONDS = 2.0
CORE = "portaal"
SILENT_AFTER = timedelta(minutes=1)
PROBE = b"a payload that says nothing"


class State(enum.StrEnum):
    """How something is; the order is from good to bad."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """What one look found. ``text`` says what is wrong, for the operator."""

    owner: str
    name: str
    state: State
    text: str = ""


@dataclass(frozen=True)
class Look:
    """Something to look at: returns what is wrong, or an empty text."""

    owner: str
    name: str
    at: Callable[[], str]
    when_wrong: State = State.DEGRADED


def look_at_everything(registry: Registry) -> list[Finding]:
    """All findings: the core's, those of products, and the products that were refused."""
    looks = [*_core_looks(registry), *_product_looks(registry)]
    limit: TimeLimit = registry["portaal.health_limit"]
    one_by_one = not isinstance(registry["portaal.reading_engine"], Engine)
    outcomes = limit.run([Call(look.owner, look.at) for look in looks], one_by_one=one_by_one)
    return [*map(_finding, looks, outcomes), *_refused(registry)]


def overall(findings: Iterable[Finding]) -> State:
    """The worst of all."""
    order = list(State)
    return max((finding.state for finding in findings), key=order.index, default=State.OK)


def _finding(look: Look, outcome: Outcome) -> Finding:
    if outcome.error is not None:
        log.error("health check %s of %s failed", look.name, look.owner, exc_info=outcome.error)
        return Finding(look.owner, look.name, look.when_wrong, type(outcome.error).__name__)
    if not isinstance(outcome.value, str):
        return Finding(look.owner, look.name, look.when_wrong, "it did not answer with a text")
    return Finding(look.owner, look.name, look.when_wrong if outcome.value else State.OK, outcome.value)


def _core_looks(registry: Registry) -> list[Look]:
    return [
        Look(CORE, "database", partial(_database, registry), State.FAILED),
        Look(CORE, "tables", partial(_tables, registry), State.FAILED),
        Look(CORE, "storage", partial(_storage, registry["portaal.payloads"]), State.FAILED),
        Look(CORE, "eherkenning", partial(eherkenning, registry)),
        Look(CORE, "logins", registry["portaal.login_providers"].health),
        Look(CORE, "worker", partial(_with_session, registry, _worker)),
        Look(CORE, "jobs", partial(_with_session, registry, _jobs)),
        Look(CORE, "connectors", partial(_connectors, registry)),
        Look(CORE, "standaarden", registry["portaal.official_schemas"].trouble),
        Look(CORE, "tiles", partial(_with_session, registry, _tiles)),
    ]


def _product_looks(registry: Registry) -> list[Look]:
    return [
        Look(plugin.name, check.name, partial(_ask, registry, plugin.name, check))
        for plugin, checks in registry["portaal.plugins"].answers("portaal_health_checks")
        for check in checks
    ]


def _refused(registry: Registry) -> list[Finding]:
    return [
        Finding(bad.name, "plugin", State.DEGRADED, f"refused in phase {bad.phase}: {bad.error}")
        for bad in registry["portaal.plugins"].quarantined
    ]


def _ask(registry: Registry, product: str, check: HealthCheck) -> Any:
    return _with_session(
        registry, lambda dbsession: check.run(HookContext(dbsession, product, registry["portaal.settings"]))
    )


def _with_session(registry: Registry, look: Callable[[Session], Any]) -> Any:
    with ReadSession(registry["portaal.reading_engine"], **registry["portaal.reading_session_options"]) as dbsession:
        return look(dbsession)


def _database(registry: Registry) -> str:
    _with_session(registry, lambda dbsession: dbsession.execute(sa.text("SELECT 1")))
    return ""


def _tables(registry: Registry) -> str:
    return pending(registry["portaal.core_owner"], registry["portaal.reading_engine"])


def _storage(store: PayloadStore) -> str:
    """Write something, read it back, remove it."""
    payload_id = uuid.uuid4()
    try:
        with store.writer(payload_id) as writer:
            writer.write(PROBE)
            writer.commit()
        reader = store.open(payload_id)
        try:
            return "" if b"".join(reader) == PROBE else "what was read is not what was written"
        finally:
            reader.close()
    finally:
        store.delete(payload_id)


def _worker(dbsession: Session) -> str:
    seen_at = dbsession.scalar(sa.select(sa.func.max(WorkerSign.seen_at)))
    if seen_at is None:
        return "there is no worker"
    silent = clock.now() - seen_at
    return f"no sign of life for {int(silent.total_seconds())} seconds" if silent > SILENT_AFTER else ""


def _jobs(dbsession: Session) -> str:
    now = clock.now()
    states = dbsession.scalars(sa.select(JobState).order_by(JobState.owner, JobState.name))
    wrong = []
    for state in states:
        if state.failures:
            wrong.append(f"{state.owner}/{state.name} failed {state.failures} times ({state.last_error})")
        elif state.lease_until is not None and state.lease_until < now:
            wrong.append(f"{state.owner}/{state.name} goes on longer than it may")
    return "; ".join(wrong)


def _connectors(registry: Registry) -> str:
    missing = sorted(missing_partners(registry))
    return f"nothing connects {', '.join(missing)}: messages wait" if missing else ""


def _tiles(dbsession: Session) -> str:
    paused = dbsession.execute(
        sa.select(TileTrouble.product, TileTrouble.tile, TileTrouble.reason, sa.func.count())
        .where(TileTrouble.paused_until.is_not(None))
        .group_by(TileTrouble.product, TileTrouble.tile, TileTrouble.reason)
        .order_by(TileTrouble.product, TileTrouble.tile)
    )
    return "; ".join(
        f"{product}/{tile} is paused for {count} gemeenten ({reason.value})" for product, tile, reason, count in paused
    )
