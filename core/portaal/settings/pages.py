"""What the pages of a settings tab have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pydantic
from pyramid.httpexceptions import HTTPBadRequest, HTTPSeeOther
from translationstring import TranslationString

from portaal import clock
from portaal.settings.announce import announce_after_commit
from portaal.settings.diff import Change
from portaal.settings.fields import SettingField, fields_of
from portaal.settings.form import BASED_ON, REASON
from portaal.settings.kinds import EntryRules, Words
from portaal.settings.store import Saved, SettingsStore
from portaal.web.flash import flash
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.access.resources import ProductContext

MOST_DIGITS = 9


@dataclass(frozen=True)
class ChangedRow:
    """A changed setting for a reader: texts in their language, one line each."""

    label: TranslationString
    before: list[str]
    after: list[str]


def store_of(request: Request) -> SettingsStore:
    store: SettingsStore = request.registry["portaal.settings"]
    return store


def entry_rules(request: Request) -> EntryRules:
    """What may be entered now, here."""
    development = request.registry.settings["portaal.environment"] == "development"
    return EntryRules(now=clock.now(), allow_loopback=development)


def based_on(request: Request) -> int:
    """The version a posted form started from.

    :raises HTTPBadRequest: the form does not say, or says nonsense.
    """
    typed = request.POST.getall(BASED_ON)
    if len(typed) != 1 or not (typed[0].isascii() and typed[0].isdigit() and len(typed[0]) <= MOST_DIGITS):
        raise HTTPBadRequest("which version was this based on?")
    return int(typed[0])


def may_change(context: ProductContext, request: Request) -> bool:
    return bool(request.has_permission(f"{context.product}:instellingen:wijzigen", context))


def product_title(context: ProductContext, request: Request) -> str:
    title: str = request.registry["portaal.plugins"].known[context.product].info.title
    return title


def lines(request: Request, words: Words) -> list[str]:
    """Words in the reader's language; what people typed is never taken for a message id."""
    return [request.localizer.translate(word) if isinstance(word, TranslationString) else word for word in words]


def change_rows(request: Request, changes: Iterable[Change]) -> list[ChangedRow]:
    return [
        ChangedRow(change.field.label, lines(request, change.before), lines(request, change.after))
        for change in changes
    ]


def value_rows(request: Request, value: pydantic.BaseModel) -> list[tuple[TranslationString, list[str]]]:
    """Every setting with its value, for reading."""
    return [
        (field.label, lines(request, field.kind.words(getattr(value, field.name)))) for field in fields_of(type(value))
    ]


def sections(model: type[pydantic.BaseModel]) -> list[tuple[TranslationString | None, list[SettingField]]]:
    """The fields under their headings, in the order of the model."""
    return [(section, list(fields)) for section, fields in groupby(fields_of(model), key=lambda field: field.section)]


def conclude(
    context: ProductContext, request: Request, saved: Saved, message: TranslationString
) -> Response:
    """After saving: tell the product and the person, and go to the tab."""
    if saved.added:
        announce_after_commit(request, context.code, context.product, saved)
        flash(request, "ok", message)
    else:
        flash(request, "info", _("You changed nothing, so nothing was saved."))
    return HTTPSeeOther(request.route_url(f"{context.product}.instellingen", gemeentecode=context.code))


def frame(context: ProductContext, request: Request) -> dict[str, Any]:
    """What every page of a tab shows."""
    from portaal.settings.tabs import reachable_tabs

    return {
        "product": context.product,
        "product_title": product_title(context, request),
        "gemeentecode": context.code,
        "tabs": reachable_tabs(request, context.code, context.product),
        "may_change": may_change(context, request),
        "names": {"based_on": BASED_ON, "reason": REASON},
    }
