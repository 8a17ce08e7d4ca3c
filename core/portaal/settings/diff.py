"""What differs between two versions of the same settings."""

from __future__ import annotations

from dataclasses import dataclass

import pydantic

from portaal.settings.fields import SettingField, fields_of
from portaal.settings.kinds import Words


@dataclass(frozen=True)
class Change:
    """One setting that differs, in words. A secret only shows whether it was filled in."""

    field: SettingField
    before: Words
    after: Words


def changed_fields(old: pydantic.BaseModel, new: pydantic.BaseModel) -> tuple[SettingField, ...]:
    """The settings whose values differ, in the order of the model."""
    return tuple(field for field in fields_of(type(new)) if getattr(old, field.name) != getattr(new, field.name))


def diff(old: pydantic.BaseModel, new: pydantic.BaseModel) -> tuple[Change, ...]:
    """The same, with both values in words."""
    return tuple(
        Change(field, field.kind.words(getattr(old, field.name)), field.kind.words(getattr(new, field.name)))
        for field in changed_fields(old, new)
    )
