"""The page with notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from pydantic import BaseModel
from pyramid.httpexceptions import HTTPBadRequest, HTTPNotFound, HTTPSeeOther

from portaal import clock
from portaal.access.models import Account
from portaal.notifications.models import Notification, NotificationKind
from portaal.notifications.service import (
    choose_mails,
    kinds_for,
    mark_all_read,
    own_notification,
    unread_count,
    wants_mail,
)
from portaal.notifications.texts import WORDINGS, notices, target
from portaal.web import forms
from portaal.web.addresses import page_count, read_id, read_page

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

PAGE_SIZE = 25


class MailChoice(BaseModel):
    """The kinds of notice of which somebody wants a mail."""

    per_mail: list[NotificationKind] = []


def list_notices(request: Request) -> dict[str, Any]:
    """One's own notices, the newest first, and which of them come by mail."""
    account_id = request.identity.account_id
    page = read_page(request.GET)
    mine = sa.select(Notification).where(Notification.account_id == account_id)
    total = request.dbsession.scalar(sa.select(sa.func.count()).select_from(mine.subquery())) or 0
    shown = request.dbsession.scalars(
        mine.order_by(Notification.created_at.desc(), Notification.id).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    )
    account = request.dbsession.get_one(Account, account_id)
    offered = _offered(request)
    return {
        "mail_options": [(kind.value, WORDINGS[kind].mail) for kind in offered],
        "mail_chosen": [kind.value for kind in offered if wants_mail(account, kind)],
        "email": account.email,
        "choice_is_saved": request.GET.get("opgeslagen") == "ja",
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


def choose_mail(request: Request) -> Response:
    """Keep of which kinds a mail is wanted. The notice itself always comes."""
    wanted = forms.parse(request, MailChoice)
    if wanted.value is None:
        raise HTTPBadRequest("not a kind of notice")
    account = request.dbsession.get_one(Account, request.identity.account_id)
    choose_mails(request.dbsession, account, _offered(request), wanted.value.per_mail)
    return HTTPSeeOther(request.route_url("meldingen", _query={"opgeslagen": "ja"}))


def _offered(request: Request) -> list[NotificationKind]:
    return kinds_for({grant.role for grant in request.identity.grants})


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
    config.add_route("meldingen_per_mail", "/meldingen/per-mail")
    config.add_view(
        choose_mail, route_name="meldingen_per_mail", request_method="POST", permission="portaal:eigen-account"
    )
