"""Fixtures of this repository; those that plugin teams use too are in the test kit (portaal.testing)."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says nothing on a busy machine; in CI hypothesis has a profile of its own.
settings.register_profile("portaal", deadline=None)
if not os.environ.get("CI"):
    settings.load_profile("portaal")

# Looking for what may be thrown away took a tenth of the time: what stays the whole run is not looked at again.
gc.set_threshold(50_000)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with official material that tests compare with."""
    folder = Path(os.environ.get("PORTAAL_SHARED", Path(__file__).parent.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"the official material is not at {folder} (PORTAAL_SHARED names its folder)")
    return folder
