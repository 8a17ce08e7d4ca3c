"""The page with notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther

from portaal import clock
from portaal.notifications.models import Notification
from portaal.notifications.service import mark_all_read, own_notification, unread_count
from portaal.notifications.texts import notices, target
from portaal.web.addresses import page_count, read_id, read_page

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

PAGE_SIZE = 25


def list_notices(request: Request) -> dict[str, Any]:
    """One's own notices, the newest first."""
    account_id = request.identity.account_id
    page = read_page(request.GET)
    mine = sa.select(Notification).where(Notification.account_id == account_id)
    total = request.dbsession.scalar(sa.select(sa.func.count()).select_from(mine.subquery())) or 0
    shown = request.dbsession.scalars(
        mine.order_by(Notification.created_at.desc(), Notification.id).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    )
    return {
        "notices": notices(request, shown),
        "unread": unread_count(request.dbsession, account_id),
        "page": page,
        "pages": page_count(total, PAGE_SIZE),
        "page_href": lambda number: request.route_path("meldingen", _query={"pagina": number}),
    }


def open_notice(request: Request) -> Response:
    """Note that a notice was read, and go to what it is about."""
    notification_id = read_id(request, "notification_id")
    notification = own_notification(request.dbsession, request.identity.account_id, notification_id)
    if notification is None:
        raise HTTPNotFound()
    notification.read_at = notification.read_at or clock.now()
    return HTTPSeeOther(target(request, notification))


def read_all(request: Request) -> Response:
    """Note that all were read."""
    mark_all_read(request.dbsession, request.identity.account_id)
    return HTTPSeeOther(request.route_url("meldingen"))


def includeme(config: Configurator) -> None:
    config.add_route("meldingen", "/meldingen")
    config.add_view(
        list_notices,
        route_name="meldingen",
        request_method="GET",
        permission="portaal:eigen-account",
        renderer="portaal:templates/notifications/meldingen.jinja2",
    )
    config.add_route("meldingen_gelezen", "/meldingen/gelezen")
    config.add_view(read_all, route_name="meldingen_gelezen", request_method="POST", permission="portaal:eigen-account")
    config.add_route("melding_openen", "/meldingen/{notification_id}/openen")
    config.add_view(open_notice, route_name="melding_openen", request_method="POST", permission="portaal:eigen-account")
