"""The people of a gemeente as the Servicedesk sees them: who becomes gebruikersbeheerder or auditor."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther

from portaal import audit
from portaal.access.models import Role
from portaal.frame.flash import flash
from portaal.gebruikersbeheer import people
from portaal.gebruikersbeheer.access import is_last_gebruikersbeheerder, withdraw_gebruikersbeheerder
from portaal.gebruikersbeheer.views import address, read_selection, wording
from portaal.onboarding.issuing import issue, with_code, withdraw
from portaal.onboarding.models import CodeKind
from portaal.roles.errors import NotPossibleError
from portaal.servicedesk.appointments import appoint_auditor, withdraw_auditor
from portaal.servicedesk.views import CONFIRM, GEMEENTE, add_views, this_gemeente, to_gemeente
from portaal.web import forms
from portaal.web.addresses import read_id
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response


class WithdrawForm(BaseModel):
    """Taking the appointment from a gebruikersbeheerder."""

    ook_de_laatste: bool = False


def list_people(request: Request) -> dict[str, Any]:
    """Who registered for a gemeente, and what may be done for them."""
    code = this_gemeente(request).gemeentecode
    selection = read_selection(request)
    return _people_page(request, people.find(request.dbsession, code, selection), selection)


def issue_code(request: Request) -> dict[str, Any] | Response:
    """A code that makes its holder gebruikersbeheerder (R-72, R-73); shown in this answer and nowhere else."""
    person = _this_person(request)
    code = request.matchdict["gemeentecode"]
    try:
        new_code = issue(
            request.dbsession, person.account.id, code, CodeKind.GEBRUIKERSBEHEERDER, request.identity.account_id
        )
    except NotPossibleError as reason:
        return _back(request, "error", reason.message)
    shown = people.Found((_this_person(request),), 1)
    return _people_page(request, shown, people.Selection(), new_code)


def withdraw_code(request: Request) -> Response:
    """The code for a gebruikersbeheerder is worth nothing from now on."""
    person = _this_person(request)
    if withdraw(request.dbsession, person.account.id, CodeKind.GEBRUIKERSBEHEERDER):
        audit.record(
            request.dbsession,
            action="verification_code.withdraw",
            outcome=audit.Outcome.DONE,
            actor=request.identity.account_id,
            gemeentecode=request.matchdict["gemeentecode"],
            object_kind="account",
            object_id=person.account.id,
        )
    return _back(request, "ok", _("The code has been withdrawn."))


def confirm_withdrawal(request: Request) -> dict[str, Any]:
    """Ask before a gemeente loses a gebruikersbeheerder."""
    return _withdrawal_page(request, forms.empty(WithdrawForm))


def withdraw_appointment(request: Request) -> dict[str, Any] | Response:
    """Take the appointment from a gebruikersbeheerder; of the last one only when that was confirmed."""
    person = _this_person(request)
    form = forms.parse(request, WithdrawForm)
    code = request.matchdict["gemeentecode"]
    try:
        withdraw_gebruikersbeheerder(
            request.dbsession,
            person.account.id,
            code,
            request.identity.account_id,
            even_the_last=form.value is not None and form.value.ook_de_laatste,
        )
    except NotPossibleError as reason:
        form.add_error("ook_de_laatste", reason.message)
        request.response.status_int = 422
        return _withdrawal_page(request, form)
    flash(request, "ok", _("The appointment has been withdrawn. It stopped working at once."))
    return to_gemeente(request, code)


def _withdrawal_page(request: Request, form: forms.Form[WithdrawForm]) -> dict[str, Any]:
    person = _this_person(request)
    if Role.GEBRUIKERSBEHEERDER not in {grant.role for grant in person.grants}:
        raise HTTPNotFound()
    code = request.matchdict["gemeentecode"]
    is_last = is_last_gebruikersbeheerder(request.dbsession, person.account.id, code)
    return {"gemeente": this_gemeente(request), "person": person, "is_last": is_last, "form": form}


def make_auditor(request: Request) -> Response:
    """Appoint an auditor."""
    return _appointment(request, appoint_auditor, _("This person is now auditor of the gemeente."))


def confirm_unmaking(request: Request) -> dict[str, Any]:
    """Ask before a gemeente loses an auditor."""
    person, gemeente = _this_person(request), this_gemeente(request)
    if Role.AUDITOR not in {grant.role for grant in person.grants}:
        raise HTTPNotFound()
    return {
        "title": _("Withdraw the appointment of ${person}", mapping={"person": person.account.display_name}),
        "consequence": _(
            "From then on this person can no longer look into the audit trail of ${gemeente}.",
            mapping={"gemeente": gemeente.naam},
        ),
        "act": _("Withdraw the appointment"),
        "back": request.route_path("servicedesk_gemeente", gemeentecode=gemeente.gemeentecode),
        "back_title": gemeente.naam,
    }


def unmake_auditor(request: Request) -> Response:
    """Take that appointment away."""
    return _appointment(request, withdraw_auditor, _("The appointment has been withdrawn. It stopped working at once."))


def _appointment(request: Request, change: Callable[..., None], message: Any) -> Response:
    person = _this_person(request)
    try:
        change(request.dbsession, person.account.id, request.matchdict["gemeentecode"], request.identity.account_id)
    except NotPossibleError as reason:
        return _back(request, "error", reason.message)
    return _back(request, "ok", message)


def _people_page(
    request: Request, found: people.Found, selection: people.Selection, new_code: str = ""
) -> dict[str, Any]:
    return {
        "gemeente": this_gemeente(request),
        "found": found,
        "selection": selection,
        "first": (selection.page - 1) * people.PAGE_SIZE + 1,
        "page_href": lambda page: address(request, selection, page),
        "new_code": new_code,
        "with_code": with_code(request.dbsession, [p.account.id for p in found.people], CodeKind.GEBRUIKERSBEHEERDER),
        "beheerder": Role.GEBRUIKERSBEHEERDER,
        "auditor": Role.AUDITOR,
    } | wording(request)


def _this_person(request: Request) -> people.Person:
    person = people.get(request.dbsession, this_gemeente(request).gemeentecode, read_id(request, "account_id"))
    if person is None:
        raise HTTPNotFound()
    return person


def _back(request: Request, kind: Any, message: Any) -> Response:
    flash(request, kind, message)
    return HTTPSeeOther(request.route_url("servicedesk_mensen", gemeentecode=request.matchdict["gemeentecode"]))


def includeme(config: Configurator) -> None:
    person = GEMEENTE + "/mensen/{account_id}"
    config.add_route("servicedesk_mensen", GEMEENTE + "/mensen")
    config.add_route("servicedesk_code", person + "/code")
    config.add_route("servicedesk_code_intrekken", person + "/code/intrekken")
    config.add_route("servicedesk_gebruikersbeheerder_intrekken", person + "/gebruikersbeheerder/intrekken")
    config.add_route("servicedesk_auditor", person + "/auditor")
    config.add_route("servicedesk_auditor_intrekken", person + "/auditor/intrekken")
    views = (
        ("servicedesk_mensen", "GET", list_people, "mensen"),
        ("servicedesk_code", "POST", issue_code, "mensen"),
        ("servicedesk_code_intrekken", "POST", withdraw_code, ""),
        ("servicedesk_gebruikersbeheerder_intrekken", "GET", confirm_withdrawal, "intrekken"),
        ("servicedesk_gebruikersbeheerder_intrekken", "POST", withdraw_appointment, "intrekken"),
        ("servicedesk_auditor", "POST", make_auditor, ""),
        ("servicedesk_auditor_intrekken", "GET", confirm_unmaking, CONFIRM),
        ("servicedesk_auditor_intrekken", "POST", unmake_auditor, ""),
    )
    add_views(config, views)
