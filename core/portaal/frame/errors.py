"""Error pages: what happened, what to do, and a reference that stands in the log too. Never a traceback."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any

from pyramid.exceptions import BadCSRFToken
from pyramid.httpexceptions import (
    HTTPBadRequest,
    HTTPException,
    HTTPForbidden,
    HTTPMethodNotAllowed,
    HTTPNotFound,
    HTTPRequestEntityTooLarge,
    HTTPSeeOther,
)
from sqlalchemy.exc import OperationalError, TimeoutError

from portaal.access.reasons import NEXT_STEP, Reason, Refusal
from portaal.audit.denials import record_denied, record_out_of_reach
from portaal.startpagina import wanted
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

log = logging.getLogger(__name__)
PAGE = "portaal:templates/errors/error.jinja2"


def not_found(request: Request) -> dict[str, Any]:
    record_out_of_reach(request)
    request.response.status_int = 404
    return {
        "title": _("This page does not exist"),
        "text": _("The address may be mistyped, or what stood here is gone."),
    }


def bad_request(request: Request) -> dict[str, Any]:
    request.response.status_int = 400
    return {
        "title": _("This request cannot be read"),
        "text": _("Go back, open the page again and try once more."),
    }


def method_not_allowed(request: Request) -> dict[str, Any]:
    request.response.status_int = 405
    return {
        "title": _("This cannot be done at this address"),
        "text": _("Go back, open the page again and try once more."),
    }


def too_large(request: Request) -> dict[str, Any]:
    request.response.status_int = 413
    return {
        "title": _("What you sent is too large"),
        "text": _("A file is at most 25 MB. Split it into smaller files and send those."),
    }


def expired_form(request: Request) -> dict[str, Any]:
    """A wrong or missing CSRF token: most often a page that stood open too long."""
    request.response.status_int = 400
    return {
        "title": _("This page was open too long"),
        "text": _("For your safety nothing was saved. Open the page again and send it once more."),
    }


def forbidden(request: Request) -> Any:
    """Refusals by their reason: the next step where there is one, else a page that explains."""
    refusal = getattr(request.exception, "result", None)
    reason = refusal.reason if isinstance(refusal, Refusal) else Reason.NOT_PERMITTED
    if reason is Reason.NOT_LOGGED_IN:
        if request.method in {"GET", "HEAD"}:
            to_log_in = HTTPSeeOther(request.route_url("inloggen_op_portals", _query={"reden": "niet_ingelogd"}))
            wanted.remember_asked(request, to_log_in)
            return to_log_in
        request.response.status_int = 401
        return {"title": _("You are not logged in"), "text": _("Log in again and repeat what you did.")}
    if reason in NEXT_STEP and request.method in {"GET", "HEAD"}:
        return HTTPSeeOther(request.route_url(NEXT_STEP[reason]))
    record_denied(request, reason.value)
    log.info("refused", extra={"reason": reason.value, "route": getattr(request.matched_route, "name", None)})
    request.response.status_int = 403
    if reason is Reason.AGREEMENTS_MISSING:
        gemeenten = request.identity.gemeenten
        code = (request.matchdict or {}).get("gemeentecode")
        return {
            "title": _("Your gemeente cannot use the portal yet"),
            "text": _(
                "Agreements have not been signed and returned to ${operator} yet.",
                mapping={"operator": request.registry.settings["portaal.operator_name"]},
            ),
            "agreements": [
                standing for standing in gemeenten if standing.missing_agreements and code in (None, standing.code)
            ],
        }
    if reason is Reason.OUTSIDE_NETWORK:
        return {
            "title": _("You are on another network"),
            "text": _(
                "Portaal Zorg can only be used over Gemnet or Diginetwerk. Go on from the network of your gemeente, or "
                "ask whoever manages that network."
            ),
        }
    if reason is Reason.ACCOUNT_ENDED:
        return {
            "title": _("Your account has ended"),
            "text": _("Ask the gebruikersbeheerder of your gemeente if you need access again."),
        }
    return {
        "title": _("You may not do this"),
        "text": _("Your role does not include this. Ask the gebruikersbeheerder of your gemeente if you need it."),
    }


def http_exception(request: Request) -> Any:
    """Redirects and anything else that is an answer already."""
    return request.exception


def unexpected(request: Request) -> dict[str, Any]:
    """The last resort: a reference for the servicedesk; the details stand in the log only."""
    request.response.status_int = 500
    return {
        "title": _("Something went wrong in the portal"),
        "text": _("What you did may not have been saved. Try again in a moment."),
        "reference": _logged(request),
    }


def unavailable(request: Request) -> dict[str, Any]:
    """The database is away, or full, or has no connection left."""
    request.response.status_int = 503
    request.response.retry_after = 60
    return {
        "title": _("The portal cannot be used at the moment"),
        "text": _("What you did may not have been saved. Try again in a few minutes."),
        "reference": _logged(request),
    }


def _logged(request: Request) -> str:
    reference = secrets.token_hex(4)
    log.error("unexpected error %s", reference, exc_info=request.exception)
    return reference


def includeme(config: Configurator) -> None:
    views = (
        (not_found, HTTPNotFound),
        (bad_request, HTTPBadRequest),
        (method_not_allowed, HTTPMethodNotAllowed),
        (too_large, HTTPRequestEntityTooLarge),
        (expired_form, BadCSRFToken),
        (forbidden, HTTPForbidden),
        (unavailable, OperationalError),
        (unavailable, TimeoutError),
        (unexpected, Exception),
    )
    for view, context in views:
        config.add_exception_view(view, context=context, renderer=PAGE)
    config.add_exception_view(http_exception, context=HTTPException)
