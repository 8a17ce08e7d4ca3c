"""The pages between the first login and the first day of work (R-54 to R-77)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED

from portaal.access.cookies import issue_token
from portaal.access.models import Account, Role
from portaal.access.policy import standing
from portaal.access.reasons import Reason
from portaal.db.session import own_transaction
from portaal.frame.flash import flash
from portaal.onboarding import codes, profile
from portaal.onboarding.issuing import usable_code
from portaal.onboarding.limiter import TooManyAttemptsError
from portaal.onboarding.models import CodeKind
from portaal.onboarding.verifying import note_denial, take_try, verify
from portaal.roles.grants import holders
from portaal.web import forms
from portaal.web.formats import moment
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response


def show_profile(request: Request) -> dict[str, Any]:
    """Persoonlijke Instellingen, the first time or later."""
    account = request.dbsession.get_one(Account, request.identity.account_id)
    return _profile_page(request, forms.empty(profile.Profile, **profile.current_values(account)))


def save_profile(request: Request) -> dict[str, Any] | Response:
    """Save, and go on: to Verificatie the first time, back to the page later."""
    form = forms.parse(request, profile.Profile)
    if form.value is None:
        request.response.status_int = 422
        return _profile_page(request, form)
    profile.save(request.dbsession, request.identity.account_id, _gemeentecodes(request), form.value)
    if not request.identity.is_verified:
        return HTTPSeeOther(request.route_url("verificatie"))
    flash(request, "ok", _("Your data have been saved."))
    return HTTPSeeOther(request.route_url("persoonlijke_instellingen"))


def _profile_page(request: Request, form: forms.Form[profile.Profile]) -> dict[str, Any]:
    return {"form": form, "is_new": not request.identity.is_verified}


def written_code(value: str) -> str:
    """What was typed, as a code.

    :raises portaal.web.forms.FieldError: it cannot be a code; this costs no try.
    """
    code = codes.read(value)
    if code is None:
        raise forms.FieldError(
            _("A verificatiecode has 13 letters and digits, such as K7QX-2M9D-4TZ8R. Check what you typed.")
        )
    return code


class CodeForm(BaseModel):
    """The one field of the screen Verificatie."""

    verificatiecode: Annotated[str, AfterValidator(written_code)]


def show_verification(request: Request) -> dict[str, Any] | Response:
    """Verificatie, for whoever still has a code to enter."""
    if not request.identity.has_profile:
        return HTTPSeeOther(request.route_url("persoonlijke_instellingen"))
    if not _awaits_code(request):
        return HTTPSeeOther(request.route_url("start"))
    return _verification_page(request, forms.empty(CodeForm))


def verify_code(request: Request) -> dict[str, Any] | Response:
    """Try the code. With the right one every session of the person has ended (R-76)."""
    if not request.identity.has_profile:
        return HTTPSeeOther(request.route_url("persoonlijke_instellingen"))
    form = forms.parse(request, CodeForm)
    if form.value is not None and _is_right(request, form, form.value.verificatiecode):
        issue_token(request)
        return HTTPSeeOther(request.route_url("geverifieerd"))
    request.response.status_int = 422
    return _verification_page(request, form)


def _is_right(request: Request, form: forms.Form[CodeForm], code: str) -> bool:
    account_id = request.identity.account_id
    try:
        with own_transaction(request.registry) as connection:
            attempt = take_try(connection, account_id, _gemeentecodes(request), request.remote_addr)
    except TooManyAttemptsError as limit:
        until = moment(limit.until, request.locale_name)
        form.add_error(
            "verificatiecode", _("Too many codes were tried. You can go on at ${time}.", mapping={"time": until})
        )
        return False
    if verify(request.dbsession, attempt, code):
        return True
    note_denial(request.registry, account_id)
    form.add_error(
        "verificatiecode",
        _(
            "This code is not right, or it is no longer valid. Check what you typed. After five wrong tries a code no "
            "longer works: ask for a new one then."
        ),
    )
    return False


def _verification_page(request: Request, form: forms.Form[CodeForm]) -> dict[str, Any]:
    return {
        "form": form,
        "gebruikersbeheerders": _gebruikersbeheerders(request),
        "is_verified": request.identity.is_verified,
        "is_operator": not request.identity.gemeenten,
    }


def _awaits_code(request: Request) -> bool:
    identity = request.identity
    if not identity.is_verified:
        return True
    return usable_code(request.dbsession, identity.account_id, CodeKind.GEBRUIKERSBEHEERDER) is not None


def verified(request: Request) -> dict[str, Any] | Response:
    """What to do after verification. By then nobody is logged in any more, so everybody may see it."""
    return HTTPSeeOther(request.route_url("start")) if request.identity else {}


def wait_for_roles(request: Request) -> dict[str, Any] | Response:
    """Verified, and no role yet (R-69)."""
    if standing(request.identity) is not Reason.NO_ROLES:
        return HTTPSeeOther(request.route_url("start"))
    return {"gebruikersbeheerders": _gebruikersbeheerders(request)}


def _gebruikersbeheerders(request: Request) -> list[str]:
    """The names of those whom this person can ask."""
    people = {
        account.id: account.display_name
        for code in _gemeentecodes(request)
        for account in holders(request.dbsession, Role.GEBRUIKERSBEHEERDER, code)
    }
    return list(people.values())


def _gemeentecodes(request: Request) -> list[str]:
    return [standing.code for standing in request.identity.gemeenten]


def includeme(config: Configurator) -> None:
    pages = (
        ("persoonlijke_instellingen", "/persoonlijke-instellingen", show_profile, save_profile),
        ("verificatie", "/verificatie", show_verification, verify_code),
        ("wacht_op_rollen", "/wacht-op-rollen", wait_for_roles, None),
    )
    for name, path, show, send in pages:
        config.add_route(name, path)
        for method, view in (("GET", show), ("POST", send)):
            if view is not None:
                config.add_view(
                    view,
                    route_name=name,
                    request_method=method,
                    permission="portaal:eigen-aanmelding",
                    renderer=f"portaal:templates/onboarding/{name}.jinja2",
                )
    config.add_route("geverifieerd", "/geverifieerd")
    config.add_view(
        verified,
        route_name="geverifieerd",
        request_method="GET",
        permission=NO_PERMISSION_REQUIRED,
        renderer="portaal:templates/onboarding/geverifieerd.jinja2",
    )
