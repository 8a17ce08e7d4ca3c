"""What the pages share: addresses, the partner that carries the messages, and words for states."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pyramid.response import Response

from portaal.berichtenverkeer.delivery import outbox
from portaal.berichtenverkeer.standard import message_type
from portaal.berichtenverkeer.tracking.models import Direction, Message, MessageKind
from portaal.berichtenverkeer.tracking.states import GLOSSARY, State
from portaal.berichtenverkeer.traffic import all_traffic
from portaal.plugins.contract import Traffic
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.request import Request

    from portaal.access.resources import ProductContext

PARTNER_NAMES = {"vecozo": "VECOZO", "cak": "CAK", "ciz": "CIZ"}
DIRECTION_WORDS = {Direction.UIT: _("Sent"), Direction.IN: _("Received")}
DIRECTIONS = {Direction.UIT: _("Sent messages"), Direction.IN: _("Received messages")}
KINDS = {
    MessageKind.HEEN: _("Message"),
    MessageKind.RETOUR: _("Return message"),
    MessageKind.ANTWOORD: _("Answer to a declaration"),
    MessageKind.FOUT: _("Fault message"),
}


def page_variables(context: ProductContext, request: Request) -> dict[str, Any]:
    """What every page of a product's messages needs."""
    product = request.registry["portaal.plugins"].known[context.product]
    return {
        "product": product.info.title,
        "gemeente": context.gemeente.naam,
        "href": lambda route, **parts: product_path(context, request, route, **parts),
        "glossary": GLOSSARY,
        "unreachable": unreachable_partner(request, context.product),
        "type_title": type_title,
    }


def traffic_of(context: ProductContext, request: Request) -> Traffic:
    """The traffic of this page's product."""
    return all_traffic(request.registry)[context.product]


def unreachable_partner(request: Request, product: str) -> str | None:
    """The name of the partner that carries the product's messages, while it cannot be reached; else None."""
    partner = all_traffic(request.registry)[product].partner
    return PARTNER_NAMES.get(partner, partner) if outbox.is_unreachable(request.dbsession, partner) else None


def product_path(context: ProductContext, request: Request, route: str, **parts: Any) -> str:
    """The address of one of the product's own pages."""
    return request.route_path(f"{context.product}.{route}", gemeentecode=context.code, **parts)


def type_title(berichttype: str) -> str:
    """What a message type is called, e.g. "WMO301 Toewijzing"."""
    try:
        return f"{berichttype} {message_type(berichttype).title}"
    except KeyError:
        return berichttype


def is_waiting(message: Message) -> bool:
    """Whether a received message has not been marked as processed."""
    return message.direction is Direction.IN and message.state in (State.BEZORGD, State.OPGEHAALD)


def file_to_save(file_name: str, content_type: str, content: Iterable[bytes]) -> Response:
    """What came from elsewhere, as it came: a browser saves it and never shows it."""
    response = Response(content_type=content_type, charset=None, app_iter=content)
    response.headers["Content-Disposition"] = attachment(file_name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def attachment(file_name: str) -> str:
    """Content-Disposition for saving under this name: plain for old browsers, exact for others (RFC 6266)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
