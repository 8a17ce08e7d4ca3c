"""The makelaars, as the operator keeps them: one TOML file with their metadata beside it.

::

    [[makelaar]]
    name = "Voorbeeldmakelaar"            # what people choose
    metadata = "voorbeeld.xml"            # relative to this file
    url = "https://voorbeeld.example/metadata"      # where to fetch it anew, if anywhere
    certificate = "voorbeeld-metadata.crt"          # what signs the metadata there; needed with a url
    content_type = "text/xml"             # of the artifact exchange; some want "application/soap+xml"
    answers = "artifact"                  # or "post"

``portaal eherkenning makelaar add`` writes it.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

from cryptography import x509
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from portaal.eherkenning.metadata import MetadataError, read_makelaar
from portaal.eherkenning.parties import Makelaar


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("it must be one line of plain text")
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(_one_line)]


class MakelaarsFileError(Exception):
    """The file, or what it names, cannot be used. The text says what and where."""


class Entry(BaseModel):
    """One makelaar in the file."""

    model_config = ConfigDict(extra="forbid")

    name: Text
    metadata: Text
    url: str | None = None
    certificate: str | None = None
    content_type: Literal["text/xml", "application/soap+xml"] = "text/xml"
    answers: Literal["artifact", "post"] = "artifact"

    @model_validator(mode="after")
    def _pinned(self) -> Entry:
        if self.url and not self.certificate:
            raise ValueError("a url needs a certificate, or anybody could give us a makelaar")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    makelaar: list[Entry] = []


def read_entries(path: Path) -> list[Entry]:
    """What the file says.

    :raises MakelaarsFileError: it cannot be read.
    """
    try:
        return _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).makelaar
    except OSError as error:
        raise MakelaarsFileError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise MakelaarsFileError(f"{path} is not in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise MakelaarsFileError(f"{path} is no TOML: {error}") from error
    except ValidationError as error:
        raise MakelaarsFileError(f"{path}: {_first(error)}") from error


def new_entry(**values: str | None) -> Entry:
    """An entry for the file.

    :raises MakelaarsFileError: a value cannot be used.
    """
    try:
        return Entry.model_validate(values)
    except ValidationError as error:
        raise MakelaarsFileError(_first(error)) from error


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return ": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"])))


def read_makelaars(path: Path) -> list[Makelaar]:
    """The makelaars of the file, from the metadata beside it.

    :raises MakelaarsFileError: the file or a makelaar's metadata cannot be used, or a makelaar is there twice.
    """
    found = [read_entry(entry, path) for entry in read_entries(path)]
    for what, values in (("name", [m.display_name for m in found]), ("entity id", [m.entity_id for m in found])):
        twice = [value for value, count in Counter(values).items() if count > 1]
        if twice:
            raise MakelaarsFileError(f"{path} has two makelaars with the {what} {twice[0]}: remove one")
    return found


def read_entry(entry: Entry, path: Path) -> Makelaar:
    """The makelaar of an entry in the file at ``path``.

    :raises MakelaarsFileError: its metadata cannot be used.
    """
    file = path.parent / entry.metadata
    try:
        pinned = pinned_certificate(entry, path)
        return read_makelaar(
            file.read_bytes(), entry.name, entry.content_type, answers_by_post=entry.answers == "post", pinned=pinned
        )
    except OSError as error:
        raise MakelaarsFileError(f"{entry.name}: {file} cannot be read: {error.strerror}") from error
    except MetadataError as error:
        raise MakelaarsFileError(f"{entry.name}: {file}: {error}") from error


def pinned_certificate(entry: Entry, path: Path) -> x509.Certificate | None:
    """The certificate that must have signed the makelaar's metadata, when one is named.

    :raises MakelaarsFileError: it cannot be read.
    """
    if entry.certificate is None:
        return None
    file = path.parent / entry.certificate
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError) as error:
        raise MakelaarsFileError(f"{entry.name}: {file} is no readable certificate") from error


def add_entry(path: Path, entry: Entry) -> None:
    """Add a makelaar at the end of the file, which is made when there is none."""
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in entry.model_dump().items() if value]
    with path.open("a", encoding="utf-8") as file:
        file.write("\n".join(["", "[[makelaar]]", *lines, ""]))
