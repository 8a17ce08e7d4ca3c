"""Whose BSN gets attention: the auditor names people who work with the portal; only a keyed hash is kept."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from pydantic import BaseModel
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther

from portaal.api import Bsn, _, account_names, audit, flash, forms, gemeente_people, now, read_id, secrecy
from portaal_wlz_registertoets.consulting import PRODUCT
from portaal_wlz_registertoets.models import Medewerker
from portaal_wlz_registertoets.pages import TEMPLATES

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.api import PluginConfigurator, ProductContext

PERMISSION = "wlz_registertoets:medewerker:beheren"
ADD = f"{PRODUCT}.watch"
REMOVE = f"{PRODUCT}.unwatch"


class ColleagueForm(BaseModel):
    """A person with a role, and their BSN."""

    persoon: uuid.UUID
    bsn: Bsn


def show(context: ProductContext, request: Request) -> dict[str, Any]:
    """Who is named, and a form for another."""
    return _page(request, forms.empty(ColleagueForm))


def add(context: ProductContext, request: Request) -> dict[str, Any] | Response:
    """Name somebody; a second time replaces the BSN."""
    form = forms.parse(request, ColleagueForm)
    if form.value is not None and form.value.persoon not in dict(gemeente_people(request.dbsession, context.code)):
        form.add_error("persoon", _("Choose one of the options."))
    if form.value is None:
        request.response.status_int = 422
        return _page(request, form)
    subject = secrecy(request).subject(form.value.bsn)
    _erase(request, Medewerker.account_id == form.value.persoon)
    request.dbsession.add(
        Medewerker(
            gemeentecode=context.code, account_id=form.value.persoon, digest=subject.digest, key_id=subject.key_id,
            added_at=now(), added_by=request.identity.account_id,
        )
    )  # fmt: skip
    _record(request, ADD, form.value.persoon)
    flash(request, "ok", _("Saved. Whoever asks about this BSN is noticed from now on."))
    return _back(request)


def remove(context: ProductContext, request: Request) -> Response:
    """Forget somebody."""
    person = read_id(request, "persoon")
    if not _erase(request, Medewerker.account_id == person):
        raise HTTPNotFound
    _record(request, REMOVE, person)
    flash(request, "ok", _("Removed."))
    return _back(request)


def _erase(request: Request, condition: sa.ColumnElement[bool]) -> bool:
    found = request.dbsession.scalars(
        sa.select(Medewerker).where(Medewerker.gemeentecode == request.context.code, condition)
    ).all()
    for one in found:
        request.dbsession.delete(one)
    request.dbsession.flush()
    return bool(found)


def _record(request: Request, action: str, person: uuid.UUID) -> None:
    audit.record(
        request.dbsession, action=action, outcome=audit.Outcome.DONE, actor=request.identity.account_id,
        gemeentecode=request.context.code, product=PRODUCT, object_kind="account", object_id=person,
    )  # fmt: skip


def _page(request: Request, form: forms.Form[ColleagueForm]) -> dict[str, Any]:
    rows = request.dbsession.execute(
        sa.select(Medewerker.account_id, Medewerker.added_at).where(Medewerker.gemeentecode == request.context.code)
    ).all()
    names = account_names(request.dbsession, [row.account_id for row in rows])
    return {
        "gemeente": request.context.gemeente,
        "form": form,
        "people": gemeente_people(request.dbsession, request.context.code),
        "rows": sorted(rows, key=lambda row: names.get(row.account_id, "").casefold()),
        "names": names,
    }


def _back(request: Request) -> Response:
    return HTTPSeeOther(request.route_url(f"{PRODUCT}.medewerkers", gemeentecode=request.context.code))


def includeme(config: PluginConfigurator) -> None:
    config.add_route("medewerkers", "verantwoording/medewerkers")
    config.add_route("medewerkers.weg", "verantwoording/medewerkers/{persoon}/weg")
    for method, view in (("GET", show), ("POST", add)):
        config.add_view(
            view, route="medewerkers", permission=PERMISSION, request_method=method,
            renderer=f"{TEMPLATES}/medewerkers.jinja2",
        )  # fmt: skip
    config.add_view(remove, route="medewerkers.weg", permission=PERMISSION, request_method="POST")
