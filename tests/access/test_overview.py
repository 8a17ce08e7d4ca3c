"""The overview of a gemeente shows each role what it can do (R-49, R-77, R-80)."""

from __future__ import annotations

from typing import Any

import pytest

from portaal.access.models import Role

OVERVIEW = "/g/0363/"


def test_a_gebruiker_sees_only_their_products(log_in: Any) -> None:
    page = log_in(("gebruiker", "iwmo")).get(OVERVIEW)
    page.mustcontain("iWmo", no=["iJw", "Wlz-Registertoets", "Instellingen", "Gebruikers van"])


def test_a_productbeheerder_sees_the_settings_and_no_messages(log_in: Any) -> None:
    page = log_in(("productbeheerder", "iwmo")).get(OVERVIEW)
    page.mustcontain("Instellingen", no=["Aanleveren", "Naar de berichten"])
    page.click("Instellingen", index=1).mustcontain("iWmo", "Opslaan")


def test_a_gebruikersbeheerder_sees_who_waits(log_in: Any, people: Any) -> None:
    people.new(verified=False)
    page = log_in(Role.GEBRUIKERSBEHEERDER).get(OVERVIEW)
    page.mustcontain("Gebruikers van Amsterdam", "wacht", no=["Uw producten"])


def test_an_auditor_finds_the_trail(log_in: Any) -> None:
    log_in(Role.AUDITOR).get(OVERVIEW).click("Logboek van Amsterdam").mustcontain("Wie wat heeft gedaan")


@pytest.mark.parametrize("code", ["0384", "0599", "9999"])
def test_another_gemeente_is_the_same_404_as_one_that_does_not_exist(log_in: Any, code: str) -> None:
    browser = log_in(("gebruiker", "iwmo"))
    page = browser.get(f"/g/{code}/", status=404)
    assert "Diemen" not in page.text


def test_the_welcome_is_shown_until_it_was_read(log_in: Any, audit_lines: Any) -> None:
    browser = log_in(("gebruiker", "iwmo"), welcomed_at=None)
    page = browser.get(OVERVIEW)
    page.mustcontain("U hebt nu toegang tot het portaal Zorg")
    form = next(form for form in page.forms.values() if form.action.endswith("welkom-gezien"))
    form.submit()
    browser.get(OVERVIEW).mustcontain(no="U hebt nu toegang")
    assert len(audit_lines("account.welcome_seen")) == 1
