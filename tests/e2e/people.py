"""What a person does in a browser, in the manual's words."""

from __future__ import annotations

import re
from typing import Any

from tests.e2e.conftest import Demo

PASSWORD = "welkom-portaal"


def log_in(page: Any, demo: Demo, username: str) -> None:
    """Steps 1 to 4 of the manual, with the code from the simulated telephone."""
    page.goto(f"{demo.portal}/Inloggen-op-portals")
    page.get_by_role("link", name="Wmo en Jeugdzorg, inloggen op het portaal").click()
    page.get_by_label("Voorbeeldmakelaar").check()
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("button", name="Doorgaan").click()
    page.get_by_label("Gebruikersnaam (e-mailadres)").fill(username)
    page.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Doorgaan").click()
    code = read_code(page)
    page.get_by_label("Code uit de sms").fill(code)
    page.get_by_role("button", name="Doorgaan").click()
    page.wait_for_url(f"{demo.portal}/**")
    page.wait_for_load_state()


def read_code(page: Any) -> str:
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open de gesimuleerde telefoon").click()
    phone = opened.value
    phone.wait_for_load_state()
    code = re.search(r"\b\d{6}\b", phone.locator("code").first.inner_text())
    phone.close()
    assert code
    return code[0]


def log_out(page: Any) -> None:
    page.get_by_role("button", name="Uitloggen").first.click()
