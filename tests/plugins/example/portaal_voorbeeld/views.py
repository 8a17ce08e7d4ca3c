"""The pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field
from pyramid.httpexceptions import HTTPSeeOther

from portaal.api import ProductContext, _, audit, flash, forms, product_settings
from portaal_voorbeeld import notes
from portaal_voorbeeld.settings import Settings, heading

if TYPE_CHECKING:
    from pyramid.request import Request


class NoteForm(BaseModel):
    """What somebody types."""

    text: Annotated[str, Field(min_length=1, max_length=200)]


class NoteList(BaseModel):
    """The notes as other programs get them."""

    notes: list[str]


def list_notes(context: ProductContext, request: Request) -> dict[str, Any]:
    """The notes, and the form for a new one."""
    return _page(context, request, forms.empty(NoteForm))


def write_note(context: ProductContext, request: Request) -> Any:
    """Add a note."""
    form = forms.parse(request, NoteForm)
    if form.value is None:
        request.response.status_int = 422
        return _page(context, request, form)
    notes.write(request.dbsession, context.code, form.value.text, request.identity.account_id)
    audit.record(
        request.dbsession,
        action="voorbeeld.write",
        outcome=audit.Outcome.DONE,
        actor=request.identity.account_id,
        gemeentecode=context.code,
        product="voorbeeld",
        object_kind="notitie",
    )
    flash(request, "ok", _("The note has been written."))
    return HTTPSeeOther(request.route_url("voorbeeld.notities", gemeentecode=context.code))


def notes_as_json(context: ProductContext, request: Request) -> dict[str, Any]:
    """The notes for another program."""
    found = notes.of_gemeente(request.dbsession, context.code)
    return NoteList(notes=[note.text for note in found]).model_dump()


def _page(context: ProductContext, request: Request, form: forms.Form[NoteForm]) -> dict[str, Any]:
    return {
        "form": form,
        "heading": heading(context.code, product_settings(request, Settings)),
        "notes": notes.of_gemeente(request.dbsession, context.code),
    }
