"""Where one is logged in, and logging out there (ASVS 7.5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pyramid.httpexceptions import HTTPSeeOther

from portaal import audit
from portaal.access import sessions
from portaal.frame.flash import flash
from portaal.web import forms
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

PERMISSION = "portaal:eigen-aanmelding"


class Which(BaseModel):
    """The session to end; all others when none is named."""

    sessie: str = ""


def show(request: Request) -> dict[str, Any]:
    """The sessions of this person, the present one first."""
    identity = request.identity
    found = sessions.open_sessions(request.dbsession, identity.account_id)
    return {
        "sessions": sorted(found, key=lambda session: session.id != identity.session_id),
        "own_id": identity.session_id,
    }


def end(request: Request) -> Response:
    """End one of the others, or all of them. One's own ends by logging out."""
    identity = request.identity
    form = forms.parse(request, Which)
    chosen = form.value.sessie if form.value else ""
    ended = [
        session.id
        for session in sessions.open_sessions(request.dbsession, identity.account_id)
        if session.id != identity.session_id and chosen in ("", session.id)
    ]
    for session_id in ended:
        sessions.end(request.dbsession, session_id)
    if ended:
        audit.record(
            request.dbsession,
            action="session.end",
            outcome=audit.Outcome.DONE,
            actor=identity.account_id,
            object_kind="account",
            object_id=identity.account_id,
            details={"sessions": len(ended)},
        )
        flash(request, "ok", _("You are logged out there."))
    else:
        flash(request, "info", _("That session had ended already."))
    return HTTPSeeOther(request.route_url("sessies"))


def includeme(config: Configurator) -> None:
    config.add_route("sessies", "/sessies")
    config.add_view(
        show,
        route_name="sessies",
        request_method="GET",
        permission=PERMISSION,
        renderer="portaal:templates/login/sessies.jinja2",
    )
    config.add_view(end, route_name="sessies", request_method="POST", permission=PERMISSION)
