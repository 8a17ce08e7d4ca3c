"""A settings model as the database keeps it, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pydantic
from pydantic import SecretStr

from portaal.settings.fields import fields_of
from portaal.settings.secrets import Place, Sealed, Sealer, SecretUnreadableError

Model = TypeVar("Model", bound=pydantic.BaseModel)


@dataclass(frozen=True)
class Stored:
    """``content`` is JSON without secrets, ``secrets`` are sealed, by the name of the setting."""

    content: Mapping[str, Any]
    secrets: Mapping[str, Sealed]


@dataclass(frozen=True)
class Decoded(Generic[Model]):
    """What was read: a value that always works, and the settings that fell back to their default."""

    value: Model
    faults: frozenset[str]


def encode(value: pydantic.BaseModel, sealer: Sealer, gemeentecode: str, product: str) -> Stored:
    """What to store of a settings model."""
    secret_names = {field.name for field in fields_of(type(value)) if field.kind.is_secret}
    filled: dict[str, SecretStr] = {name: getattr(value, name) for name in secret_names}
    return Stored(
        content=value.model_dump(mode="json", exclude=secret_names),
        secrets={
            name: sealer.seal(secret.get_secret_value(), Place(gemeentecode, product, name))
            for name, secret in filled.items()
            if secret is not None
        },
    )


def decode(model: type[Model], stored: Stored, sealer: Sealer, gemeentecode: str, product: str) -> Decoded[Model]:
    """The settings model of what was stored. Never fails.

    What a newer version of the product no longer knows is left out, what it added has its default; a value that its
    model does not allow (any more), or a secret that does not open, falls back to its default and is named.
    """
    names = {field.name for field in fields_of(model)}
    raw: dict[str, Any] = {name: value for name, value in stored.content.items() if name in names}
    faults: set[str] = set()
    for name, sealed in stored.secrets.items():
        if name in names:
            try:
                raw[name] = SecretStr(sealer.open(sealed, Place(gemeentecode, product, name)))
            except SecretUnreadableError:
                faults.add(name)
    while True:
        try:
            return Decoded(model.model_validate(raw), frozenset(faults))
        except pydantic.ValidationError as error:
            wrong = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]} & set(raw)
            if not wrong:  # a rule on the whole: no telling which value breaks it
                return Decoded(model(), frozenset(names))
            faults |= wrong
            raw = {name: value for name, value in raw.items() if name not in wrong}
