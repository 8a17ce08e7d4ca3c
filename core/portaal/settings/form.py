"""The form of a settings tab: what stands in it, and what was sent with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import pydantic
from pydantic import SecretStr
from pyramid.httpexceptions import HTTPBadRequest
from translationstring import TranslationString

from portaal import clock
from portaal.settings.diff import changed_fields
from portaal.settings.fields import SettingField, fields_of
from portaal.settings.kinds import EntryRules, refuse_control_characters
from portaal.web.bsn_field import without_bsn
from portaal.web.forms import CSRF_FIELD, FieldError, Form, messages
from portaal.web.i18n import _

if TYPE_CHECKING:
    from webob.multidict import MultiDict

Model = TypeVar("Model", bound=pydantic.BaseModel)

# With a hyphen, so that no setting can have these names.
BASED_ON = "based-on"
REASON = "why-changed"
LONGEST_REASON = 500
TYPE_SECRET_AGAIN = _("For your safety a secret is not kept in the page. Fill it in again.")


def removal(name: str) -> str:
    """The name of the box that removes a secret."""
    return f"{name}-remove"


def filled(value: Model) -> Form[Model]:
    """The form that shows a settings model."""
    data: dict[str, Any] = {REASON: ""}
    for field in fields_of(type(value)):
        data[field.name] = field.kind.to_typed(getattr(value, field.name))
        if field.kind.is_secret:
            data[removal(field.name)] = ""
    return Form(data)


def entered(posted: MultiDict[str, Any], current: Model, rules: EntryRules) -> Form[Model]:
    """Check what was sent against the model of the settings that hold now.

    A secret that is left empty stays as it is. What only holds at entry is checked where a value differs from the
    current one, so that a certificate that expired meanwhile does not stop another change.

    :raises HTTPBadRequest: a field that the form does not have, or a single value given twice (ASVS 15.3.7).
    """
    fields = fields_of(type(current))
    _refuse_unknown(posted, fields)
    form: Form[Model] = Form({})
    raw: dict[str, Any] = {}
    for field in fields:
        try:
            if field.kind.is_secret:
                raw[field.name] = _secret(posted, form, field, current)
            else:
                raw[field.name] = _raw(posted, form, field)
        except FieldError as error:
            form.errors[field.name] = error.message
    _validate(form, type(current), raw)
    readable = form.value or _of_what_is_right(form, current, raw)
    if readable is not None:
        form.errors |= entry_faults(readable, current, rules)
    _take_reason(posted, form)
    _sort_errors(form, fields)
    if form.errors:
        form.value = None
    return form


def reason_entered(posted: MultiDict[str, Any]) -> Form[Any]:
    """A form with nothing but the reason, to go back to a version.

    :raises HTTPBadRequest: a field that the form does not have.
    """
    _refuse_unknown(posted, ())
    form: Form[Any] = Form({})
    _take_reason(posted, form)
    return form


def ask_secrets_again(form: Form[Model], fields: Sequence[SettingField], posted: MultiDict[str, Any]) -> None:
    """The page comes back and a secret that was typed is not in it: say so at its field."""
    for field in fields:
        if field.kind.is_secret and posted.get(field.name):
            form.errors.setdefault(field.name, TYPE_SECRET_AGAIN)
    _sort_errors(form, fields)


def _sort_errors(form: Form[Any], fields: Sequence[SettingField]) -> None:
    """The summary names the fields as they follow each other on the page."""
    order = [*(field.name for field in fields), REASON, ""]
    form.errors = {name: form.errors[name] for name in order if name in form.errors}


def reason_missing(changed: Sequence[SettingField], reason: str) -> TranslationString | None:
    """What to say where a change needs a reason and has none."""
    if reason or not any(field.needs_reason for field in changed):
        return None
    return _("Say why you change this. A new web address, secret or certificate needs a reason.")


def _refuse_unknown(posted: MultiDict[str, Any], fields: Sequence[SettingField]) -> None:
    known = {CSRF_FIELD, BASED_ON, REASON}
    for field in fields:
        known |= {field.name, removal(field.name)} if field.kind.is_secret else {field.name}
    if set(posted) - known:
        raise HTTPBadRequest("unexpected fields")


def _take_reason(posted: MultiDict[str, Any], form: Form[Any]) -> None:
    form.data[REASON] = _one(posted, REASON)
    try:
        refuse_control_characters(form.data[REASON])
        without_bsn(form.data[REASON])
    except FieldError as error:
        form.add_error(REASON, error.message)
    if len(form.data[REASON]) > LONGEST_REASON:
        form.add_error(REASON, _("This is too long. Use at most ${max} characters.", mapping={"max": LONGEST_REASON}))


def _one(posted: MultiDict[str, Any], name: str) -> str:
    values = posted.getall(name)
    if len(values) > 1 or any(not isinstance(value, str) for value in values):
        raise HTTPBadRequest("one field was sent twice, or as a file")
    return values[0].replace("\r\n", "\n").strip() if values else ""


def _raw(posted: MultiDict[str, Any], form: Form[Model], field: SettingField) -> Any:
    if field.kind.control == "checkboxes":
        form.data[field.name] = [str(value) for value in posted.getall(field.name)]
        return form.data[field.name]
    typed = _one(posted, field.name)
    form.data[field.name] = field.kind.retained(typed)
    if typed:
        return field.kind.to_raw(typed)
    if field.optional:
        return field.empty
    raise FieldError(field.kind.missing)


def _secret(posted: MultiDict[str, Any], form: Form[Model], field: SettingField, current: Model) -> Any:
    typed, remove = _one(posted, field.name), _one(posted, removal(field.name))
    form.data[field.name], form.data[removal(field.name)] = "", remove
    if typed and remove:
        raise FieldError(_("Fill in a new secret or remove the old one, not both."))
    if typed:
        return SecretStr(field.kind.to_raw(typed))
    return None if remove else getattr(current, field.name)


def _validate(form: Form[Model], model: type[Model], raw: dict[str, Any]) -> None:
    order = [field.name for field in fields_of(model)]
    try:
        form.value = model.model_validate(raw)
    except pydantic.ValidationError as error:
        found = messages(error, order)
        if form.errors:
            found.pop("", None)  # a rule on the whole was tried without the fields that could not be read
        form.errors = found | form.errors


def _of_what_is_right(form: Form[Model], current: Model, raw: dict[str, Any]) -> Model | None:
    """The model with what is wrong left as it is now, so that all there is to say is said at once."""
    kept = {name: getattr(current, name) for name in type(current).model_fields if name in form.errors}
    try:
        return type(current).model_validate(raw | kept)
    except pydantic.ValidationError:  # a rule on the whole
        return None


def entry_faults(value: Model, current: Model, rules: EntryRules) -> dict[str, TranslationString]:
    """What may not be entered now of all that differs from what holds, by the name of the setting."""
    faults = {}
    for field in changed_fields(current, value):
        new = getattr(value, field.name)
        if new is not None:
            try:
                field.kind.check_entered(new, rules)
            except FieldError as error:
                faults[field.name] = error.message
    return faults


def entry_rules(settings: Mapping[str, str]) -> EntryRules:
    """What may be entered now, with these ini settings."""
    return EntryRules(now=clock.now(), allow_loopback=settings.get("portaal.environment") == "development")
