"""Asking about several citizens: every line has its own outcome, and what is there stays there."""

from __future__ import annotations

import csv
import io
import itertools
import uuid
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portaal.api import audit, now
from portaal.testing.audit import lines_in
from portaal.testing.ciz import Fault, Server
from portaal.testing.clock import StillClock
from portaal.testing.databases import everything_stored
from portaal_wlz_registertoets import lists
from portaal_wlz_registertoets.ciz.breaker import FAILURES_TO_OPEN
from portaal_wlz_registertoets.models import LijstRegel, Raadpleging
from portaal_wlz_registertoets.pages.several import SECONDS_AT_ONCE

from .conftest import GEBRUIKER, HASTE, HOME, PATIENCE, PRODUCTBEHEERDER, SLOW, WHY, WITH, WITHOUT, the_form

LISTS = f"{HOME}lijsten"
SOME = ["999990007", "999990019", "999990056", "999990068", "999990081", "999990093", "999990111"]


def send_list(browser: Any, text: str, **fields: str) -> Any:
    form = the_form(browser.get(LISTS))
    for name, value in (WHY | {"bsns": text} | fields).items():
        form[name] = value
    return form.submit(status="*")


def go_on(page: Any) -> Any:
    """Press "go on" until nothing is left, as the browser does."""
    for _ in range(200):
        form = next((form for form in page.forms.values() if form.action.endswith("/verder")), None)
        if form is None or "pauze" in page.request.GET:
            return page
        page = form.submit().follow()
    raise AssertionError("the list does not come to an end")


def press(page: Any, act: str) -> Any:
    return next(form for form in page.forms.values() if form.action.endswith(f"/{act}")).submit(status="*")


def outcomes(page: Any) -> dict[str, str]:
    """BSN and outcome of every line, from the file that one takes along."""
    response = page.click("Deze lijst downloaden")
    rows = csv.DictReader(io.StringIO(response.body.decode("utf-8-sig")), delimiter=";")
    return {row["BSN"]: row["Uitkomst"] for row in rows}


def test_every_line_has_its_outcome(gebruiker: Any, ciz: Server, dbsession: Session) -> None:
    page = go_on(send_list(gebruiker, "\n".join(SOME)).follow())
    assert "Alle 7 zijn klaar" in page.text
    expected = dict.fromkeys(SOME, "Nee") | {"999990007": "Ja", "999990019": "Ja"}
    assert outcomes(page) == expected
    assert ciz.count == len(SOME)
    lines = lines_in(dbsession)("wlz_registertoets.consult")
    assert len(lines) == len(SOME)
    assert {line.details["aanleiding"] for line in lines} == {WHY["aanleiding"]}


def test_what_is_no_bsn_is_not_asked_and_no_no(gebruiker: Any, ciz: Server) -> None:
    page = go_on(send_list(gebruiker, "999990007\n99999007\nJansen\n999990008\n\n999 990 007").follow())
    assert outcomes(page) == {
        "999990007": "Ja", "99999007": "Niet te bepalen", "Jansen": "Niet te bepalen", "999990008": "Niet te bepalen",
    }  # fmt: skip
    assert ciz.count == 1
    assert "begint het BSN met een 0" in page.text  # what a spreadsheet makes of such a BSN is explained on its line
    assert "alleen cijfers" in page.text
    assert "een of meer cijfers kloppen niet" in page.text


@pytest.mark.portaal_database("sqlite")  # what the register does wrong does not depend on it
@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.GEEN])
def test_one_line_that_fails_leaves_the_others(
    gebruiker: Any, configure: Callable[..., None], ciz: Server, fault: Fault
) -> None:
    configure(timeout=HASTE if fault in SLOW else PATIENCE)
    ciz.behaviour.choose(fault, "999990068")
    found = outcomes(go_on(send_list(gebruiker, "\n".join(SOME)).follow()))
    assert found["999990068"] == "Niet te bepalen"
    assert [found[bsn] for bsn in SOME if bsn != "999990068"] == ["Ja", "Ja", "Nee", "Nee", "Nee", "Nee"]


def test_what_failed_can_be_asked_again(gebruiker: Any, ciz: Server, dbsession: Session, audit_lines: Any) -> None:
    ciz.behaviour.choose(Fault.FOUT_503, "999990007")
    page = go_on(send_list(gebruiker, "\n".join(SOME)).follow())
    assert "1 konden niet worden bepaald" in page.text
    ciz.behaviour.choose(Fault.GEEN, "999990007")
    page = go_on(press(page, "opnieuw").follow())
    assert outcomes(page)["999990007"] == "Ja"
    assert ciz.count == len(SOME) + 1
    assert dbsession.scalar(sa.select(sa.func.count()).select_from(Raadpleging)) == len(SOME) + 1
    (line,) = audit_lines("wlz_registertoets.list_again")
    assert (line.details, line.purpose) == ({"count": 1}, audit_lines("wlz_registertoets.list")[0].purpose)


