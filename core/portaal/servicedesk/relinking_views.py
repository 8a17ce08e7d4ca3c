"""Relinking at the desk: finding the account and the new login, proposing, and confirming by a second colleague."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, StringConstraints
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther

from portaal.access.models import Account, RoleGrant
from portaal.bsn import contains_bsn
from portaal.frame.flash import flash
from portaal.gebruikersbeheer.views import wording
from portaal.organisations.names import gemeente_names
from portaal.relinking import candidates, steps
from portaal.relinking.models import Relinking
from portaal.relinking.rules import fingerprint, obstacle
from portaal.roles.errors import NotPossibleError
from portaal.servicedesk.views import add_views
from portaal.web import forms
from portaal.web.addresses import read_id, read_page
from portaal.web.bsn_field import without_bsn
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

ACTS = {
    "relinking.propose": _("Proposed to relink an account to another login"),
    "relinking.confirm": _("Relinked an account to another login"),
    "relinking.withdraw": _("Withdrew the relinking of an account"),
}


class ProposalForm(BaseModel):
    """Why the two are one person, and what the proposer had on the screen."""

    reden: Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(without_bsn)]
    gezien: str = ""


def search(request: Request) -> dict[str, Any] | Response:
    """What waits for a second colleague, and finding the account that somebody had."""
    text = request.GET.get("q", "").strip()[:100]
    if contains_bsn(text):  # away from an address with a BSN in it, which links on the page would repeat
        return HTTPSeeOther(request.route_url("servicedesk_herkoppelen", _query={"fout": "bsn"}))
    page = read_page(request.GET)
    return {
        "waiting": steps.waiting(request.dbsession),
        "text": text,
        "had_bsn": request.GET.get("fout") == "bsn",
        "found": candidates.find_accounts(request.dbsession, text, page) if text else None,
        "page": page,
        "first": (page - 1) * candidates.PAGE_SIZE + 1,
        "page_href": lambda number: request.route_path("servicedesk_herkoppelen", _query={"q": text, "pagina": number}),
    }


def choose_newcomer(request: Request) -> dict[str, Any]:
    """Who logged in for the same organisation and may be this person."""
    account = _account(request, "account_id")
    return {
        "account": account,
        "newcomers": candidates.newcomers(request.dbsession, account),
        "makelaar_name": lambda issuer: makelaar_name(request, issuer),
    }


def compare(request: Request) -> dict[str, Any]:
    """The account and the new login side by side, and the form that says why they are one person."""
    return _comparison(request, forms.empty(ProposalForm))


def propose(request: Request) -> dict[str, Any] | Response:
    """Ask a colleague to confirm it."""
    account, newcomer = _account(request, "account_id"), _account(request, "newcomer_id")
    form = forms.parse(request, ProposalForm)
    if form.value is not None:
        try:
            relinking = steps.propose(
                request.dbsession,
                account.id,
                newcomer.id,
                seen=form.value.gezien,
                reason=form.value.reden,
                by=request.identity.account_id,
            )
        except NotPossibleError as reason:
            form.add_error("", reason.message)
        else:
            flash(request, "ok", _("A second colleague of the Servicedesk must confirm this. They have been told."))
            return HTTPSeeOther(request.route_url("servicedesk_herkoppeling", relinking_id=relinking.id))
    request.response.status_int = 422
    return _comparison(request, form)


def show(request: Request) -> dict[str, Any]:
    """A proposal: the two side by side, why, and what this colleague can do with it."""
    relinking = _proposal(request, lock=False)
    if relinking is None:
        return {"relinking": None}
    account, newcomer = relinking.account, relinking.newcomer
    grants = candidates.grants_of(request.dbsession, [account.id, newcomer.id])
    return {
        "relinking": relinking,
        "obstacle": steps.cannot_confirm(request.dbsession, relinking, grants, request.identity.account_id),
    } | _side_by_side(request, account, newcomer, grants)


def confirm(request: Request) -> Response:
    """Do it."""
    relinking = _proposal(request, lock=True)
    if relinking is None:
        return _gone(request)
    name = relinking.account.display_name
    try:
        steps.confirm(request.dbsession, relinking, request.identity.account_id)
    except NotPossibleError as reason:
        flash(request, "error", reason.message)
        return HTTPSeeOther(request.route_url("servicedesk_herkoppeling", relinking_id=relinking.id))
    flash(request, "ok", _("${person} goes on with the existing account at the next login.", mapping={"person": name}))
    return HTTPSeeOther(request.route_url("servicedesk_herkoppelen"))


def withdraw(request: Request) -> Response:
    """Drop it."""
    relinking = _proposal(request, lock=True)
    if relinking is None:
        return _gone(request)
    steps.withdraw(request.dbsession, relinking, request.identity.account_id)
    flash(request, "ok", _("The proposal is withdrawn. Both accounts stay as they were."))
    return HTTPSeeOther(request.route_url("servicedesk_herkoppelen"))


def makelaar_name(request: Request, issuer: str) -> str:
    """How the party that somebody logs in through is called; its identifier where it is not known (any more)."""
    names = {choice.issuer: choice.name for choice in request.registry["portaal.login_providers"].choices}
    return names.get(issuer, issuer)


def _comparison(request: Request, form: forms.Form[ProposalForm]) -> dict[str, Any]:
    account, newcomer = _account(request, "account_id"), _account(request, "newcomer_id")
    grants = candidates.grants_of(request.dbsession, [account.id, newcomer.id])
    form.data["gezien"] = fingerprint(account, newcomer, grants)
    return {
        "form": form,
        "obstacle": obstacle(account, newcomer, grants, request.identity.account_id),
    } | _side_by_side(request, account, newcomer, grants)


def _side_by_side(request: Request, account: Account, newcomer: Account, grants: Sequence[RoleGrant]) -> dict[str, Any]:
    return {
        "account": account,
        "newcomer": newcomer,
        "held": {each.id: [grant for grant in grants if grant.account_id == each.id] for each in (account, newcomer)},
        "makelaar_name": lambda issuer: makelaar_name(request, issuer),
        "gemeenten": gemeente_names(request.dbsession, (grant.gemeentecode for grant in grants)),
    } | wording(request)


def _account(request: Request, name: str) -> Account:
    account: Account | None = request.dbsession.get(Account, read_id(request, name))
    if account is None:
        raise HTTPNotFound()
    return account


def _proposal(request: Request, *, lock: bool) -> Relinking | None:
    return steps.find(request.dbsession, read_id(request, "relinking_id"), lock=lock)


def _gone(request: Request) -> Response:
    flash(request, "warning", _("This relinking was confirmed or withdrawn already. Look at what waits now."))
    return HTTPSeeOther(request.route_url("servicedesk_herkoppelen"))


def includeme(config: Configurator) -> None:
    config.add_audit_titles(ACTS)
    proposal = "/servicedesk/herkoppelingen/{relinking_id}"
    config.add_route("servicedesk_herkoppelen", "/servicedesk/herkoppelen")
    config.add_route("servicedesk_herkoppelen_kiezen", "/servicedesk/herkoppelen/{account_id}")
    config.add_route("servicedesk_herkoppelen_voorstel", "/servicedesk/herkoppelen/{account_id}/{newcomer_id}")
    config.add_route("servicedesk_herkoppeling", proposal)
    config.add_route("servicedesk_herkoppeling_bevestigen", f"{proposal}/bevestigen")
    config.add_route("servicedesk_herkoppeling_intrekken", f"{proposal}/intrekken")
    views = (
        ("servicedesk_herkoppelen", "GET", search, "herkoppelen"),
        ("servicedesk_herkoppelen_kiezen", "GET", choose_newcomer, "herkoppelen_kiezen"),
        ("servicedesk_herkoppelen_voorstel", "GET", compare, "herkoppelen_voorstel"),
        ("servicedesk_herkoppelen_voorstel", "POST", propose, "herkoppelen_voorstel"),
        ("servicedesk_herkoppeling", "GET", show, "herkoppeling"),
        ("servicedesk_herkoppeling_bevestigen", "POST", confirm, ""),
        ("servicedesk_herkoppeling_intrekken", "POST", withdraw, ""),
    )
    add_views(config, views)
