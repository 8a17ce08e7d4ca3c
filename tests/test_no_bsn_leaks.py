"""Known test BSNs through the exchange of messages, the whole way: none of them turns up where it does not belong.

PORTAAL_CANARIES sets how many (goal 15 asks for 1,000; 100 in a normal run). The Wlz-Registertoets has its own test.
"""

from __future__ import annotations

import logging
import time

import pytest
import sqlalchemy as sa
import webtest
from sqlalchemy.orm import Session

from portaal.db.models import core_metadata
from portaal.testing.leaks import CANARIES, WatchedBrowser, holds_canary
from portaal.testing.makelaar import form_with
from tests.e2e.messages import wmo301
from tests.world import World

GEBRUIKER = "bram.visser@amsterdam.example"
AUDITOR = "els.bakker@amsterdam.example"
UPLOAD = "/g/0363/iwmo/aanleveren"
BSN = b"999990019"


def message_about(bsns: list[str], identificatie: str) -> bytes:
    """A WMO301 with a client for each BSN."""
    whole = wmo301(gemeente="0363", identificatie=identificatie)
    start, end = whole.index(b"  <m:Client>"), whole.index(b"</m:Bericht>")
    clients = b"".join(whole[start:end].replace(BSN, bsn.encode()) for bsn in bsns)
    return whole[:start] + clients + whole[end:]


def files() -> list[webtest.Upload]:
    """One that is right, and others that are wrong in places where a BSN stands."""
    right = message_about(CANARIES, "LEK1")
    first = CANARIES[0].encode()
    return [
        webtest.Upload("goed.xml", right),
        webtest.Upload(f"{CANARIES[1]}.xml", message_about(CANARIES[:1], "LEK2")),
        webtest.Upload("letter.xml", right.replace(b"LEK1", b"LEK3").replace(b"<m:Bsn>" + first, b"<m:Bsn>x" + first)),
        webtest.Upload("element.xml", right.replace(b"LEK1", b"LEK4").replace(b"m:Geslacht>", b"m:G" + first + b">")),
        webtest.Upload("datum.xml", right.replace(b"LEK1", b"LEK5").replace(b"1950-06-15", b"1950-06-" + first)),
        webtest.Upload("attribuut.xml", right.replace(b"<m:Bsn>", b'<m:Bsn x="' + first + b'">')),
        webtest.Upload("doctype.xml", b"<!DOCTYPE a SYSTEM '" + first + b"'>" + right),
        webtest.Upload("afgebroken.xml", right[: right.index(first) + 5]),
    ]


def test_no_bsn_where_it_does_not_belong(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    browser, _ = world.log_in(GEBRUIKER, WatchedBrowser)
    form = form_with(browser.get(UPLOAD), "bestanden")
    form["bestanden"] = files()
    result = form.submit().follow()
    assert "Niet verstuurd" in result
    shown = [result, message := result.click("Volg dit bericht", index=0)]
    deadline = time.monotonic() + 60
    while not any("WMO302" in link.text for link in message.html.find_all("a")):  # that it is expected stands there too
        assert time.monotonic() < deadline
        time.sleep(0.1)
        message = browser.get(message.request.path)
    shown += [message, message.click("WMO302"), browser.get("/g/0363/iwmo/berichten"), browser.get("/g/0363/")]
    shown += [browser.get("/meldingen"), browser.get("/eigen-handelingen/export")]
    download = next(form for form in message.forms.values() if form.action.endswith("/download")).submit()
    assert holds_canary(download.text), "the message itself is as it was"

    auditor, _ = world.log_in(AUDITOR, WatchedBrowser)
    shown += [auditor.get("/g/0363/audit"), auditor.get("/g/0363/audit/export")]
    for page in shown:
        assert not holds_canary(page.text), page.request.path
    assert not holds_canary(caplog.text), "a BSN stands in the log"
    with Session(world.engine) as dbsession:
        for table in core_metadata().sorted_tables:
            assert not holds_canary(repr(dbsession.execute(sa.select(table)).all())), table.name
    for path in world.folder.rglob("*"):
        assert not path.is_file() or not holds_canary(path.read_bytes().decode("latin-1")), path.name


def test_the_net_catches(world: World) -> None:
    """A planted leak is found, so that the test above can fail."""
    browser, _ = world.log_in(GEBRUIKER, WatchedBrowser)
    with pytest.raises(AssertionError, match="a BSN stands in"):
        browser.get(f"/g/0363/iwmo/berichten?zoek={CANARIES[0]}")
    assert holds_canary(f"asked {CANARIES[0][:3]}.{CANARIES[0][3:6]}.{CANARIES[0][6:]}")