def test_a_register_that_keeps_failing_stops_the_list(gebruiker: Any, ciz: Server) -> None:
    """The lines that were not asked stay to be asked, instead of all becoming "not determined"."""
    ciz.behaviour.choose(Fault.FOUT_503)
    page = go_on(send_list(gebruiker, "\n".join(SOME)).follow())
    assert ciz.count == FAILURES_TO_OPEN
    assert "data-pz-autosubmit" not in page.text
    assert list(outcomes(page).values()).count("Nog niet gevraagd") == len(SOME) - FAILURES_TO_OPEN - 1


def test_the_list_is_worked_on_a_few_seconds_at_a_time(
    gebruiker: Any, ciz: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, pace = itertools.count(), 2 * SECONDS_AT_ONCE  # seconds from one look at the clock to the next
    monkeypatch.setattr(
        "portaal_wlz_registertoets.pages.several.time", SimpleNamespace(monotonic=lambda: next(looks) * pace)
    )
    page = send_list(gebruiker, "\n".join(SOME)).follow()
    assert "0 van 7 zijn klaar" in page.text
    page = press(page, "verder").follow()
    assert "0 van 7 zijn klaar" in page.text  # no time at all: nothing is asked, nothing is lost
    pace = SECONDS_AT_ONCE / 3
    page = press(page, "verder").follow()  # looked at the clock once, and then before each question
    assert ciz.count == 2
    assert "2 van 7 zijn klaar" in page.text
    assert "Alle 7 zijn klaar" in go_on(page).text
    assert ciz.count == len(SOME)


def test_a_role_that_is_withdrawn_stops_the_list(
    browser: Any, configure: Callable[..., None], people: Any, ciz: Server, dbsession: Session
) -> None:
    configure()
    somebody = people.new(GEBRUIKER)
    browser.log_in_as(dbsession, somebody)
    page = send_list(browser, "\n".join(SOME)).follow()
    people.withdraw(somebody)
    assert press(page, "verder").status_int in {303, 403}
    assert ciz.count == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "ten minste één BSN"), ("Jansen", "ten minste één BSN"), ("Jansen;999990007", "Zet één BSN op een regel"),
        ("\n".join(str(number) for number in range(999990007, 999990200)), "ten hoogste 100 inwoners"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_asked(gebruiker: Any, ciz: Server, dbsession: Session, text: str, words: str) -> None:
    page = send_list(gebruiker, text)
    assert page.status_int == 422
    assert words in page.text
    assert the_form(page)["bsns"].value.replace("\r", "") == text
    assert dbsession.scalar(sa.select(sa.func.count()).select_from(LijstRegel)) == 0


@pytest.mark.parametrize("field", ["zaakkenmerk", "aanleiding"])
def test_none_of_the_bsns_stands_in_what_is_kept(gebruiker: Any, ciz: Server, field: str) -> None:
    page = send_list(gebruiker, f"{WITHOUT}\n{WITH}", **{field: f"Wmo-{WITH}"})
    assert page.status_int == 422
    assert "Laat het BSN weg" in page.text


def test_without_settings_no_list_is_made(log_in: Any, ciz: Server) -> None:
    page = send_list(log_in(GEBRUIKER), WITH)
    assert page.status_int == 422
    assert "niet ingericht" in page.text


def test_a_csv_with_columns(gebruiker: Any) -> None:
    text = "Naam;BSN;Plaats\nJansen;999990007;Diemen\nDe Vries;999.990.056;Diemen\n"
    page = go_on(send_list(gebruiker, text).follow())
    assert outcomes(page) == {"999990007": "Ja", "999990056": "Nee"}
    assert "Jansen" not in page.text


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffBSN\r\n999990007\r\n999990056\r\n",
        "\ufeffNaam;BSN\r\nJansen;999990007\r\nDe Vries;999990056\r\n",
        "\ufeff999990007\r\n999990056",
        '"Naam"\t"BSN"\r\n"Jansen; P."\t"999990007"\r\n"De Vries"\t"999 990 056"',
        'BSN,Naam\r\n999990007,"Jansen; P."\r\n999990056,"De Vries\t"',
    ],
)
def test_a_file_as_a_spreadsheet_writes_it(text: str) -> None:
    """With a mark of its encoding before it, and the ends of lines of Windows."""
    assert [line.bsn for line in lists.read_lines(text)] == ["999990007", "999990056"]


