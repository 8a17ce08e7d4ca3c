"""Fixtures of this repository; those that plugin teams use too are in the test kit (portaal.testing)."""

from __future__ import annotations

import gc
import logging
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from portaal.testing.unrecorded import Unrecorded, watching

# How long an example takes says nothing on a busy machine; in CI hypothesis has a profile of its own.
settings.register_profile("portaal", deadline=None)
if not os.environ.get("CI"):
    settings.load_profile("portaal")

# Looking for what may be thrown away took a tenth of the time: what stays the whole run is not looked at again.
gc.set_threshold(50_000)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


# A test that asks for today's date before midnight and for what it did after it finds nothing.
MIDNIGHT_IS_NEAR = timedelta(minutes=1)


def pytest_runtest_setup() -> None:
    """No test runs over midnight, where the users are (a whole hour away from UTC) or in UTC."""
    now = datetime.now(UTC)
    next_hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if next_hour.hour in (22, 23, 0) and next_hour - now < MIDNIGHT_IS_NEAR:
        time.sleep((next_hour - now).total_seconds())


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    """A command that a test runs in this process configures the log of all of it."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    for handler in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(handler)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with official material that tests compare with."""
    folder = Path(os.environ.get("PORTAAL_SHARED", Path(__file__).parent.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"the official material is not at {folder} (PORTAAL_SHARED names its folder)")
    return folder


@pytest.fixture(scope="session")
def watch_the_audit_trail() -> Iterator[Unrecorded]:
    with watching() as watch:
        yield watch


@pytest.fixture(autouse=True)
def every_change_has_an_audit_line(watch_the_audit_trail: Unrecorded) -> Iterator[None]:
    """Whatever a test does: what the portal changed left a line in the audit trail (docs/audit.md)."""
    watch_the_audit_trail.found.clear()
    yield
    if watch_the_audit_trail.found:
        pytest.fail("changed without a line in the audit trail: " + "\n".join(watch_the_audit_trail.found))
