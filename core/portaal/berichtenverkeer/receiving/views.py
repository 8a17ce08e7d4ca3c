"""The SOAP endpoint ``/stuf/ggk0210``: StUF-GGk messages from partners, answered with Bv03 or Fo03."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPForbidden
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from portaal import clock
from portaal.berichtenverkeer.envelope import (
    MAX_SOAP,
    Confirmation,
    Envelope,
    EnvelopeError,
    EnvelopeReader,
    Fault,
    Party,
    SoapMessage,
    StufCode,
    build_confirmation,
    build_fault,
    new_reference,
)
from portaal.berichtenverkeer.receiving import faults
from portaal.berichtenverkeer.receiving.faults import FaultKind, RefusedError
from portaal.berichtenverkeer.receiving.inbox import Inbox
from portaal.berichtenverkeer.receiving.payload import ReceivedPayload
from portaal.berichtenverkeer.traffic import all_traffic

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

log = logging.getLogger(__name__)
_US = Party("IB", "GGKWebservice")
_PIECE = 1 << 16


def receive(request: Request) -> Response:
    """Take one message. Nothing of it is kept unless the answer is a Bv03."""
    partner = request.registry["portaal.callers"].identify(request.headers)
    if partner is None:
        log.warning("a caller that is no partner was refused")
        return HTTPForbidden()
    message: Envelope | Fault | Confirmation | None = None
    try:
        with ReceivedPayload(
            request.registry["portaal.payloads"], request.registry["portaal.official_schemas"]
        ) as payload:
            message = _read(request, payload)
            inbox = Inbox(request.dbsession, partner, all_traffic(request.registry))
            if isinstance(message, Envelope):
                kept = inbox.take(message, payload)
            elif isinstance(message, Fault) and message.code is StufCode.FO01:
                kept = inbox.take_fault(message, payload)
            else:
                raise RefusedError(faults.NOT_READABLE)
    except EnvelopeError as error:
        log.info("envelope refused", extra={"partner": partner, "reason": error.reason.value, "place": error.place})
        return _refuse(message, faults.of_envelope(error))
    except RefusedError as error:
        log.info("message refused", extra={"partner": partner, "code": error.fault.code})
        return _refuse(message, error.fault)
    log.info("message received", extra={"partner": partner, "message_id": str(kept.id), "type": kept.berichttype})
    confirmation = Confirmation(_US, message.zender, new_reference(), message.reference_id, clock.now())
    return _answer(build_confirmation(confirmation), 200)


def _read(request: Request, payload: ReceivedPayload) -> Envelope | Fault | Confirmation:
    reader = EnvelopeReader(payload.write)
    for piece in _pieces(request):
        reader.feed(piece)
    return reader.close()


def _pieces(request: Request) -> Iterator[bytes]:
    """The body straight from the server: WebOb would first write it to a file, in plain text."""
    left = request.content_length or 0
    while left > 0 and (piece := request.environ["wsgi.input"].read(min(_PIECE, left))):
        left -= len(piece)
        yield piece


def _refuse(message: Envelope | Fault | Confirmation | None, kind: FaultKind) -> Response:
    """A Fo03 in a SOAP fault, which HTTP carries as 500; so the transaction is rolled back as well."""
    fault = Fault(
        StufCode.FO03,
        _US,
        message.zender if message else Party("", "onbekend"),
        new_reference(),
        message.reference_id if message else "",
        clock.now(),
        kind.code,
        kind.plek,
        kind.omschrijving,
    )
    return _answer(build_fault(fault), 500)


def _answer(message: SoapMessage, status: int) -> Response:
    return Response(bytes(message), status=status, content_type="text/xml", charset="utf-8")


def includeme(config: Configurator) -> None:
    config.add_route("stuf_ggk0210", "/stuf/ggk0210")
    config.add_body_limit("/stuf/ggk0210", MAX_SOAP)
    config.add_view(
        receive,
        route_name="stuf_ggk0210",
        request_method="POST",
        permission=NO_PERMISSION_REQUIRED,
        require_csrf=False,  # a machine: it has no browser whose cookies could be misused
    )