def test_of_two_columns_of_that_name_none_is_left_out_in_silence() -> None:
    with pytest.raises(lists.UnclearColumnsError):
        lists.read_lines("BSN,BSN\n999990007,999990019")


def test_a_list_counts_for_the_day(
    clock: StillClock, gebruiker: Any, configure: Callable[..., None], dbsession: Session
) -> None:
    configure(per_day=8, per_minute=1)
    assert send_list(gebruiker, "\n".join(SOME)).status_int == 303
    page = send_list(gebruiker, "\n".join(SOME))
    assert page.status_int == 429
    (refused,) = lines_in(dbsession)(outcome=audit.Outcome.DENIED)
    assert refused.details == {"reason": "limit", "limit": "dag"}


def test_a_form_sent_twice_makes_one_list(
    clock: StillClock, gebruiker: Any, dbsession: Session, configure: Callable[..., None]
) -> None:
    configure(per_day=7)
    form = the_form(gebruiker.get(LISTS))
    for name, value in (WHY | {"bsns": "\n".join(SOME)}).items():
        form[name] = value
    first = form.submit(status=303)
    configure(per_day=14)
    assert form.submit(status=303).location == first.location
    assert dbsession.scalar(sa.select(sa.func.count()).select_from(LijstRegel)) == len(SOME)


# ---- what is kept, and how long ----


def test_bsns_are_sealed_and_erased(gebruiker: Any, dbsession: Session, audit_lines: Any) -> None:
    page = go_on(send_list(gebruiker, f"{WITH}\n{WITHOUT}").follow())
    for table, rows in everything_stored(dbsession):
        assert WITH not in rows, table
        assert WITHOUT not in rows, table
    done = press(page, "sluiten")
    assert done.status_int == 303
    dbsession.expire_all()
    assert dbsession.scalar(sa.select(sa.func.count()).select_from(LijstRegel)) == 0
    assert dbsession.scalar(sa.select(sa.func.count()).select_from(Raadpleging)) == 2
    gebruiker.get(page.request.path, status=404)
    (made,), (erased,) = audit_lines("wlz_registertoets.list"), audit_lines("wlz_registertoets.list_close")
    assert (erased.object_id, erased.actor) == (made.object_id, made.actor)


def test_after_an_hour_it_is_gone(gebruiker: Any) -> None:
    with time_machine.travel(now(), tick=False) as time:
        address = send_list(gebruiker, WITH).location
        for _ in range(5):
            time.shift(timedelta(minutes=11, seconds=59))
            gebruiker.get(address)
        time.shift(timedelta(minutes=1))
        gebruiker.get(address, status=404)


def test_another_cannot_see_it(gebruiker: Any, log_in: Any) -> None:
    address = send_list(gebruiker, WITH).location
    other = log_in(GEBRUIKER)
    other.get(address, status=404)
    other.get(f"{address}/export", status=404)
    other.get(f"{LISTS}/{uuid.uuid4()}", status=404)
    other.get(f"{LISTS}/geen-id", status=404)
    assert "999" not in other.get(LISTS).html.find("main").text.replace("999,", "")


@pytest.mark.parametrize("path", ["", "/{id}", "/{id}/export"])
def test_the_productbeheerder_sees_no_list(gebruiker: Any, log_in: Any, path: str) -> None:
    address = send_list(gebruiker, WITH).location
    path = path.replace("{id}", address.rpartition("/")[2])
    log_in(PRODUCTBEHEERDER).get(f"{LISTS}{path}", status=403)


def test_taking_a_list_along_is_recorded(gebruiker: Any, dbsession: Session) -> None:
    page = go_on(send_list(gebruiker, WITH).follow())
    outcomes(page)
    (line,) = lines_in(dbsession)("wlz_registertoets.export_list")
    assert line.object_id == page.request.path.rpartition("/")[2]


def test_a_file_that_a_spreadsheet_does_not_run(gebruiker: Any) -> None:
    page = go_on(send_list(gebruiker, f"{WITH}\n=1+1\n@SUM(A1)").follow())
    assert set(outcomes(page)) == {WITH, "'=1+1", "'@SUM(A1)"}


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    try:
        found = lists.read_lines(text)
    except lists.UnclearColumnsError:
        return
    assert all(line.bsn is None or len(line.bsn) == 9 for line in found)
    assert len({line.bsn or line.typed for line in found}) == len(found)
