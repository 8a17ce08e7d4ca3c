"""The core's numbers that stand in the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import LoginSession
from portaal.access.sessions import alive
from portaal.berichtenverkeer.delivery.models import OutboxEntry, OutboxState, PartnerState
from portaal.db.session import ReadSession
from portaal.eherkenning.expiry import certificates_of
from portaal.eherkenning.signature import key_name
from portaal.jobs.models import JobState, WorkerSign
from portaal.organisations.activation import Activation
from portaal.overview.models import TileTrouble

if TYPE_CHECKING:
    from pyramid.registry import Registry


class DatabaseNumbers(Collector):
    """Read when Prometheus asks."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        registry = self._registry
        yield _plugins(registry)
        yield _certificates(registry)
        with ReadSession(
            registry["portaal.reading_engine"], **registry["portaal.reading_session_options"]
        ) as dbsession:
            yield _active(dbsession)
            yield _sessions(dbsession)
            yield from _outbox(dbsession)
            yield _partners(dbsession)
            yield from _jobs(dbsession)
            yield _workers(dbsession)
            yield _tiles(dbsession)

    def describe(self) -> list[Metric]:
        """Nothing beforehand: registering this must not look in the database."""
        return []


def _plugins(registry: Registry) -> Metric:
    family = GaugeMetricFamily("portaal_plugins", "Plugins by state", labels=["state"])
    plugins = registry["portaal.plugins"]
    family.add_metric(["ready"], len(list(plugins)))
    family.add_metric(["refused"], len(plugins.quarantined))
    return family


def _certificates(registry: Registry) -> Metric:
    family = GaugeMetricFamily(
        "portaal_eherkenning_certificate_seconds",
        "Time until a certificate of eHerkenning ends, in seconds",
        labels=["owner", "sha256"],
    )
    makelaars = registry["eherkenning.makelaars"].values()
    for owner, certificate in certificates_of(registry["eherkenning.provider"], makelaars):
        left = certificate.not_valid_after_utc - clock.now()
        family.add_metric([owner, key_name(certificate)], left.total_seconds())
    return family


def _active(dbsession: Session) -> Metric:
    family = GaugeMetricFamily("portaal_active_gemeenten", "Gemeenten for which a product is on", labels=["product"])
    query = sa.select(Activation.product, sa.func.count()).where(Activation.deactivated_at.is_(None))
    for product, count in dbsession.execute(query.group_by(Activation.product)):
        family.add_metric([product], count)
    return family


def _sessions(dbsession: Session) -> Metric:
    query = sa.select(sa.func.count()).select_from(LoginSession).where(alive(clock.now()))
    count = dbsession.scalar(query) or 0
    return GaugeMetricFamily("portaal_sessions", "People who are logged in", value=count)


def _outbox(dbsession: Session) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("portaal_outbox_waiting", "Messages that wait to be delivered", labels=["partner"])
    oldest = GaugeMetricFamily("portaal_outbox_oldest_seconds", "How long the oldest of them waits", labels=["partner"])
    query = (
        sa.select(OutboxEntry.partner, sa.func.count(), sa.func.min(OutboxEntry.created_at))
        .where(OutboxEntry.state == OutboxState.WACHT)
        .group_by(OutboxEntry.partner)
    )
    for partner, count, since in dbsession.execute(query):
        waiting.add_metric([partner], count)
        oldest.add_metric([partner], (clock.now() - since).total_seconds())
    yield waiting
    yield oldest


def _partners(dbsession: Session) -> Metric:
    family = GaugeMetricFamily("portaal_partner_failures", "Failures in a row of a partner", labels=["partner"])
    for partner, failures in dbsession.execute(sa.select(PartnerState.partner, PartnerState.failures)):
        family.add_metric([partner], failures)
    return family


def _jobs(dbsession: Session) -> Iterator[Metric]:
    labels = ["owner", "job"]
    failures = GaugeMetricFamily("portaal_job_failures", "Failures in a row of a job", labels=labels)
    success = GaugeMetricFamily(
        "portaal_job_last_success_timestamp_seconds", "When a job was last done, in seconds since 1970", labels=labels
    )
    for state in dbsession.scalars(sa.select(JobState)):
        failures.add_metric([state.owner, state.name], state.failures)
        if state.succeeded_at is not None:
            success.add_metric([state.owner, state.name], state.succeeded_at.timestamp())
    yield failures
    yield success


def _workers(dbsession: Session) -> Metric:
    family = GaugeMetricFamily(
        "portaal_worker_sign_timestamp_seconds", "A worker's last sign of life, in seconds since 1970", labels=[]
    )
    seen_at = dbsession.scalar(sa.select(sa.func.max(WorkerSign.seen_at)))
    if seen_at is not None:
        family.add_metric([], seen_at.timestamp())
    return family


def _tiles(dbsession: Session) -> Metric:
    family = GaugeMetricFamily("portaal_tiles_paused", "Tiles that are paused, over all gemeenten", labels=["product"])
    query = sa.select(TileTrouble.product, sa.func.count()).where(TileTrouble.paused_until.is_not(None))
    for product, count in dbsession.execute(query.group_by(TileTrouble.product)):
        family.add_metric([product], count)
    return family
