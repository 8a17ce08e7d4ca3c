"""What a line says to people: no code of ours where there is a word for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portaal import audit
from portaal.access.models import Role
from portaal.access.reasons import NEXT_STEP, Reason
from portaal.audit.details import CODES, NAMES
from portaal.berichtenverkeer.tracking.models import Outcome
from portaal.testing.people import People

TRAIL = "/g/0363/audit"
ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "core/portaal", *sorted((ROOT / "plugins").glob("*/portaal_*"))]


def names_of_details() -> Iterator[tuple[str, str]]:
    """The names that stand in the details of a line, wherever one is recorded, with the file."""
    for path in (path for folder in SOURCES for path in folder.rglob("*.py") if "scaffold" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_record = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_record"
            if is_record or (isinstance(node, ast.keyword) and node.arg == "details"):
                yield from ((name, path.name) for name in keys(node))
            elif isinstance(node, ast.Dict):  # the arguments of a line, made apart from recording it
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "details":
                        yield from ((name, path.name) for name in keys(value))


def keys(node: ast.AST) -> Iterator[str]:
    """The constant keys of every dictionary in there."""
    for part in ast.walk(node):
        for key in part.keys if isinstance(part, ast.Dict) else ():
            if isinstance(key, ast.Constant):
                yield str(key.value)


def about(page: Any) -> str:
    """The last column of the newest line."""
    return " ".join(page.html.select("main tbody tr")[0].find_all(["th", "td"])[-1].get_text(" ").split())


def test_a_refusal_is_told_in_words(log_in: Any) -> None:
    log_in(("productbeheerder", "iwmo")).get("/g/0363/iwmo/berichten", status=403)
    trail = log_in(Role.AUDITOR)
    assert about(trail.get(TRAIL)).endswith("Pagina iwmo.berichten Methode: GET; Reden: geen rol hiervoor")
    assert about(trail.get(f"{TRAIL}?taal=en")).endswith("Page iwmo.berichten Method: GET; Reason: no role for this")


def test_roles_and_partners_are_called_by_their_names(log_in: Any, dbsession: Session) -> None:
    log_in(("productbeheerder", "iwmo")).get("/g/0363/iwmo/berichten", status=403)
    audit.record(
        dbsession, action="message.receive", outcome=audit.Outcome.DONE, actor=None, gemeentecode="0363",
        details={"type": "WMO305", "partner": "vecozo"},
    )  # fmt: skip
    dbsession.commit()
    page = log_in(Role.AUDITOR).get(TRAIL)
    assert about(page) == "Soort: WMO305; Partner: VECOZO"
    assert [name.text for name in page.html.select("main tbody span[lang=nl]")] == ["Productbeheerder"]


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


def test_every_detail_has_a_name() -> None:
    found = dict(names_of_details())
    assert {"reason", "role", "zaakkenmerk", "not_determined"} <= set(found)
    assert {name: place for name, place in found.items() if name not in NAMES} == {}


def test_every_outcome_of_a_delivery_has_a_name() -> None:
    assert {outcome.value for outcome in Outcome} <= set(NAMES)
