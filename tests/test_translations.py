"""Every text is there in Dutch and in English: message ids are English, the catalogues give the Dutch."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
CORE = ROOT / "core/portaal"
PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
OWNERS = {
    "core": ([CORE, ROOT / "templates"], CORE / "locale/nl"),
    **{
        plugin.name: ([next(plugin.glob("portaal_*"))], next(plugin.glob("portaal_*")) / "locale/nl")
        for plugin in sorted((ROOT / "plugins").iterdir())
        if plugin.is_dir()
    },
}


def used(folders: list[Path]) -> dict[str, str]:
    """Message ids in Python files and templates, with the place where each is used."""
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if "simulators" in path.parts or "node_modules" in path.parts:
                continue  # the simulators have texts of their own
            method = {".py": "python", ".jinja2": "jinja2.ext:babel_extract"}.get(path.suffix)
            if method:
                for line, message in messages(path, method):
                    found.setdefault(message, f"{path.relative_to(ROOT)}:{line}")
    return found


def messages(path: Path, method: str) -> Iterator[tuple[int, str]]:
    source = io.BytesIO(path.read_bytes())
    for line, message, _comments, _context in extract(method, source, keywords={"_": None}):
        yield line, message if isinstance(message, str) else message[0]


def translated(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="nl", abort_invalid=True):
                if message.id:
                    found[str(message.id)] = "" if message.fuzzy else str(message.string)
    return found


def everything_translated() -> dict[str, str]:
    catalogue = {}
    for _, folder in OWNERS.values():
        catalogue |= translated(folder)
    return catalogue


@pytest.mark.parametrize("owner", OWNERS)
def test_every_text_has_dutch(owner: str) -> None:
    folders, catalogue = OWNERS[owner]
    dutch = translated(CORE / "locale/nl") | translated(catalogue)
    missing = {message: place for message, place in used(folders).items() if not dutch.get(message)}
    assert not missing, "\n".join(f"{place}: {message}" for message, place in missing.items())


@pytest.mark.parametrize("owner", OWNERS)
def test_no_translation_is_left_over(owner: str) -> None:
    folders, catalogue = OWNERS[owner]
    left = set(translated(catalogue)) - set(used(folders))
    assert not left, "\n".join(sorted(left))


def test_placeholders_are_the_same() -> None:
    wrong = [
        english
        for english, dutch in everything_translated().items()
        if set(PLACEHOLDER.findall(english)) != set(PLACEHOLDER.findall(dutch))
    ]
    assert not wrong
