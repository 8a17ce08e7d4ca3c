"""The pages of the product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portaal.api import today
from portaal_wlz_registertoets.consulting import Asker
from portaal_wlz_registertoets.grounds import LAWS, grounds_on

if TYPE_CHECKING:
    from pyramid.request import Request

TEMPLATES = "portaal_wlz_registertoets:templates"


def asker_of(request: Request) -> Asker:
    """Who asks on this page."""
    return Asker(request.identity.account_id, request.context.code)


def ground_options(request: Request) -> list[tuple[str, str]]:
    """The grounds that may be used today, for a list of choices."""
    translate = request.localizer.translate
    return [
        (ground.code, f"{translate(LAWS[ground.law])}, {ground.article}: {ground.title}")
        for ground in grounds_on(today())
    ]
