"""Logging somebody out everywhere, as a gebruikersbeheerder (ASVS 7.4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPSeeOther

from portaal import audit
from portaal.access import sessions
from portaal.access.resources import GemeenteContext
from portaal.frame.flash import flash
from portaal.gebruikersbeheer.views import this_person
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response


def log_out_everywhere(context: GemeenteContext, request: Request) -> Response:
    """End all sessions of a person of this gemeente; they may log in again."""
    account_id = this_person(context, request).account.id
    open_now = len(sessions.open_sessions(request.dbsession, account_id))
    sessions.end_all(request.dbsession, account_id)
    audit.record(
        request.dbsession,
        action="session.end",
        outcome=audit.Outcome.DONE,
        actor=request.identity.account_id,
        gemeentecode=context.code,
        object_kind="account",
        object_id=account_id,
        details={"sessions": open_now},
    )
    if account_id == request.identity.account_id:
        return HTTPSeeOther(request.route_url("start"))
    flash(request, "ok", _("This person is logged out everywhere."))
    return HTTPSeeOther(request.route_url("gebruiker", **request.matchdict))


def includeme(config: Configurator) -> None:
    config.add_route(
        "gebruiker_uitloggen", "/g/{gemeentecode:[0-9]{4}}/gebruikers/{account_id}/uitloggen", factory=GemeenteContext
    )
    config.add_view(
        log_out_everywhere, route_name="gebruiker_uitloggen", request_method="POST", permission="gebruikers:beheren"
    )
