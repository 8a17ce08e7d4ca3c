"""What the tests of the message gate share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with official schemas and samples, beside the project; skips where it is not there."""
    folder = Path(os.environ.get("PORTAAL_SHARED", ROOT.parent / "shared"))
    if not (folder / "istandaarden").is_dir():
        pytest.skip("the official schemas and samples are not here: set PORTAAL_SHARED")
    return folder


@pytest.fixture(scope="session")
def samples(shared: Path) -> dict[str, bytes]:
    """The official sample messages, by name."""
    folder = shared / "istandaarden" / "voorbeeldberichten"
    return {path.stem: path.read_bytes() for path in sorted(folder.glob("*.xml"))}
