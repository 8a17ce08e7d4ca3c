"""Logs: one JSON object per line, with the request's id, without values of people or messages (ASVS 16.2, 16.4)."""

from __future__ import annotations

import contextvars
import logging
import sys
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pythonjsonlogger.json import JsonFormatter

from portaal.bsn import redact

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

log = logging.getLogger(__name__)
request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
FIELDS = "{levelname}{name}{message}"


class LineFormatter(JsonFormatter):
    """A JSON line; whatever passes for a BSN is masked, also in a traceback."""

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        if request_id.get():
            log_data["request_id"] = request_id.get()

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def configure_logging(level: str = "INFO") -> None:
    """Send everything to standard error in this form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        LineFormatter(FIELDS, style="{", rename_fields={"levelname": "level", "name": "logger"}, timestamp="time")
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)


def request_log_tween(handler: Callable[[Request], Response], registry: Any) -> Callable[[Request], Response]:
    """One line per request: route, method, status. Never the address, which may hold what somebody typed."""

    def tween(request: Request) -> Response:
        token = request_id.set(uuid.uuid4().hex)
        try:
            response = handler(request)
            route = getattr(request, "matched_route", None)
            if not request.path.startswith("/static/"):
                log.info(
                    "request",
                    extra={
                        "route": route.name if route else None,
                        "method": request.method,
                        "status": response.status_int,
                    },
                )
            return response
        finally:
            request_id.reset(token)

    return tween


def includeme(config: Configurator) -> None:
    config.add_tween("portaal.logs.request_log_tween", over="portaal.web.headers.headers_tween")
