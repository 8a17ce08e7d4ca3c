"""Forms: a pydantic model says what is right, this says what is wrong in words, and keeps what was typed.

A view calls :func:`parse`; when :attr:`Form.value` is None it renders its page again with the form and status 422.
Templates read ``form.data[name]`` and ``form.error(name)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pydantic
from pyramid.httpexceptions import HTTPBadRequest
from translationstring import TranslationString

from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.request import Request
    from webob.multidict import MultiDict

# A thousand and more as the portal writes them. Pydantic would read 1.000 as one.
_GROUPED = re.compile(r"[0-9]{1,3}([., ][0-9]{3})+")
Model = TypeVar("Model", bound=pydantic.BaseModel)
CSRF_FIELD, CSRF_HEADER = "csrf_token", "X-CSRF-Token"


class FieldError(ValueError):
    """Raised by a model's validator: the message is shown at the field as it is."""

    def __init__(self, message: TranslationString) -> None:
        super().__init__(str(message))
        self.message = message


_TEXTS: dict[str, Callable[[Mapping[str, Any]], TranslationString]] = {
    "missing": lambda _ctx: _("Fill in this field."),
    "string_too_short": lambda ctx: (
        _("This is too short. Use at least ${min} characters.", mapping={"min": ctx["min_length"]})
        if ctx["min_length"] > 1
        else _("Fill in this field.")
    ),
    "string_too_long": lambda ctx: _(
        "This is too long. Use at most ${max} characters.", mapping={"max": ctx["max_length"]}
    ),
    "string_pattern_mismatch": lambda _ctx: _("This does not have the right form. Compare it with the explanation."),
    "int_parsing": lambda _ctx: _("Fill in a whole number, such as 5."),
    "int_from_float": lambda _ctx: _("Fill in a whole number, such as 5."),
    "greater_than_equal": lambda ctx: _("Fill in ${min} or more.", mapping={"min": ctx["ge"]}),
    "less_than_equal": lambda ctx: _("Fill in ${max} or less.", mapping={"max": ctx["le"]}),
    "enum": lambda _ctx: _("Choose one of the options."),
    "literal_error": lambda _ctx: _("Choose one of the options."),
    "bool_parsing": lambda _ctx: _("Choose yes or no."),
    "date_from_datetime_parsing": lambda _ctx: _("Fill in a date, such as 21-11-2026."),
    "date_parsing": lambda _ctx: _("Fill in a date, such as 21-11-2026."),
    "url_parsing": lambda _ctx: _("Fill in a web address, such as https://www.example.org/."),
    "url_scheme": lambda _ctx: _("Fill in a web address that starts with https://."),
    "uuid_parsing": lambda _ctx: _("Choose one of the options."),
}


@dataclass
class Form(Generic[Model]):
    """A form as it was sent.

    ``data`` holds the raw text per field (a list where the model wants several), ``errors`` the message per field in
    the order of the fields; ``value`` is the valid model, or None.
    """

    data: dict[str, Any]
    errors: dict[str, TranslationString] = field(default_factory=dict)
    value: Model | None = None

    def error(self, name: str) -> TranslationString | str:
        """The message for a field, or an empty text."""
        return self.errors.get(name, "")

    def add_error(self, name: str, message: TranslationString) -> None:
        """Note what only the service could find out; the form is no longer valid."""
        self.errors.setdefault(name, message)
        self.value = None


def empty(model: type[Model], **values: Any) -> Form[Model]:
    """A form that was not sent yet: the model's defaults, or the values given."""
    data = {name: "" if info.is_required() else info.get_default() for name, info in model.model_fields.items()}
    return Form({name: "" if value is None else value for name, value in (data | values).items()})


def parse(request: Request, model: type[Model]) -> Form[Model]:
    """Check the form that was posted against its model.

    Empty text counts as not filled in. An unticked box is False, several ticks are a list.

    :raises HTTPBadRequest: a field that the form does not have, or one value given twice: no browser sends that
        (ASVS 8.2.3, 15.3.7).
    """
    return check(request.POST, model)


def check(posted: MultiDict[str, Any], model: type[Model]) -> Form[Model]:
    """The same for posted fields that are at hand already."""
    unknown = set(posted) - set(model.model_fields) - {CSRF_FIELD}
    if unknown:
        raise HTTPBadRequest(f"unexpected fields: {len(unknown)}")
    data: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        values = [value.strip() for value in posted.getall(name) if isinstance(value, str)]
        if _is_multiple(info.annotation):
            data[name] = values
        elif len(values) > 1:
            raise HTTPBadRequest("one field was sent twice")
        elif info.annotation is bool:
            data[name] = bool(values and values[0])
        else:
            data[name] = values[0] if values else ""
    filled = {
        name: whole_number(value) if model.model_fields[name].annotation in (int, int | None) else value
        for name, value in data.items()
        if value != ""
    }
    try:
        return Form(data, value=model.model_validate(filled))
    except pydantic.ValidationError as error:
        return Form(data, errors=messages(error, list(model.model_fields)))


def whole_number(typed: str) -> str:
    """A typed number without what groups its digits, as pydantic reads it; any other text as it is."""
    return re.sub(r"[., ]", "", typed) if _GROUPED.fullmatch(typed) else typed


def _is_multiple(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", annotation) in (list, tuple, set, frozenset)


def messages(error: pydantic.ValidationError, order: list[str]) -> dict[str, TranslationString]:
    """One message per field that is wrong, in the given order; "" stands for the model as a whole."""
    found: dict[str, TranslationString] = {}
    for fault in error.errors(include_url=False, include_input=False):
        name = str(fault["loc"][0]) if fault["loc"] else ""
        found.setdefault(name, _message(fault))
    return dict(sorted(found.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order)))


def _message(fault: Any) -> TranslationString:
    context = fault.get("ctx", {})
    raised = context.get("error")
    if isinstance(raised, FieldError):
        return raised.message
    if fault["type"] == "value_error" and "email" in fault["msg"]:
        return _("Fill in an e-mail address with an @, such as name@example.org.")
    known = _TEXTS.get(fault["type"])
    return known(context) if known else _("This is not filled in correctly. Check what you typed.")
