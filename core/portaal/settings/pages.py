"""What the pages of a settings tab have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pydantic
from pyramid.httpexceptions import HTTPBadRequest
from translationstring import TranslationString

from portaal.settings import form
from portaal.settings.diff import Change
from portaal.settings.fields import SettingField, fields_of
from portaal.settings.form import BASED_ON, REASON
from portaal.settings.kinds import EntryRules, Words
from portaal.settings.reach import reachable_tabs
from portaal.settings.store import SettingsStore

if TYPE_CHECKING:
    from pyramid.request import Request

    from portaal.access.resources import ProductContext

VERSION_NUMBER = re.compile(r"[0-9]{1,9}")


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
    return form.entry_rules(request.registry.settings)


def based_on(request: Request) -> int:
    """The version a posted form started from.

    :raises HTTPBadRequest: the form does not say, or says nonsense.
    """
    typed = request.POST.getall(BASED_ON)
    if len(typed) != 1 or not (isinstance(typed[0], str) and VERSION_NUMBER.fullmatch(typed[0])):
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


def value_lines(request: Request, value: pydantic.BaseModel) -> dict[str, list[str]]:
    """The value of every setting for a reader, by the name of the setting."""
    return {
        field.name: lines(request, field.kind.words(getattr(value, field.name))) for field in fields_of(type(value))
    }


def sections(model: type[pydantic.BaseModel]) -> list[tuple[TranslationString | None, list[SettingField]]]:
    """The fields under their headings, in the order of the model."""
    return [(section, list(fields)) for section, fields in groupby(fields_of(model), key=lambda field: field.section)]


def address(context: ProductContext, request: Request, page: str = "") -> str:
    """The address of a page of this tab: ``concept``, ``geschiedenis``, or the tab itself."""
    route = f"{context.product}.instellingen.{page}" if page else f"{context.product}.instellingen"
    url: str = request.route_url(route, gemeentecode=context.code)
    return url


def frame(context: ProductContext, request: Request) -> dict[str, Any]:
    """What every page of a tab shows."""
    return {
        "product": context.product,
        "product_title": product_title(context, request),
        "gemeentecode": context.code,
        "tabs": reachable_tabs(request, context.code, context.product),
        "may_change": may_change(context, request),
        "names": {"based_on": BASED_ON, "reason": REASON},
    }
