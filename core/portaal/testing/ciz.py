"""The simulated register of the CIZ, for products that ask it: real HTTP on this machine, and faults to choose."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from portaal.simulators.ciz.behaviour import Behaviour, Fault
from portaal.simulators.ciz.register import Register
from portaal.simulators.ciz.server import Server

FOR_EVER = 3600.0  # seconds: a slow register is slower than any test waits for, until it is released

__all__ = ["Behaviour", "Fault", "Register", "Server", "ciz", "ciz_process"]


@pytest.fixture(scope="session")
def ciz_process() -> Iterator[Server]:
    """One register for all tests, in a thread."""
    server = Server(Register(), Behaviour())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ciz(ciz_process: Server) -> Iterator[Server]:
    """The register as the demonstration has it: ``ciz.url``, ``ciz.count``, ``ciz.behaviour.choose(Fault.TRAAG)``.

    A slow one does not answer until ``ciz.behaviour.release()``, or for as long as ``ciz.behaviour.slowness`` says.
    """
    ciz_process.register = Register()
    ciz_process.behaviour = Behaviour(slowness=FOR_EVER)
    ciz_process.count = 0
    yield ciz_process
    ciz_process.behaviour.release()
