"""Two people changed the same settings: what the other one saved, and what this one typed, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from translationstring import TranslationString

from portaal.settings.diff import diff
from portaal.settings.fields import SettingField, fields_of
from portaal.settings.form import ask_secrets_again, filled, removal
from portaal.settings.pages import lines
from portaal.settings.store import Loaded
from portaal.web.forms import Form
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.request import Request


@dataclass(frozen=True)
class SavedMeanwhile:
    """A setting that somebody else saved.

    :param typed: what this person filled in for it, or None where they left it alone: then the other's holds.
    """

    label: TranslationString
    before: list[str]
    saved: list[str]
    typed: list[str] | None


def merge(request: Request, form: Form[Any], base: Loaded[Any], current: Loaded[Any]) -> list[SavedMeanwhile]:
    """Bring a form that was based on ``base`` up to ``current``: what was typed stays, the rest follows.

    :param form: as it was sent; changed in place, so that it can be sent again on purpose.
    :returns: what somebody else saved in between.
    """
    model: type[BaseModel] = type(current.value)
    fields = fields_of(model)
    before, now = filled(base.value).data, filled(current.value).data
    touched = {
        field.name
        for field in fields
        if (_secret_typed(request, field) if field.kind.is_secret else form.data.get(field.name) != before[field.name])
    }
    for field in fields:
        if field.name not in touched:
            form.data[field.name] = now[field.name]
    rows = [
        SavedMeanwhile(
            change.field.label,
            lines(request, change.before),
            lines(request, change.after),
            _typed(request, form, change.field) if change.field.name in touched else None,
        )
        for change in diff(base.value, current.value)
    ]
    form.value, form.errors = None, {}
    ask_secrets_again(form, fields, request.POST)
    return rows


def _secret_typed(request: Request, field: SettingField) -> bool:
    return bool(request.POST.get(field.name) or request.POST.get(removal(field.name)))


def _typed(request: Request, form: Form[Any], field: SettingField) -> list[str]:
    if form.value is not None:
        return lines(request, field.kind.words(getattr(form.value, field.name)))
    typed = form.data[field.name]
    return (typed if isinstance(typed, list) else str(typed).splitlines()) or lines(request, (_("Not filled in"),))
