"""The simulated CIZ register, and questions for it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from portaal.api import outbound
from portaal.simulators.ciz.behaviour import Behaviour
from portaal.simulators.ciz.register import Register
from portaal.simulators.ciz.server import Server
from portaal_wlz_registertoets.ciz.breaker import Breaker
from portaal_wlz_registertoets.ciz.register import Question
from portaal_wlz_registertoets.ciz.web_service import WebServiceRegister

OIN = "00000099000003630000"
WITH, WITHOUT = "999990007", "999990056"


@pytest.fixture(scope="session")
def ciz_process() -> Iterator[Server]:
    """One simulated register for all tests, in a thread."""
    server = Server(Register(), Behaviour(slowness=2.0))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ciz(ciz_process: Server) -> Iterator[Server]:
    """The register, with its demonstration content and no faults."""
    ciz_process.register = Register()
    ciz_process.behaviour = Behaviour(slowness=2.0)
    ciz_process.count = 0
    yield ciz_process
    ciz_process.behaviour = Behaviour(slowness=0.0)


Connect = Callable[..., WebServiceRegister]


@pytest.fixture
def connect(ciz: Server) -> Connect:
    """A connector to the simulated register."""

    def connect(url: str = "", timeout: float = 1.0, breaker: Breaker | None = None) -> WebServiceRegister:
        endpoint = outbound.Endpoint(url or ciz.url, timeout=timeout)
        return WebServiceRegister(endpoint, OIN, timedelta(hours=48), breaker or Breaker())

    return connect


def question(bsn: str = WITHOUT, **changes: object) -> Question:
    fields = {
        "request_id": uuid.uuid4(), "gemeentecode": "0363", "bsn": bsn, "peildatum": date(2026, 11, 20),
        "ground": "wmo2015:2.3.2",
    }  # fmt: skip
    return Question(**(fields | changes))  # type: ignore[arg-type]
