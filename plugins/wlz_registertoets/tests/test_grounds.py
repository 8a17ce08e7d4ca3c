"""The legal grounds are data with dates: one can be used from its first day up to and including its last."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portaal.api import Role, today
from portaal.testing.ciz import Server
from portaal_wlz_registertoets import grounds
from portaal_wlz_registertoets.grounds import GROUNDS, Ground, grounds_on

from .conftest import HOME, WITH, consult, the_form

FIRST, LAST = date(2026, 3, 1), date(2026, 9, 30)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("since", "until", "day", "holds"),
    [
        (FIRST, LAST, FIRST - DAY, False), (FIRST, LAST, FIRST, True), (FIRST, LAST, LAST, True),
        (FIRST, LAST, LAST + DAY, False), (FIRST, None, FIRST, True), (FIRST, None, date(2099, 1, 1), True),
        (None, None, FIRST, False), (None, LAST, FIRST, False),
    ],
)  # fmt: skip
def test_the_days_on_which_a_ground_holds(since: date | None, until: date | None, day: date, *, holds: bool) -> None:
    assert Ground("x:1", "wmo2015", "1", "Proef", since, until).holds_on(day) is holds


def test_the_grounds_of_today() -> None:
    articles = ["2.3.2", "2.3.3", "2.3.5", "2.3.6", "2.3.9", "2.3.10"]
    assert [ground.article for ground in grounds_on(date(2015, 1, 1))] == articles
    assert [ground.article for ground in grounds_on(date(2026, 11, 20))] == articles
    assert grounds_on(date(2014, 12, 31)) == []
    assert "jeugdwet:1.2" in {ground.code for ground in GROUNDS}


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One article ended yesterday, and the Jeugdwet may be used from today."""
    ended = Ground("wmo2015:2.3.5", "wmo2015", "2.3.5", "Beslissing", date(2015, 1, 1), today() - DAY)
    begun = Ground("jeugdwet:1.2", "jeugdwet", "1.2", "Voorrang van zorg", today(), None)
    kept = tuple(ground for ground in GROUNDS if ground.code not in {ended.code, begun.code})
    monkeypatch.setattr(grounds, "GROUNDS", (*kept, ended, begun))


@pytest.mark.usefixtures("changed")
def test_a_ground_that_ended_cannot_be_used(gebruiker: Any, ciz: Server) -> None:
    form = the_form(gebruiker.get(HOME))
    offered = [value for value, *_ in form["grondslag"].options]
    assert "wmo2015:2.3.5" not in offered
    assert "jeugdwet:1.2" in offered
    form["bsn"], form["aanleiding"], form["zaakkenmerk"] = WITH, "Aanvraag", "Z-2026-118"
    form["grondslag"].force_value("wmo2015:2.3.5")
    assert "Kies een van de mogelijkheden." in form.submit(status=422).text
    assert ciz.count == 0


@pytest.mark.usefixtures("changed")
def test_a_ground_of_another_law_is_told_as_that_law(gebruiker: Any, log_in: Any, dbsession: Session) -> None:
    """The register still refuses it; that it was asked on this ground is told right everywhere."""
    page = consult(gebruiker, WITH, grondslag="jeugdwet:1.2")
    assert "Jeugdwet, 1.2: Voorrang van zorg" in page.text
    assert "Jeugdwet, 1.2" in gebruiker.get(f"{HOME}eigen").text
    assert "Jeugdwet, 1.2" in log_in(Role.AUDITOR).get(f"{HOME}verantwoording").text


def test_what_was_asked_on_a_ground_that_ended_stays_told(gebruiker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    consult(gebruiker, WITH)
    ended = tuple(Ground(one.code, one.law, one.article, one.title, one.since, today() - DAY) for one in GROUNDS)
    monkeypatch.setattr(grounds, "GROUNDS", ended)
    assert "Wmo 2015, 2.3.5" in gebruiker.get(f"{HOME}eigen").text
