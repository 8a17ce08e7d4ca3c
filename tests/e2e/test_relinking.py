"""Somebody gets another means of logging in: two colleagues of the Servicedesk let them go on with their account."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Demo
from tests.e2e.people import log_in, log_out

pytestmark = pytest.mark.browser
KARIN, LARS = "karin.dewit@portaal.example", "lars.peters@portaal.example"
BRAM_ANEW = "bram.nieuwmiddel@amsterdam.example"


def test_bram_goes_on_with_another_means(demo: Demo, chromium: Any) -> None:
    context = chromium.new_context(locale="nl-NL", reduced_motion="reduce")
    page = context.new_page()
    log_in(page, demo, BRAM_ANEW)
    expect(page.get_by_role("heading", name="Persoonlijke Instellingen")).to_be_visible()
    log_out(page)

    log_in(page, demo, KARIN)
    page.get_by_role("link", name="Account herkoppelen").click()
    page.get_by_label("Zoeken").fill("visser amsterdam")
    page.get_by_role("button", name="Zoeken").click()
    page.get_by_role("link", name="Kiezen").click()
    page.get_by_role("link", name="Vergelijken").click()
    page.get_by_label("Hoe weet u dat dit dezelfde persoon is?").fill("Teruggebeld op het nummer van de gemeente.")
    page.get_by_role("button", name="Voorstellen aan een collega").click()
    expect(page.get_by_text("Een tweede collega van de Servicedesk moet ernaar kijken")).to_be_visible()
    expect(page.get_by_role("button", name="Bevestigen: dit is dezelfde persoon")).to_have_count(0)
    log_out(page)

    log_in(page, demo, LARS)
    page.get_by_role("link", name="Account herkoppelen").click()
    page.get_by_role("link", name="Bram Visser").click()
    page.get_by_role("button", name="Bevestigen: dit is dezelfde persoon").click()
    expect(page.get_by_text("gaat bij de volgende login verder met het bestaande account")).to_be_visible()
    log_out(page)

    log_in(page, demo, BRAM_ANEW)
    page.goto(f"{demo.portal}/g/0363/iwmo/berichten")
    expect(page.get_by_role("heading", level=1)).to_contain_text("iWmo")
    page.goto(f"{demo.portal}/eigen-handelingen")
    expect(page.get_by_text("Koppelde een account aan een andere login")).to_be_visible()
    context.close()
