"""What a line says to people: no code of ours where there is a word for it."""

from __future__ import annotations

from typing import Any

import pytest

from portaal.access.models import Role
from portaal.access.reasons import Reason
from portaal.audit.details import CODES
from portaal.testing.people import People
from portaal.web.errors import NEXT_STEP

TRAIL = "/g/0363/audit"


def about(page: Any) -> str:
    """The last column of the newest line."""
    return " ".join(page.html.select("main tbody tr")[0].find_all(["th", "td"])[-1].get_text(" ").split())


def test_a_refusal_is_told_in_words(log_in: Any) -> None:
    log_in(("productbeheerder", "iwmo")).get("/g/0363/iwmo/berichten", status=403)
    trail = log_in(Role.AUDITOR)
    assert about(trail.get(TRAIL)).endswith("Pagina iwmo.berichten Methode: GET; Reden: geen rol hiervoor")
    assert about(trail.get(f"{TRAIL}?taal=en")).endswith("Page iwmo.berichten Method: GET; Reason: no role for this")


def test_a_list_is_no_list_of_python(log_in: Any, people: People) -> None:
    browser = log_in(("gebruiker", "iwmo"))
    form = next(form for form in browser.get("/persoonlijke-instellingen").forms.values() if "email" in form.fields)
    form["voornaam"], form["afdeling"] = "Anders", "Anders"
    form.submit(status=303)
    assert about(browser.get("/eigen-handelingen")).endswith("Gewijzigd: voornaam, afdeling")


@pytest.mark.parametrize("reason", [r for r in Reason if r is not Reason.NOT_LOGGED_IN])
def test_every_reason_has_words(reason: Reason) -> None:
    assert reason in CODES
    assert set(NEXT_STEP) <= set(CODES)
