"""The simulated CIZ register, questions for it, and people who ask them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import webtest

from portaal.api import outbound
from portaal.testing.ciz import Fault, Server
from portaal.testing.live import live_portal
from portaal.testing.products import SaveSettings
from portaal_wlz_registertoets import settings as product
from portaal_wlz_registertoets.ciz.breaker import Breaker
from portaal_wlz_registertoets.ciz.register import Question
from portaal_wlz_registertoets.ciz.web_service import WebServiceRegister

__all__ = ["live_portal"]  # a fixture of the test kit

OIN = "00000099000003630000"
OIN_OF_DIEMEN = "00000099000003840000"
WITH, WITHOUT = "999990007", "999990056"
HOME = "/g/0363/wlz_registertoets/"
GEBRUIKER = ("gebruiker", "wlz_registertoets")
PRODUCTBEHEERDER = ("productbeheerder", "wlz_registertoets")
PATIENCE = 30  # seconds: the most that the settings allow
HASTE = 1  # for a register that does not answer
SLOW = {Fault.TRAAG, Fault.DRUPPELEN}
WHY = {"grondslag": "wmo2015:2.3.5", "aanleiding": "Aanvraag huishoudelijke hulp", "zaakkenmerk": "Z-2026-118"}


@pytest.fixture
def ciz(ciz: Server) -> Server:
    """The register of the test kit; nobody remembers earlier failures of it."""
    for oin in (OIN, OIN_OF_DIEMEN):
        product.BREAKERS.forget(f"{ciz.url}/", oin)
    return ciz


Connect = Callable[..., WebServiceRegister]


@pytest.fixture
def connect(ciz: Server) -> Connect:
    """A connector to the simulated register."""

    def connect(url: str = "", timeout: float = 60, breaker: Breaker | None = None) -> WebServiceRegister:
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
def configure(save_settings: SaveSettings, ciz: Server) -> Callable[..., None]:
    """Save settings of the product: by default those that lead to the simulated register."""

    def configure(gemeente: str = "0363", **changes: Any) -> None:
        given = {"endpoint": f"{ciz.url}/", "oin": OIN, "timeout": PATIENCE} | changes
        save_settings("wlz_registertoets", gemeente, **given)

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
