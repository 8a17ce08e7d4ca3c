"""The register of processing: who is controller or processor, under which law, in which period (R-16 to R-19).

It is data with dates, since laws move these roles; under the AVG every gemeente must be able to show it.
"""

from __future__ import annotations

import enum
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pyramid.exceptions import ConfigurationError

SETTING = "portaal.processing_register"
OWN = Path(__file__).parent / "verwerkingen.toml"
GEMEENTE = "gemeente"  # stands for whichever gemeente the reader works for


class AvgRole(enum.StrEnum):
    """What somebody is under the AVG."""

    VERANTWOORDELIJKE = "verantwoordelijke"
    VERWERKER = "verwerker"


class Party(BaseModel):
    """Who has a role in a processing, in a period. ``until`` is its last day; none while it goes on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    role: AvgRole
    since: Annotated[date, Field(alias="from")]
    until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError("until lies before from")
        return self


class Processing(BaseModel):
    """A processing of personal data, in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nl: str
    en: str
    law: str
    parties: Annotated[tuple[Party, ...], Field(min_length=1)]


class _Register(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    processing: Annotated[tuple[Processing, ...], Field(min_length=1)]


def read_register(path: str = "") -> tuple[Processing, ...]:
    """The register of a file, else the portal's own.

    :raises ConfigurationError: the file cannot be read, or something in it is not right.
    """
    place = Path(path) if path else OWN
    try:
        return _Register.model_validate(tomllib.loads(place.read_text(encoding="utf-8"))).processing
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{SETTING}: {place} cannot be read: {error}") from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise ConfigurationError(f"{SETTING}: {place}: {where}: {fault['msg']}") from error
