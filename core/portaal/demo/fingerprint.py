"""Whether the demonstration's data is as this code makes it, found out without importing any of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

CORE = Path(__file__).parents[1]
STAMP = "prepared"


def is_prepared(folder: Path, config_file: str) -> bool:
    """Whether :func:`mark_prepared` was called for this code and these settings."""
    stamp = folder / STAMP
    return stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint(config_file)


def mark_prepared(folder: Path, config_file: str) -> None:
    (folder / STAMP).write_text(fingerprint(config_file), encoding="ascii")


def fingerprint(config_file: str) -> str:
    """A hash of the settings and of every file that says what tables and data there are."""
    digest = hashlib.sha256(Path(config_file).read_bytes())
    for path in sorted(_files()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    yield from (CORE / "demo").glob("*.*")
    yield from (CORE / "organisations").glob("*.py")
    yield from CORE.glob("db/migrations/versions/*.py")
    for plugin in entry_points(group="portaal.plugins"):
        found = find_spec(plugin.module.partition(".")[0])
        for location in (found.submodule_search_locations or ()) if found else ():
            yield from Path(location).glob("*.py")
            yield from Path(location).glob("migrations/**/*.py")
