"""Several processes on one socket: they begin together and end together, whatever ends first and whenever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

PROCESSES = 3
SCRIPT = f"""
import os, signal
from portaal.cli import web

def serve(settings, listening):
    os.write(1, b"%d\\n" % os.getpid())
    signal.pause()

web._serve = serve
web._prefork({{}}, None, {PROCESSES})
"""


@pytest.fixture
def portal() -> Iterator[subprocess.Popen[str]]:
    """The web server, whose processes only tell their number and then wait."""
    with subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.terminate()


def all_ended(process: subprocess.Popen[str]) -> bool:
    """Reads until nobody is left who could write."""
    assert process.stdout
    return len(process.stdout.read().split()) <= PROCESSES


@pytest.mark.parametrize("which", range(PROCESSES))
def test_when_one_ends_all_end_and_it_is_a_failure(portal: subprocess.Popen[str], which: int) -> None:
    assert portal.stdout
    children = sorted(int(portal.stdout.readline()) for _ in range(PROCESSES))
    os.kill(children[which], signal.SIGKILL)
    assert all_ended(portal)
    assert portal.wait() == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_while_it_starts_it_leaves_nobody_behind(
    portal: subprocess.Popen[str], number: signal.Signals
) -> None:
    assert portal.stdout
    portal.stdout.readline()
    portal.send_signal(number)
    assert all_ended(portal)
    assert portal.wait() == 0
