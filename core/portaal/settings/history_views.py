"""The versions of a product's settings: who changed what, when and why, and going back to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError
from pyramid.httpexceptions import HTTPNotFound
from translationstring import TranslationString

from portaal.settings import pages
from portaal.settings.changing import change
from portaal.settings.diff import changed_fields, diff, with_values_of
from portaal.settings.drafts import DraftExistsError
from portaal.settings.fields import fields_of
from portaal.settings.form import REASON, entry_faults, reason_entered, reason_missing
from portaal.settings.store import Loaded, StaleVersionError, UnknownVersionError
from portaal.settings.tab_views import ANOTHER_DRAFT
from portaal.web.forms import Form
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.access.resources import ProductContext


NOT_ANY_MORE = _(
    "A web address or certificate of this version may not be filled in any more; for example, the certificate has "
    "expired. Change the settings on the tab instead."
)
DOES_NOT_FIT = _("This version no longer fits the other settings. Change the settings on the tab instead.")
SOMEBODY_ELSE = _("Somebody else saved these settings in the meantime. Look at what would change now.")


def show_history(context: ProductContext, request: Request) -> dict[str, Any]:
    """Every version, the newest first."""
    store = pages.store_of(request)
    versions = store.history(request.dbsession, context.code, context.product)
    labels = {field.name: field.label for field in fields_of(store.tabs[context.product].model)}
    return pages.frame(context, request) | {"versions": versions, "labels": labels}


def show_version(context: ProductContext, request: Request) -> dict[str, Any]:
    """One version: what it changed, all its values, and what going back to it would change."""
    return _version_page(context, request, _version(context, request), Form({REASON: ""}))


def roll_back(context: ProductContext, request: Request) -> dict[str, Any] | Response:
    """Save the values of an earlier version as a new version."""
    store = pages.store_of(request)
    version = _version(context, request)
    form = reason_entered(request.POST)
    current = store.load(request.dbsession, context.code, context.product)
    if pages.based_on(request) != current.number:
        return _again(context, request, version, form, SOMEBODY_ELSE)
    value, obstacle = _restored(request, current, version)
    if value is None:
        return _again(context, request, version, form, obstacle)
    missing = reason_missing(changed_fields(current.value, value), form.data[REASON])
    if missing:
        form.add_error(REASON, missing)
    if form.errors:
        return _again(context, request, version, form)
    try:
        return change(
            context,
            request,
            current,
            value,
            form.data[REASON],
            done=_("The settings of version ${number} hold again, from now on.", mapping={"number": version.number}),
        )
    except StaleVersionError:
        return _again(context, request, version, form, SOMEBODY_ELSE)
    except DraftExistsError:
        return _again(context, request, version, form, ANOTHER_DRAFT)


def _restored(
    request: Request, current: Loaded[Any], version: Loaded[Any]
) -> tuple[BaseModel | None, TranslationString | None]:
    """The settings after going back, or why that cannot be. What can no longer be read stays as it is now."""
    model: type[BaseModel] = type(current.value)
    readable = {field.name for field in fields_of(model)} - version.faults
    try:
        value = with_values_of(current.value, version.value, readable)
    except ValidationError:
        return None, DOES_NOT_FIT
    return (None, NOT_ANY_MORE) if entry_faults(value, current.value, pages.entry_rules(request)) else (value, None)


def _again(
    context: ProductContext,
    request: Request,
    version: Loaded[Any],
    form: Form[Any],
    problem: TranslationString | None = None,
) -> dict[str, Any]:
    """The page again, with what is wrong and the reason as it was typed."""
    if problem is not None:
        form.add_error("", problem)
    request.response.status_int = 422
    return _version_page(context, request, version, form)


def _version(context: ProductContext, request: Request) -> Loaded[Any]:
    number = int(request.matchdict["number"])
    try:
        loaded = pages.store_of(request).load(request.dbsession, context.code, context.product, number)
    except UnknownVersionError as error:
        raise HTTPNotFound() from error
    if loaded.version is None:  # number 0: the defaults, before anything was saved
        raise HTTPNotFound()
    return loaded


def _version_page(context: ProductContext, request: Request, version: Loaded[Any], form: Form[Any]) -> dict[str, Any]:
    store = pages.store_of(request)
    current = store.load(request.dbsession, context.code, context.product)
    before = store.load(request.dbsession, context.code, context.product, max(version.number - 1, 0))
    model: type[BaseModel] = type(version.value)
    value, obstacle = _restored(request, current, version)
    return pages.frame(context, request) | {
        "version": version,
        "unread": [field.label for field in fields_of(model) if field.name in version.faults],
        "obstacle": obstacle,
        "current": current,
        "changes": pages.change_rows(request, diff(before.value, version.value)),
        "sections": pages.sections(type(version.value)),
        "values": pages.value_lines(request, version.value),
        "way_back": pages.change_rows(request, diff(current.value, value)) if value else [],
        "form": form,
    }
