"""The texts of a package: those that its code and templates use, and those that its catalogues translate."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po
from translationstring import TranslationString

import portaal
from portaal.web.i18n import translator

CORE_DUTCH = Path(portaal.__file__).parent / "locale" / "nl"
PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
METHODS = {".py": "python", ".jinja2": "jinja2.ext:babel_extract"}


def used(paths: Iterable[Path]) -> dict[str, str]:
    """Message ids in Python files and templates, with the place (``path:line``) where each is used first."""
    found: dict[str, str] = {}
    for path in paths:
        if path.suffix in METHODS:
            for line, message in _messages(path, METHODS[path.suffix]):
                found.setdefault(message, f"{path}:{line}")
    return found


def _messages(path: Path, method: str) -> Iterator[tuple[int, str]]:
    source = io.BytesIO(path.read_bytes())
    for line, message, _comments, _context in extract(method, source, keywords={"_": None}):
        yield line, message if isinstance(message, str) else message[0]


@cache
def read_folder(folder: Path) -> dict[str, str]:
    """The Dutch by message id in the ``.po`` files of a folder; empty for what is marked fuzzy.

    :raises babel.messages.pofile.PoFileError: a file cannot be read.
    """
    found = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="nl", abort_invalid=True):
                if message.id:
                    found[str(message.id)] = "" if message.fuzzy else str(message.string)
    return found


def placeholders_differ(english: str, dutch: str) -> bool:
    """Whether a translation has other ``${...}`` than the text it translates."""
    return set(PLACEHOLDER.findall(english)) != set(PLACEHOLDER.findall(dutch))


def in_dutch(locale: Path) -> Callable[[TranslationString], str]:
    """What turns a product's texts into Dutch: ``in_dutch(package / "locale")(text)``."""
    return translator("nl", [locale])
