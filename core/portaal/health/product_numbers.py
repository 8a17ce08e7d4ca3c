"""The numbers of products (hook ``portaal_metrics``): one that cannot be read is left out and counted."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from prometheus_client import Counter
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector
from sqlalchemy.engine import Engine

from portaal.bsn import redact
from portaal.db.session import ReadSession
from portaal.plugins.contract import HookContext, Metric, MetricKind, Sample
from portaal.time_limit import Call

if TYPE_CHECKING:
    from pyramid.registry import Registry

log = logging.getLogger(__name__)

MOST_SAMPLES = 500
FAMILIES = {MetricKind.GAUGE: GaugeMetricFamily, MetricKind.COUNTER: CounterMetricFamily}


class ProductNumbers(Collector):
    """Read when Prometheus asks, each with a time limit."""

    def __init__(self, registry: Registry, failures: Counter) -> None:
        self._registry = registry
        self._failures = failures

    def collect(self) -> Iterator[Family]:
        owned = [
            (plugin.name, metric)
            for plugin, metrics in self._registry["portaal.plugins"].answers("portaal_metrics")
            for metric in metrics
        ]
        calls = [Call(product, partial(self._read, product, metric)) for product, metric in owned]
        one_by_one = not isinstance(self._registry["portaal.reading_engine"], Engine)
        outcomes = self._registry["portaal.health_limit"].run(calls, one_by_one=one_by_one)
        for (product, metric), outcome in zip(owned, outcomes, strict=True):
            if outcome.error is None:
                yield outcome.value
            else:
                log.error("metric %s of product %s failed", metric.name, product, exc_info=outcome.error)
                self._failures.labels(product, metric.name).inc()

    def describe(self) -> list[Family]:
        return []

    def _read(self, product: str, metric: Metric) -> Family:
        registry = self._registry
        family = FAMILIES[metric.kind](f"portaal_{product}_{metric.name}", metric.help, labels=metric.labels)
        with ReadSession(
            registry["portaal.reading_engine"], **registry["portaal.reading_session_options"]
        ) as dbsession:
            samples = metric.read(HookContext(dbsession, product, registry["portaal.settings"]))
            for sample in itertools.islice(samples, MOST_SAMPLES):
                family.add_metric(_labels(metric, sample), float(sample.value))
        return family


def _labels(metric: Metric, sample: Sample) -> list[str]:
    if len(sample.labels) != len(metric.labels):
        raise ValueError(f"a sample has {len(sample.labels)} labels and the metric {len(metric.labels)}")
    return [redact(str(label)) for label in sample.labels]
