"""The settings of a product as a pydantic model: how a field is declared, and what the portal reads from it.

    class Settings(BaseModel):
        model_config = ConfigDict(frozen=True)
        days: int = setting(30, label=_("Days to wait for a return message"), at_least=1, at_most=90)

The model is the whole contract: what is stored, what code reads, the form, and the comparison of versions.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pydantic
from pydantic.fields import FieldInfo
from translationstring import TranslationString

from portaal.plugins.answers import check_text
from portaal.plugins.errors import ContractError
from portaal.settings.kinds import Kind, Labels, Secret, kind_for
from portaal.web.forms import CSRF_FIELD


@dataclass(frozen=True)
class _Presentation:
    """What pydantic has no place for; it travels in the field's metadata."""

    label: TranslationString
    hint: TranslationString | None = None
    section: TranslationString | None = None
    choices: Labels = field(default_factory=dict)
    multiline: bool = False
    controlled: bool | None = None


def setting(
    default: Any,
    *,
    label: TranslationString,
    hint: TranslationString | None = None,
    section: TranslationString | None = None,
    choices: Mapping[Any, TranslationString | str] | None = None,
    multiline: bool = False,
    controlled: bool | None = None,
    at_least: int | None = None,
    at_most: int | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    pattern: str | None = None,
) -> Any:
    """A field of a settings model.

    :param default: what holds until somebody fills it in. Every setting has one, so that a new field breaks nothing.
    :param label: a noun or a question, without a colon.
    :param section: the heading it stands under; the fields of one section follow each other.
    :param choices: the label of each member of the field's ``StrEnum``; a ``str`` is a name that is not translated.
    :param multiline: a text of several lines.
    :param controlled: whether a change is prepared, tested and approved by a second person before it holds (B-12);
        left out, that is so for web addresses and certificates.
    :param at_least: smallest number allowed; ``at_most`` the largest.
    :param min_length: 1 makes a text required.
    :returns: a pydantic field.
    """
    info: FieldInfo = pydantic.Field(
        default,
        title=label,
        description=hint,
        validate_default=True,
        ge=at_least,
        le=at_most,
        min_length=min_length,
        max_length=max_length,
        pattern=pattern,
    )
    info.metadata.append(_Presentation(label, hint, section, choices or {}, multiline, controlled))
    return info


@dataclass(frozen=True)
class SettingField:
    """A field of a settings model as the portal works with it.

    :param empty: the raw value where nothing was filled in.
    :param optional: whether that is allowed.
    :param controlled: see :func:`setting`.
    """

    name: str
    label: TranslationString
    hint: TranslationString | None
    section: TranslationString | None
    kind: Kind
    default: Any
    empty: Any
    optional: bool
    controlled: bool

    @property
    def needs_reason(self) -> bool:
        """Whether a change must say why."""
        return self.controlled or self.kind.is_secret


@cache
def fields_of(model: type[pydantic.BaseModel]) -> tuple[SettingField, ...]:
    """The fields of a settings model, in the order in which it declares them.

    :raises ContractError: a field has no default, was not made with :func:`setting`, or is of a type that the portal
        has no control for; or the defaults break the model's own rules.
    """
    fields = tuple(_field(model, name, info) for name, info in model.model_fields.items())
    try:
        model()
    except pydantic.ValidationError as error:
        wrong = ", ".join(str(fault["loc"][0]) if fault["loc"] else "the model" for fault in error.errors())
        raise ContractError(f"{model.__name__}: the defaults do not keep the model's own rules: {wrong}") from error
    return fields


def _field(model: type[pydantic.BaseModel], name: str, info: FieldInfo) -> SettingField:
    where = f"{model.__name__}.{name}"
    presentation = next((item for item in info.metadata if isinstance(item, _Presentation)), None)
    if presentation is None:
        raise ContractError(f"{where}: declare it with portaal.api.setting(default, label=...)")
    if name == CSRF_FIELD:
        raise ContractError(f"{where}: the form has a field of that name already")
    check_text(f"{where}: the label", presentation.label)
    for what, text in (("hint", presentation.hint), ("section", presentation.section)):
        if text is not None:
            check_text(f"{where}: the {what}", text)
    if info.is_required():
        raise ContractError(f"{where}: give it a default, so that a gemeente that never filled it in can go on")
    annotation, nullable = _without_none(info.annotation)
    try:
        kind = kind_for(annotation, presentation.choices, multiline=presentation.multiline)
    except TypeError as error:
        raise ContractError(f"{where}: {error}") from error
    if isinstance(kind, Secret) and not (nullable and info.default is None):
        raise ContractError(f"{where}: a secret is of type SecretStr | None and has the default None")
    empty = None if nullable else kind.empty
    controlled = kind.is_controlled if presentation.controlled is None else presentation.controlled
    return SettingField(
        name=name,
        label=presentation.label,
        hint=presentation.hint,
        section=presentation.section,
        kind=kind,
        default=info.default,
        empty=empty,
        optional=_accepts(model, name, empty),
        controlled=controlled,
    )


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """The type without ``None``, and whether ``None`` was part of it."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        others = [part for part in typing.get_args(annotation) if part is not type(None)]
        if len(others) == 1:
            return others[0], True
    return annotation, False


def _accepts(model: type[pydantic.BaseModel], name: str, raw: Any) -> bool:
    try:
        model.model_validate({name: raw})
    except pydantic.ValidationError as error:
        return all(fault["loc"][:1] != (name,) for fault in error.errors())
    return True
