"""``/metrics`` for Prometheus: what passes through this portal, what waits in its database, and numbers of products.

Requests are counted in the process that serves them; where several processes share a socket, ``portaal web`` gives them
a folder to add their counts up in. Everything else is read from the database when it is asked for.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from portaal.health.networks import is_operator_network
from portaal.health.numbers import DatabaseNumbers
from portaal.health.product_numbers import ProductNumbers

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.registry import Registry
    from pyramid.request import Request

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Counts:
    """What this process counts while it works."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "portaal_requests", "Requests that were answered", ["route", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "portaal_request_seconds",
            "Time from request to answer, in seconds",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.metric_failures = Counter(
            "portaal_metric_failures",
            "Metrics of products that could not be read",
            ["product", "metric"],
            registry=self.registry,
        )


def metrics_tween(handler: Callable[[Request], Response], registry: Registry) -> Callable[[Request], Response]:
    """Count every answer by route, never by address."""
    counts: Counts = registry["portaal.counts"]

    def tween(request: Request) -> Response:
        started = time.perf_counter()
        status = "500"
        try:
            response = handler(request)
            status = str(response.status_int)
            return response
        finally:
            matched = getattr(request, "matched_route", None)
            route = matched.name if matched else "none"
            counts.requests.labels(route, request.method, status).inc()
            counts.seconds.labels(route).observe(time.perf_counter() - started)

    return tween


def metrics(request: Request) -> Response:
    """All numbers, for the operator's networks; elsewhere this page does not exist."""
    if not is_operator_network(request):
        raise HTTPNotFound()
    counts: Counts = request.registry["portaal.counts"]
    asked = CollectorRegistry()
    asked.register(DatabaseNumbers(request.registry))
    asked.register(ProductNumbers(request.registry, counts.metric_failures))
    text = generate_latest(asked) + generate_latest(_counted(counts))
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _counted(counts: Counts) -> CollectorRegistry:
    """The counts of this process, or of all that share a folder."""
    if SHARED_FOLDER not in os.environ:
        return counts.registry
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library types it not
    return registry


def includeme(config: Configurator) -> None:
    config.registry["portaal.counts"] = Counts()
    config.add_tween("portaal.health.metrics.metrics_tween", over="portaal.logs.request_log_tween")
    config.add_route("metrics", "/metrics")
    config.add_view(metrics, route_name="metrics", request_method="GET", permission=NO_PERMISSION_REQUIRED)
