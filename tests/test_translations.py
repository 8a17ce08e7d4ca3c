"""Every text is there in Dutch and in English: message ids are English, the catalogues give the Dutch."""

from __future__ import annotations

from pathlib import Path

import pytest

from portaal.testing.catalogues import placeholders_differ, read_folder, used

ROOT = Path(__file__).parents[1]
CORE = ROOT / "core/portaal"
OWNERS = {
    "core": ([CORE, ROOT / "templates"], CORE / "locale/nl"),
    **{
        plugin.name: ([next(plugin.glob("portaal_*"))], next(plugin.glob("portaal_*")) / "locale/nl")
        for plugin in sorted((ROOT / "plugins").iterdir())
        if plugin.is_dir()
    },
}


def used_by(owner: str) -> dict[str, str]:
    """Message ids with their places; the simulators have texts of their own."""
    folders, _ = OWNERS[owner]
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if "simulators" not in path.parts]
    return used(paths)


@pytest.mark.parametrize("owner", OWNERS)
def test_every_text_has_dutch(owner: str) -> None:
    dutch = read_folder(CORE / "locale/nl") | read_folder(OWNERS[owner][1])
    missing = {message: place for message, place in used_by(owner).items() if not dutch.get(message)}
    assert not missing, "\n".join(f"{place}: {message}" for message, place in missing.items())


@pytest.mark.parametrize("owner", OWNERS)
def test_no_translation_is_left_over(owner: str) -> None:
    left = set(read_folder(OWNERS[owner][1])) - set(used_by(owner))
    assert not left, "\n".join(sorted(left))


@pytest.mark.parametrize("owner", OWNERS)
def test_placeholders_are_the_same(owner: str) -> None:
    translated = read_folder(OWNERS[owner][1])
    assert not [english for english, dutch in translated.items() if placeholders_differ(english, dutch)]
