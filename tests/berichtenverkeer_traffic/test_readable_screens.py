"""The readable view in Chromium: accessible at every width, in both languages, by keyboard, and on paper."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.berichtenverkeer.reading import large

from portaal import clock
from portaal.berichtenverkeer.gate import check
from portaal.berichtenverkeer.storage import FilePayloadStore
from portaal.berichtenverkeer.tracking import findings
from portaal.berichtenverkeer.tracking.models import Direction, EventKind, Message, MessageKind
from portaal.berichtenverkeer.tracking.states import State
from portaal.berichtenverkeer.tracking.timeline import record
from portaal.testing.chromium import accessibility_faults, scrolls_sideways
from portaal.testing.live import LivePortal

pytestmark = pytest.mark.browser
WIDTHS = {1280: True, 640: False, 320: True}  # in pixels, and whether axe looks as well
SHOTS = os.environ.get("PORTAAL_SHOTS")  # a folder, for looking at the screens
GEBRUIKER = ("gebruiker", "iwmo")
Samples = Callable[..., bytes]


def looks_right(page: Any, name: str) -> None:
    page.wait_for_load_state()
    for width, axe in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 900})
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
        assert not scrolls_sideways(page), f"{name} at {width} px"
        assert not (axe and (faults := accessibility_faults(page))), f"{name} at {width} px: {faults}"
    page.set_viewport_size({"width": 1280, "height": 900})


def received(portal: LivePortal, content: bytes) -> uuid.UUID:
    """A message in the mailbox of iWmo, with what the gate found in it."""
    reference = str(uuid.uuid4())
    verdict = check(content)
    message = Message(
        id=uuid.uuid4(),
        gemeentecode="0363",
        product="iwmo",
        direction=Direction.IN,
        kind=MessageKind.HEEN,
        berichttype=verdict.berichttype or "WMO305",
        functie_versie=3,
        functie_subversie=2,
        reference_id=reference,
        conversation_id=reference,
        counterparty="42420001",
        afzender="42420001",
        ontvanger="0363",
        identificatie=reference[:12],
        payload_id=uuid.uuid4(),
        sha256=verdict.sha256,
        size=verdict.size,
        file_name="bericht.xml",
        findings=findings.dump(verdict.findings),
        state=State.BEZORGD,
        created_at=clock.now(),
    )
    store: FilePayloadStore = portal.app.registry["portaal.payloads"]
    with store.writer(message.payload_id) as writer:
        writer.write(content)
        writer.commit()
    portal.people.dbsession.add(message)
    record(message, EventKind.ONTVANGEN)
    portal.people.dbsession.commit()
    return message.id


def test_the_content_of_a_message(live_portal: LivePortal, page: Any, samples: Samples, tmp_path: Path) -> None:
    live_portal.log_in(page.context, GEBRUIKER)
    wrong = samples("WMO301", afzender="0363").replace(b"<wmo301:Geslacht>1<", b"<wmo301:Geslacht>7<")
    message_id = received(live_portal, wrong)
    page.goto(f"{live_portal.url}/g/0363/iwmo/berichten/{message_id}")
    looks_right(page, "bericht")
    page.get_by_role("link", name="Inhoud bekijken").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Inhoud van WMO301 Toewijzing")).to_be_visible()
    expect(page.get_by_text("••••••006")).to_be_visible()
    looks_right(page, "inhoud")
    page.get_by_role("link", name="Deze code staat niet in de lijst").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#bevinding-1")).to_be_in_viewport()
    page.get_by_role("button", name="BSN's tonen").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("999900006")).to_be_visible()
    looks_right(page, "inhoud-bsn")
    page.get_by_role("link", name="BSN's verbergen").click()
    expect(page.get_by_text("999900006")).to_be_hidden()
    page.goto(f"{page.url}&taal=en")
    expect(page.get_by_role("heading", name="Allocated product 1")).to_be_visible()
    looks_right(page, "inhoud-en")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Show the BSNs")).to_be_hidden()
    page.pdf(path=Path(SHOTS or tmp_path) / "inhoud.pdf", format="A4")


def test_a_large_claim_with_many_findings(live_portal: LivePortal, page: Any) -> None:
    live_portal.log_in(page.context, GEBRUIKER)
    message_id = received(live_portal, large(40))
    page.goto(f"{live_portal.url}/g/0363/iwmo/berichten/{message_id}/inhoud")
    page.get_by_text("Bekijk alle 100").focus()
    page.keyboard.press("Enter")
    looks_right(page, "declaratie")
    page.get_by_role("link", name="Volgende").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("pagina 2")).to_be_visible()
    looks_right(page, "declaratie-2")


def test_looking_at_a_file(live_portal: LivePortal, page: Any, samples: Samples) -> None:
    live_portal.log_in(page.context, GEBRUIKER)
    page.goto(f"{live_portal.url}/g/0363/iwmo/bekijken")
    looks_right(page, "bekijken")
    for name, content, heading in (
        ("goed", samples("WMO301", afzender="0363"), "WMO301 Toewijzing"),
        ("geweigerd", samples("WMO301", afzender="0363").replace(b"</wmo301:Client>", b""), "WMO301 Toewijzing"),
        (
            "vreemd",
            b"<notitie datum='999900006'>Over <b>999900006</b></notitie>",
            "Een bestand van een onbekende soort",
        ),
    ):
        page.get_by_label("Bestand", exact=True).set_input_files(
            {"name": f"{name}.xml", "mimeType": "text/xml", "buffer": content}
        )
        page.get_by_role("button", name="Bekijken").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        expect(page.get_by_text(f"{name}.xml")).to_be_visible()
        looks_right(page, f"bekijken-{name}")
        assert "999900006" not in page.content()
    page.get_by_role("button", name="Bekijken").click()
    expect(page.get_by_role("heading", name="Controleer wat u hebt ingevuld")).to_be_visible()
    looks_right(page, "bekijken-fouten")
