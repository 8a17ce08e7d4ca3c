"""Fixtures of this repository; those that plugin teams use too are in the test kit (portaal.testing)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with official material that tests compare with."""
    folder = Path(os.environ.get("PORTAAL_SHARED", Path(__file__).parent.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"the official material is not at {folder} (PORTAAL_SHARED names its folder)")
    return folder
