"""The simulated CIZ register, questions for it, and people who ask them."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import webtest
from sqlalchemy.orm import Session

from portaal.api import outbound
from portaal.simulators.ciz.behaviour import Behaviour
from portaal.simulators.ciz.register import Register
from portaal.simulators.ciz.server import Server
from portaal.testing.live import live_portal
from portaal_wlz_registertoets import settings as product
from portaal_wlz_registertoets.ciz.breaker import Breaker
from portaal_wlz_registertoets.ciz.register import Question
from portaal_wlz_registertoets.ciz.web_service import WebServiceRegister

__all__ = ["live_portal"]  # a fixture of the test kit

OIN = "00000099000003630000"
WITH, WITHOUT = "999990007", "999990056"
HOME = "/g/0363/wlz_registertoets/"
GEBRUIKER = ("gebruiker", "wlz_registertoets")
PRODUCTBEHEERDER = ("productbeheerder", "wlz_registertoets")
WHY = {"grondslag": "wmo2015:2.3.5", "aanleiding": "Aanvraag huishoudelijke hulp", "zaakkenmerk": "Z-2026-118"}


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
    """The register, with its demonstration content and no faults; nobody remembers earlier failures."""
    ciz_process.register = Register()
    ciz_process.behaviour = Behaviour(slowness=2.0)
    ciz_process.count = 0
    product.BREAKERS.forget(f"{ciz_process.url}/")
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


@pytest.fixture
def configure(app: Any, dbsession: Session, ciz: Server) -> Callable[..., None]:
    """Save settings of the product: by default those that lead to the simulated register."""

    def configure(gemeente: str = "0363", **changes: Any) -> None:
        store = app.registry["portaal.settings"]
        values = {"endpoint": f"{ciz.url}/", "oin": OIN, "timeout": 1} | changes
        number = store.load(dbsession, gemeente, "wlz_registertoets").number
        value = product.Settings.model_validate(values)
        store.save(dbsession, gemeente, "wlz_registertoets", value, based_on=number, by=None)
        dbsession.commit()

    return configure


@pytest.fixture
def gebruiker(log_in: Any, configure: Callable[..., None]) -> Any:
    """The browser of somebody who may consult for Amsterdam, where the register can be reached."""
    configure()
    return log_in(GEBRUIKER)


def consult(browser: Any, bsn: str = WITHOUT, *, page: webtest.TestResponse | None = None, **fields: str) -> Any:
    """Fill in the form and send it; the answer, whatever its status."""
    form = the_form(page or browser.get(HOME))
    for name, value in (WHY | {"bsn": bsn} | fields).items():
        form[name] = value
    return form.submit(status="*")


def the_form(page: webtest.TestResponse) -> webtest.Form:
    """The form that asks why, among those of the frame."""
    return next(form for form in page.forms.values() if "aanleiding" in form.fields)
