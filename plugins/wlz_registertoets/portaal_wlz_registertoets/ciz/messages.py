"""The messages of the contract, read as strictly as they are written: what is not exactly right is not an answer."""

from __future__ import annotations

import json
import re
import uuid
from datetime import date
from typing import Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

BSN_PATTERN = r"^[0-9]{9}$"


# Text in one form only: to Pydantic "1764374400" is a moment too, and a UUID may stand in braces.
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FORMS = {
    "verzoekId": re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "registerStand": re.compile(
        rf"{_DAY.pattern}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]+)?(Z|[+-][0-9]{{2}}:[0-9]{{2}})"
    ),
    **dict.fromkeys(("peildatum", "datum", "ingangsdatum", "einddatum"), _DAY),
}


class Message(BaseModel):
    """Names as in the contract, nothing extra, no conversion of types."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        extra="forbid",
        hide_input_in_errors=True,
        strict=True,
        frozen=True,
    )


class BesluitMessage(Message):
    datum: date
    ingangsdatum: date
    einddatum: date | None = None


class Raadpleging(Message):
    """POST /v1/raadplegingen."""

    verzoek_id: uuid.UUID
    oin: str
    gemeentecode: str
    bsn: str = Field(pattern=BSN_PATTERN)
    peildatum: date
    grondslag: str


class RaadplegingAntwoord(Message):
    verzoek_id: uuid.UUID
    bsn: str = Field(pattern=BSN_PATTERN)
    peildatum: date
    uitkomst: Literal["ja", "nee"]
    register_stand: AwareDatetime
    besluit: BesluitMessage | None = None


class Vergelijking(Message):
    """POST /v1/vergelijkingen."""

    verzoek_id: uuid.UUID
    oin: str
    gemeentecode: str
    peildatum: date
    bsns: tuple[str, ...]


class VergelijkingAntwoord(Message):
    verzoek_id: uuid.UUID
    peildatum: date
    register_stand: AwareDatetime
    aantal: int
    met_indicatie: tuple[str, ...]


class Status(Message):
    """GET /v1/status."""

    versie: Literal["1.0"]
    register_stand: AwareDatetime


class NotTheContractError(Exception):
    """A body that is not the message it should be. Holds nothing of what it said."""


Kind = TypeVar("Kind", bound=Message)


def read(kind: type[Kind], content_type: str, body: bytes) -> Kind:
    """The message in an answer.

    :raises NotTheContractError: another content type, no UTF-8, no JSON, a name twice, a name too few or too many, or a
        value of another type or form.
    """
    if content_type.replace(" ", "").casefold() not in {"application/json", "application/json;charset=utf-8"}:
        raise NotTheContractError
    try:
        text = body.decode("utf-8", errors="strict")
        json.loads(text, object_pairs_hook=_as_the_contract, parse_constant=_no_constant)
        return kind.model_validate_json(text, by_alias=True, by_name=False)
    except (ValueError, RecursionError):
        raise NotTheContractError from None  # the chained text would repeat values


def write(message: Message) -> bytes:
    """The message as it is sent."""
    return message.model_dump_json(by_alias=True, exclude_none=True).encode()


def _as_the_contract(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands in an object twice")
    if None in found.values():
        raise ValueError("null: what is not there is left out")
    if not all(isinstance(found[name], str) and _FORMS[name].fullmatch(found[name]) for name in _FORMS.keys() & found):
        raise ValueError("an id, day or moment in another form")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
