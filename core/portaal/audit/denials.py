"""Refusals in the audit trail: somebody who is logged in asked for what is not theirs (R-87, ASVS 16.3.2).

They are noted where the refusal is answered. What the request did so far is rolled back first, and the line gets a
transaction of its own: so it stays, and the two do not wait for each other.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from portaal.audit.models import Outcome
from portaal.audit.trail import record_apart
from portaal.db.pause import after_rollback
from portaal.web.headers import product_of

if TYPE_CHECKING:
    from pyramid.request import Request

log = logging.getLogger(__name__)

ACCESS = "access.ask"


def record_denied(request: Request, reason: str) -> None:
    """Note that a page or an act was refused.

    That it cannot be noted changes nothing for who was refused; it is an alarm for the operator.
    """
    _record(request, (request.matchdict or {}).get("gemeentecode"), {"reason": reason})


def record_out_of_reach(request: Request) -> None:
    """Note that somebody asked for a gemeente that is not theirs, or a product that is off for it.

    They get the same page as for what does not exist, so this looks whether it was that. The line is one of their own
    gemeente: the other one has no business with who tried.
    """
    code: str | None = (request.matchdict or {}).get("gemeentecode")
    if code is None or request.identity is None:
        return
    identity = request.identity
    standing = identity.gemeente(code)
    if standing is None:
        own = next((gemeente.code for gemeente in identity.accessible_gemeenten), None)
        _record(request, own, {"reason": "other_gemeente", "gemeentecode": code})
    elif (product := product_of(request)) and product not in standing.active_products:
        _record(request, code, {"reason": "product_not_active"})


def _record(request: Request, gemeentecode: str | None, details: dict[str, str]) -> None:
    route = request.matched_route.name if request.matched_route else ""
    try:
        with after_rollback(request):
            record_apart(
                request,
                action=ACCESS,
                outcome=Outcome.DENIED,
                actor=request.identity.account_id,
                gemeentecode=gemeentecode,
                product=product_of(request),
                object_kind="route",
                object_id=route,
                details={"method": request.method, **details},
            )
    except Exception:
        log.critical("a refusal could not be recorded", exc_info=True, extra={"route": route, **details})
