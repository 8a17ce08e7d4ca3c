"""Who works at the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther

from portaal.access.models import Role
from portaal.frame.flash import flash
from portaal.roles.errors import NotPossibleError
from portaal.roles.grants import holders
from portaal.servicedesk.appointments import admit_colleague, colleagues, dismiss_colleague
from portaal.servicedesk.views import CONFIRM, add_views
from portaal.web.addresses import read_id
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response


def list_colleagues(request: Request) -> dict[str, Any]:
    """The operator's people, and who of them works at the desk."""
    return {
        "colleagues": colleagues(request.dbsession),
        "at_the_desk": {account.id for account in holders(request.dbsession, Role.SERVICEDESK, None)},
        "me": request.identity.account_id,
    }


def admit(request: Request) -> Response:
    """Let a colleague work at the desk."""
    return _change(request, admit_colleague, _("This colleague now works at the Servicedesk."))


def confirm_dismissal(request: Request) -> dict[str, Any]:
    """Ask before a colleague is let out."""
    account_id = read_id(request, "account_id")
    at_the_desk = {account.id: account for account in holders(request.dbsession, Role.SERVICEDESK, None)}
    if account_id not in at_the_desk:
        raise HTTPNotFound()
    return {
        "title": _("End the access of ${person}", mapping={"person": at_the_desk[account_id].display_name}),
        "consequence": _("This person is logged out everywhere and no longer works at the Servicedesk."),
        "act": _("End access"),
        "back": request.route_path("servicedesk_medewerkers"),
        "back_title": _("Colleagues"),
    }


def dismiss(request: Request) -> Response:
    """End the access of a colleague."""
    return _change(request, dismiss_colleague, _("The access of this person has ended."))


def _change(request: Request, change: Callable[..., None], message: Any) -> Response:
    try:
        change(request.dbsession, read_id(request, "account_id"), request.identity.account_id)
    except NotPossibleError as reason:
        flash(request, "error", reason.message)
    else:
        flash(request, "ok", message)
    return HTTPSeeOther(request.route_url("servicedesk_medewerkers"))


def includeme(config: Configurator) -> None:
    config.add_route("servicedesk_medewerkers", "/servicedesk/medewerkers")
    config.add_route("servicedesk_medewerker_toelaten", "/servicedesk/medewerkers/{account_id}/toelaten")
    config.add_route("servicedesk_medewerker_beeindigen", "/servicedesk/medewerkers/{account_id}/beeindigen")
    views = (
        ("servicedesk_medewerkers", "GET", list_colleagues, "medewerkers"),
        ("servicedesk_medewerker_toelaten", "POST", admit, ""),
        ("servicedesk_medewerker_beeindigen", "GET", confirm_dismissal, CONFIRM),
        ("servicedesk_medewerker_beeindigen", "POST", dismiss, ""),
    )
    add_views(config, views)
