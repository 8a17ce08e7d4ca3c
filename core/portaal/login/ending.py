"""Logging out, and choosing to stay logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED

from portaal import audit
from portaal.access import sessions
from portaal.access.cookies import issue_token

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response


def log_out(request: Request) -> Response:
    """End the session and forget what the browser kept (ASVS 7.4.1, 14.3.1)."""
    if request.identity is not None:
        sessions.end(request.dbsession, request.identity.session_id)
        audit.record(
            request.dbsession,
            action="session.end",
            outcome=audit.Outcome.DONE,
            actor=request.identity.account_id,
            object_kind="account",
            object_id=request.identity.account_id,
            details={"sessions": 1},
        )
    issue_token(request)
    response = HTTPSeeOther(request.route_url("inloggen_op_portals", _query={"reden": "uitgelogd"}))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def stay(request: Request) -> Any:
    """The person chose to stay: asking is the activity (WCAG 2.2.1)."""
    if request.headers.get("X-Requested-With") == "portaal":
        return request.response
    return HTTPSeeOther(request.route_url("start"))


def includeme(config: Configurator) -> None:
    config.add_route("uitloggen", "/uitloggen")
    config.add_view(log_out, route_name="uitloggen", request_method="POST", permission=NO_PERMISSION_REQUIRED)
    config.add_route("sessie", "/sessie")
    config.add_view(
        stay, route_name="sessie", request_method="POST", permission="portaal:eigen-aanmelding", renderer="string"
    )
