"""The forms of the Servicedesk about a gemeente: its agreements and its organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound

from portaal.frame.flash import flash
from portaal.organisations.models import OrganisationGemeente
from portaal.servicedesk import agreements, organisations
from portaal.servicedesk.agreements import AgreementForm
from portaal.servicedesk.organisations import OrganisationForm, Period
from portaal.servicedesk.views import GEMEENTE, add_views, this_gemeente, to_gemeente
from portaal.web import forms
from portaal.web.addresses import read_id
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response


def show_agreement(request: Request) -> dict[str, Any]:
    """What is noted of one document."""
    registered = _this_agreement(request)
    return _agreement_page(request, registered, forms.empty(AgreementForm, **agreements.values(registered.agreement)))


def note_agreement(request: Request) -> dict[str, Any] | Response:
    """Note what happened to a document (R-14)."""
    registered = _this_agreement(request)
    form = forms.parse(request, AgreementForm)
    if form.value is None:
        request.response.status_int = 422
        return _agreement_page(request, registered, form)
    code = request.matchdict["gemeentecode"]
    agreements.note(request.dbsession, code, registered.kind.slug, form.value, request.identity.account_id)
    flash(request, "ok", _("The agreement has been saved."))
    return to_gemeente(request, code)


def _agreement_page(
    request: Request, registered: agreements.Registered, form: forms.Form[AgreementForm]
) -> dict[str, Any]:
    return {"gemeente": this_gemeente(request), "kind": registered.kind, "form": form}


def _this_agreement(request: Request) -> agreements.Registered:
    code = this_gemeente(request).gemeentecode
    for registered in agreements.register(request.dbsession, code):
        if registered.kind.slug == request.matchdict["type_slug"]:
            return registered
    raise HTTPNotFound()


def new_organisation(request: Request) -> dict[str, Any]:
    """The form for an organisation that is to act for a gemeente."""
    return {"gemeente": this_gemeente(request), "form": forms.empty(OrganisationForm)}


def link_organisation(request: Request) -> dict[str, Any] | Response:
    """Let an organisation act for a gemeente."""
    gemeente = this_gemeente(request)
    form = forms.parse(request, OrganisationForm)
    linked = organisations.link(request.dbsession, gemeente.gemeentecode, form, request.identity.account_id)
    if linked is None:
        request.response.status_int = 422
        return {"gemeente": gemeente, "form": form}
    flash(request, "ok", _("${organisation} acts for this gemeente.", mapping={"organisation": linked.naam}))
    return to_gemeente(request, gemeente.gemeentecode)


def show_period(request: Request) -> dict[str, Any]:
    """From when and until when an organisation acts for a gemeente."""
    linked = _this_link(request)
    form = forms.empty(Period, vanaf=linked.valid_from, tot_en_met=linked.valid_until)
    return _period_page(linked, form)


def change_period(request: Request) -> dict[str, Any] | Response:
    """Change that period; ending it closes the portal for the organisation's people (R-15)."""
    linked = _this_link(request)
    form = forms.parse(request, Period)
    if not organisations.change_period(request.dbsession, linked, form, request.identity.account_id):
        request.response.status_int = 422
        return _period_page(linked, form)
    flash(request, "ok", _("The period has been saved."))
    return to_gemeente(request, linked.gemeentecode)


def _period_page(linked: OrganisationGemeente, form: forms.Form[Period]) -> dict[str, Any]:
    return {"gemeente": linked.gemeente, "organisation": linked.organisation, "linked": linked, "form": form}


def _this_link(request: Request) -> OrganisationGemeente:
    linked: OrganisationGemeente | None = request.dbsession.get(OrganisationGemeente, read_id(request, "link_id"))
    if linked is None or linked.gemeentecode != request.matchdict["gemeentecode"]:
        raise HTTPNotFound()
    return linked


def includeme(config: Configurator) -> None:
    config.add_route("servicedesk_overeenkomst", GEMEENTE + "/overeenkomsten/{type_slug}")
    config.add_route("servicedesk_organisatie_nieuw", GEMEENTE + "/organisaties/nieuw")
    config.add_route("servicedesk_organisatie", GEMEENTE + "/organisaties/{link_id}")
    views = (
        ("servicedesk_overeenkomst", "GET", show_agreement, "overeenkomst"),
        ("servicedesk_overeenkomst", "POST", note_agreement, "overeenkomst"),
        ("servicedesk_organisatie_nieuw", "GET", new_organisation, "organisatie_nieuw"),
        ("servicedesk_organisatie_nieuw", "POST", link_organisation, "organisatie_nieuw"),
        ("servicedesk_organisatie", "GET", show_period, "organisatie"),
        ("servicedesk_organisatie", "POST", change_period, "organisatie"),
    )
    add_views(config, views)
