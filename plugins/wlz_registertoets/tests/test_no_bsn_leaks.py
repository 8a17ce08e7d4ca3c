"""Known test BSNs through every part of the product: none of them turns up where it does not belong.

PORTAAL_CANARIES sets how many (goal 15 asks for 1,000; 100 in a normal run).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portaal.api import Role
from portaal.testing.ciz import Fault, Server
from portaal.testing.databases import everything_stored
from portaal.testing.leaks import CANARIES, WatchedBrowser, holds_canary

from .conftest import HOME, WHY, consult, the_form
from .test_lists import go_on, outcomes, send_list

PER_LIST = 50


@pytest.fixture
def watched(app: Any, browser: Any) -> WatchedBrowser:
    watched = WatchedBrowser(app)
    watched.cookiejar = browser.cookiejar
    return watched


@pytest.mark.timeout(1800)
def test_no_bsn_where_it_does_not_belong(
    gebruiker: Any, watched: WatchedBrowser, configure: Callable[..., None], ciz: Server, log_in: Any,
    dbsession: Session, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    configure(per_day=2000, per_minute=60, list_length=PER_LIST)
    for start in range(0, len(CANARIES), PER_LIST):
        several = CANARIES[start : start + PER_LIST]
        page = go_on(send_list(watched, "\n".join(several)).follow())
        assert list(outcomes(page)) == several
    faults = [fault for fault in Fault if fault not in {Fault.TRAAG, Fault.DRUPPELEN}]
    for fault, bsn in zip(faults, CANARIES, strict=False):
        ciz.behaviour.choose(fault)
        consult(watched, bsn)
        consult(watched, bsn, aanleiding="")
        consult(watched, bsn, zaakkenmerk=bsn)
        consult(watched, bsn, zaakkenmerk=f"Wmo-{bsn}")
        consult(watched, f"{bsn}1")
    ciz.behaviour.choose(Fault.GEEN)
    form = the_form(watched.get(HOME))
    for name, value in (WHY | {"bsn": CANARIES[0]}).items():
        form[name] = value
    form.submit()
    form.submit(status=409)
    for path in ("eigen", "eigen/export", "api/v1/raadplegingen"):
        assert not holds_canary(watched.get(f"{HOME}{path}").text)

    log_in(Role.AUDITOR)
    for path in (f"{HOME}verantwoording", f"{HOME}verantwoording/export", "/g/0363/audit", "/g/0363/audit/export"):
        assert not holds_canary(watched.get(path).text), path
    page = watched.get("/g/0363/audit/bsn")
    search = the_form(page)
    search["bsn"], search["aanleiding"] = CANARIES[0], "Inzageverzoek 3"
    search.submit()

    assert not holds_canary(caplog.text), "a BSN stands in the log"
    for table, rows in everything_stored(dbsession):
        assert not holds_canary(rows), table


def test_the_net_catches(gebruiker: Any, watched: WatchedBrowser, caplog: pytest.LogCaptureFixture) -> None:
    """A planted leak is found, so that the test above can fail."""
    with pytest.raises(AssertionError, match="a BSN stands in"):
        watched.get(f"{HOME}?bsn={CANARIES[0]}", status="*")
    assert holds_canary(f"asked {CANARIES[0][:3]}.{CANARIES[0][3:6]}.{CANARIES[0][6:]}")
