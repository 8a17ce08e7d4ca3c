"""What differs between two versions of the same settings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

import pydantic

from portaal.settings.fields import SettingField, fields_of
from portaal.settings.kinds import Words

Model = TypeVar("Model", bound=pydantic.BaseModel)


@dataclass(frozen=True)
class Change:
    """One setting that differs, in words. A secret only shows whether it was filled in."""

    field: SettingField
    before: Words
    after: Words


def changed_fields(old: pydantic.BaseModel, new: pydantic.BaseModel) -> tuple[SettingField, ...]:
    """The settings whose values differ, in the order of the model."""
    return tuple(field for field in fields_of(type(new)) if getattr(old, field.name) != getattr(new, field.name))


def with_values_of(one: Model, other: Model, names: Collection[str]) -> Model:
    """These settings, with some of them as they are in another version.

    :raises pydantic.ValidationError: together they break a rule of the model.
    """
    model = type(one)
    return model.model_validate(
        {field.name: getattr(other if field.name in names else one, field.name) for field in fields_of(model)}
    )


def diff(old: pydantic.BaseModel, new: pydantic.BaseModel) -> tuple[Change, ...]:
    """The same, with both values in words."""
    return tuple(
        Change(field, field.kind.words(getattr(old, field.name)), field.kind.words(getattr(new, field.name)))
        for field in changed_fields(old, new)
    )
