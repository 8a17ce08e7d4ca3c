"""What a gebruikersbeheerder does for a person: hand out a code, grant and revoke roles, end and restore access."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther

from portaal import audit
from portaal.access.resources import GemeenteContext
from portaal.frame.flash import flash
from portaal.gebruikersbeheer.access import end_access, restore_access
from portaal.gebruikersbeheer.views import RoleForm, person_page, this_person
from portaal.onboarding.issuing import issue, withdraw
from portaal.onboarding.models import CodeKind
from portaal.roles.errors import NotPossibleError
from portaal.roles.grants import grant_product_role, revoke_product_role
from portaal.web import forms
from portaal.web.addresses import read_id
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

BASE = "/g/{gemeentecode:[0-9]{4}}/gebruikers/{account_id}"
PERSON_PAGE = "portaal:templates/gebruikersbeheer/gebruiker.jinja2"


def issue_code(context: GemeenteContext, request: Request) -> dict[str, Any] | Response:
    """A new code. It is in this answer and nowhere else, so there is no redirect to another page."""
    person = this_person(context, request)
    try:
        code = issue(request.dbsession, person.account.id, context.code, CodeKind.GEBRUIKER, _me(request))
    except NotPossibleError as reason:
        return _back(request, "error", reason.message)
    return person_page(context, request, this_person(context, request), forms.empty(RoleForm), new_code=code)


def withdraw_code(context: GemeenteContext, request: Request) -> Response:
    """The code somebody has is worth nothing from now on."""
    person = this_person(context, request)
    if withdraw(request.dbsession, person.account.id, CodeKind.GEBRUIKER):
        audit.record(
            request.dbsession,
            action="verification_code.withdraw",
            outcome=audit.Outcome.DONE,
            actor=_me(request),
            gemeentecode=context.code,
            object_kind="account",
            object_id=person.account.id,
        )
    return _back(request, "ok", _("The code has been withdrawn."))


def grant(context: GemeenteContext, request: Request) -> dict[str, Any] | Response:
    """Give a role for a product."""
    person = this_person(context, request)
    form = forms.parse(request, RoleForm)
    if form.value is not None:
        try:
            grant_product_role(
                request.dbsession,
                person.account.id,
                form.value.rol,
                gemeentecode=context.code,
                product=form.value.product,
                by=_me(request),
                until=form.value.tot_en_met,
                allow_combined=request.registry["portaal.allow_combined_roles"],
            )
        except NotPossibleError as reason:
            form.add_error("product", reason.message)
        else:
            return _back(request, "ok", _("The role has been granted. It works from the next page this person opens."))
    request.response.status_int = 422
    return person_page(context, request, person, form)


def revoke(context: GemeenteContext, request: Request) -> Response:
    """Take a role away, at once (R-91)."""
    person = this_person(context, request)
    ended = revoke_product_role(
        request.dbsession,
        person.account.id,
        read_id(request, "grant_id"),
        gemeentecode=context.code,
        by=_me(request),
    )
    if ended is None:
        raise HTTPNotFound()
    return _back(request, "ok", _("The role has been revoked. It stopped working at once."))


def confirm_end(context: GemeenteContext, request: Request) -> dict[str, Any]:
    """Ask before access ends: it takes all roles, and they do not come back by themselves."""
    return person_page(context, request, this_person(context, request), forms.empty(RoleForm))


def end(context: GemeenteContext, request: Request) -> Response:
    """End somebody's access."""
    person = this_person(context, request)
    try:
        end_access(request.dbsession, person.account.id, context.code, _me(request))
    except NotPossibleError as reason:
        return _back(request, "error", reason.message)
    if person.account.id == _me(request):
        return HTTPSeeOther(request.route_url("start"))
    return _back(request, "ok", _("The access of this person has ended."))


def restore(context: GemeenteContext, request: Request) -> Response:
    """Let somebody in again."""
    person = this_person(context, request)
    restore_access(request.dbsession, person.account.id, context.code, _me(request))
    return _back(request, "ok", _("This person can log in again. Give a new verification code and the roles needed."))


def _me(request: Request) -> uuid.UUID:
    account_id: uuid.UUID = request.identity.account_id
    return account_id


def _back(request: Request, kind: Any, message: Any) -> Response:
    flash(request, kind, message)
    parts = {name: request.matchdict[name] for name in ("gemeentecode", "account_id")}
    return HTTPSeeOther(request.route_url("gebruiker", **parts))


def includeme(config: Configurator) -> None:
    posts = (
        ("gebruiker_code", "/code", issue_code, PERSON_PAGE),
        ("gebruiker_code_intrekken", "/code/intrekken", withdraw_code, None),
        ("gebruiker_rol", "/rollen", grant, PERSON_PAGE),
        ("gebruiker_rol_intrekken", "/rollen/{grant_id}/intrekken", revoke, None),
        ("gebruiker_beeindigen", "/beeindigen", end, None),
        ("gebruiker_herstellen", "/herstellen", restore, None),
    )
    for name, path, view, renderer in posts:
        config.add_route(name, BASE + path, factory=GemeenteContext)
        config.add_view(
            view, route_name=name, request_method="POST", permission="gebruikers:beheren", renderer=renderer
        )
    config.add_view(
        confirm_end,
        route_name="gebruiker_beeindigen",
        request_method="GET",
        permission="gebruikers:beheren",
        renderer="portaal:templates/gebruikersbeheer/beeindigen.jinja2",
    )
