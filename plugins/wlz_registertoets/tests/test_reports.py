"""The auditor's reports: counted right, recorded, and for the auditor only."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from portaal.api import Role, audit
from portaal.testing.audit import lines_in
from portaal_wlz_registertoets.models import Flag, Medewerker, Raadpleging
from portaal_wlz_registertoets.outcome import Reason, WlzOutcome
from portaal_wlz_registertoets.reports import OfficeHours, month_report, months_with_consultations, person_report

from .conftest import GEBRUIKER, HOME, PRODUCTBEHEERDER, WITH, consult, the_form

REPORTS = f"{HOME}verantwoording"
OFFICE = OfficeHours(7, 19)
WEDNESDAY = datetime(2026, 11, 18, 10, tzinfo=UTC)  # 11.00 in Amsterdam


def add(dbsession: Session, account_id: uuid.UUID, moment: datetime = WEDNESDAY, **changes: Any) -> None:
    fields = {
        "id": uuid.uuid4(), "gemeentecode": "0363", "account_id": account_id, "asked_at": moment,
        "peildatum": moment.date(), "ground": "wmo2015:2.3.2", "aanleiding": "Twijfel", "zaakkenmerk": "Z-1",
        "digest": uuid.uuid4().hex * 2, "key_id": "test-1", "masked": "•••••••07", "outcome": WlzOutcome.NEE,
    }  # fmt: skip
    dbsession.add(Raadpleging(**(fields | changes)))
    dbsession.commit()


def month(dbsession: Session) -> Any:
    return month_report(dbsession, "0363", date(2026, 11, 1), OFFICE)


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        ("2026-11-18T06:00:00+00:00", True), ("2026-11-18T05:59:59+00:00", False),
        ("2026-11-18T17:59:59+00:00", True), ("2026-11-18T18:00:00+00:00", False),
        ("2026-11-21T12:00:00+00:00", False), ("2026-11-22T12:00:00+00:00", False),
        ("2026-07-15T05:00:00+00:00", True), ("2026-07-15T17:00:00+00:00", False),
        ("2026-12-25T10:00:00+00:00", False), ("2026-04-27T10:00:00+00:00", False),  # Christmas, Koningsdag
    ],
)  # fmt: skip
def test_office_hours_are_those_of_amsterdam(moment: str, inside: bool) -> None:
    assert OFFICE.include(datetime.fromisoformat(moment)) is inside


def test_the_month_is_counted(dbsession: Session) -> None:
    anna, bert = uuid.uuid4(), uuid.uuid4()
    add(dbsession, anna, digest="a" * 64, outcome=WlzOutcome.JA)
    add(dbsession, anna, WEDNESDAY + timedelta(hours=10), digest="a" * 64)
    add(dbsession, bert, digest="a" * 64, flag=Flag.COLLEGA)
    add(dbsession, bert, outcome=WlzOutcome.NIET_BEPAALD, reason=Reason.STORING)
    add(dbsession, bert, outcome=None)
    add(dbsession, bert, gemeentecode="0384")
    add(dbsession, bert, datetime(2026, 10, 31, 22, tzinfo=UTC))  # 23.00 in October
    add(dbsession, bert, datetime(2026, 10, 31, 23, tzinfo=UTC))  # midnight: November
    report = month(dbsession)
    assert (report.total, report.outside, report.citizens) == (6, 2, 4)
    assert report.outcomes == {WlzOutcome.JA: 1, WlzOutcome.NEE: 3, WlzOutcome.NIET_BEPAALD: 1, None: 1}
    assert report.reasons == {Reason.STORING: 1}
    assert report.flags == {Flag.COLLEGA: 1}
    assert (report.inside_by_day[17], report.outside_by_day[17], report.outside_by_day[0]) == (4, 1, 1)
    assert [(one.account_id, one.total, one.outside, one.undetermined, one.flagged) for one in report.people] == [
        (bert, 4, 1, 2, 1), (anna, 2, 1, 0, 0),
    ]  # fmt: skip
    assert [(one.digest, one.times, one.people) for one in report.most_asked] == [("a" * 12, 3, 2)]


def test_peaks_are_far_more_than_usual(dbsession: Session) -> None:
    quiet, busy = uuid.uuid4(), uuid.uuid4()
    for day in range(10):
        for _ in range(3):
            add(dbsession, quiet, WEDNESDAY - timedelta(days=day))
    for _ in range(16):
        add(dbsession, busy)
    assert [(peak.account_id, peak.day, peak.times) for peak in month(dbsession).peaks] == [
        (busy, date(2026, 11, 18), 16)
    ]


def test_one_person_is_counted(dbsession: Session) -> None:
    anna, day = uuid.uuid4(), date(2026, 11, 18)
    add(dbsession, anna, digest="a" * 64)
    add(dbsession, anna, digest="a" * 64, decision_shown=True)
    add(dbsession, anna, WEDNESDAY + timedelta(hours=10))
    add(dbsession, anna, WEDNESDAY - timedelta(days=1))
    add(dbsession, anna, WEDNESDAY + timedelta(days=2))
    add(dbsession, uuid.uuid4(), digest="a" * 64)
    report = person_report(dbsession, "0363", anna, day - timedelta(days=1), day + timedelta(days=1), OFFICE)
    assert (len(report.rows), len(report.outside), report.citizens) == (4, 1, 3)
    assert [(one.digest, one.times) for one in report.most_asked] == [("a" * 12, 2)]
    assert report.busiest == (day, 3)
    assert [row.decision_shown for row in report.rows] == [False, False, True, False]
    nothing = person_report(dbsession, "0363", anna, date(2020, 1, 1), date(2020, 2, 1), OFFICE)
    assert (nothing.rows, nothing.most_asked, nothing.busiest) == ([], [], None)


def test_an_empty_month(dbsession: Session) -> None:
    report = month(dbsession)
    assert (report.total, report.people, report.peaks, report.most_asked) == (0, [], [], [])


def test_the_months_to_choose_from(dbsession: Session) -> None:
    assert months_with_consultations(dbsession, "0363", date(2026, 11, 21)) == [date(2026, 11, 1)]
    add(dbsession, uuid.uuid4(), datetime(2026, 8, 31, 22, 30, tzinfo=UTC))  # September in Amsterdam
    assert months_with_consultations(dbsession, "0363", date(2026, 11, 21)) == [
        date(2026, 11, 1), date(2026, 10, 1), date(2026, 9, 1),
    ]  # fmt: skip


# ---- the pages ----


@pytest.fixture
def asked(gebruiker: Any, dbsession: Session, people: Any, browser: Any) -> Any:
    """Somebody who asked twice about one citizen, at night."""
    person = people.new(GEBRUIKER, achternaam="Nachtbraker")
    with time_machine.travel("2026-11-18T01:00:00+00:00", tick=False):
        browser.log_in_as(dbsession, person)
        consult(browser, WITH, aanleiding="Eerste aanleiding")
        consult(browser, WITH)
    return person


def test_the_month_as_a_page(asked: Any, log_in: Any) -> None:
    page = log_in(Role.AUDITOR).get(f"{REPORTS}?maand=2026-11")
    assert "Raadplegingen: 2, waarvan 2 buiten kantooruren. De drukste dag was 18-11-2026 met 2." in page.text
    assert page.html.find("svg", class_=None, attrs={"role": "img"}) is not None
    assert "Test Nachtbraker" in page.text
    assert page.html.find("h2").text == "Raadplegingen in 11-2026"  # on paper nothing else tells the month
    assert page.html.title.text.startswith("Raadplegingen in 11-2026")
    assert "Rapportage van Amsterdam, gemaakt door" in page.text
    assert "7.00 tot 19.00 uur" in page.text
    assert WITH not in page.text
    assert "<script>" not in page.text
    assert "style=" not in page.text


@pytest.mark.parametrize("maand", ["", "nonsense", "2026-13", "9999-01", "0001-01"])
def test_any_month_in_the_address(log_in: Any, configure: Any, maand: str) -> None:
    log_in(Role.AUDITOR).get(f"{REPORTS}?maand={maand}")


def test_the_month_as_a_file(asked: Any, log_in: Any, dbsession: Session) -> None:
    response = log_in(Role.AUDITOR).get(f"{REPORTS}/export?maand=2026-11")
    (row,) = csv.DictReader(io.StringIO(response.body.decode("utf-8-sig")), delimiter=";")
    assert row["Persoon"] == "Test Nachtbraker"
    assert (row["Raadplegingen"], row["Buiten kantooruren"]) == ("2", "2")
    (line,) = lines_in(dbsession)("wlz_registertoets.export_report")
    assert line.details == {"month": "2026-11", "kind": "personen"}


@pytest.mark.parametrize(
    ("part", "header", "row"),
    [
        ("inwoners", "Inwoner (hash);Keer;Door hoeveel personen", "{hash};2;1"),
        ("pieken", "Persoon;Dag;Raadplegingen", "Test Nachtbraker;2026-11-18;15"), ("nonsense", "Persoon;", ""),
    ],
)  # fmt: skip
def test_every_table_of_the_month_is_a_file(
    asked: Any, log_in: Any, dbsession: Session, hook_context: Any, part: str, header: str, row: str
) -> None:
    for number in range(13):
        add(dbsession, asked.id)
        add(dbsession, uuid.uuid4(), WEDNESDAY - timedelta(days=number))
    text = log_in(Role.AUDITOR).get(f"{REPORTS}/export?maand=2026-11&deel={part}").body.decode("utf-8-sig")
    assert text.startswith(header)
    assert row.replace("{hash}", hook_context("wlz_registertoets").secrecy.hashes(WITH)[0][:12]) in text


def send(page: Any, **fields: str) -> Any:
    form = next(form for form in page.forms.values() if "persoon" in form.fields)
    for name, value in fields.items():
        form[name] = value
    return form.submit(status="*")


@pytest.mark.parametrize("form", ["pagina", "csv"])
def test_one_person_in_detail(asked: Any, log_in: Any, dbsession: Session, hook_context: Any, form: str) -> None:
    page = send(
        log_in(Role.AUDITOR).get(f"{REPORTS}/persoon"), persoon=str(asked.id), van="18-11-2026", tot="18-11-2026",
        aanleiding="Melding 7", vorm=form,
    )  # fmt: skip
    text = page.body.decode("utf-8-sig")
    assert text.count("Eerste aanleiding") == 1
    assert hook_context("wlz_registertoets").secrecy.hashes(WITH)[0][:12] in text
    assert WITH not in text
    (line,) = lines_in(dbsession)("wlz_registertoets.report")
    assert line.object_id == str(asked.id)
    assert line.details == {
        "from": "2026-11-18", "to": "2026-11-18", "reason": "Melding 7", "found": 2, "form": form,
    }  # fmt: skip


def test_who_left_is_still_accounted_for(asked: Any, log_in: Any, people: Any) -> None:
    people.withdraw(asked)
    page = log_in(Role.AUDITOR).get(f"{REPORTS}/persoon")
    page = send(page, persoon=str(asked.id), van="18-11-2026", tot="18-11-2026", aanleiding="Melding 7")
    assert "Raadplegingen van Test Nachtbraker" in page.text


@pytest.mark.parametrize(
    "fields",
    [{"aanleiding": ""}, {"van": "19-11-2026"}, {"van": "1-1-2020"}, {"tot": "geen dag"}, {"persoon": ""}],
)  # fmt: skip
def test_a_report_says_why_and_when(asked: Any, log_in: Any, dbsession: Session, fields: dict[str, str]) -> None:
    right = {"persoon": str(asked.id), "van": "18-11-2026", "tot": "18-11-2026", "aanleiding": "Melding 7"}
    page = send(log_in(Role.AUDITOR).get(f"{REPORTS}/persoon"), **(right | {"vorm": "pagina"} | fields))
    assert page.status_int == 422
    assert "Eerste aanleiding" not in page.text
    assert (
        dbsession.scalar(sa.select(sa.func.count()).where(audit.AuditEvent.action == "wlz_registertoets.report")) == 0
    )


@pytest.mark.parametrize("path", ["", "/export", "/persoon", "/medewerkers"])
@pytest.mark.parametrize("role", [GEBRUIKER, PRODUCTBEHEERDER, Role.GEBRUIKERSBEHEERDER, ("gebruiker", "iwmo")])
def test_only_the_auditor(log_in: Any, path: str, role: Any) -> None:
    log_in(role).get(f"{REPORTS}{path}", status=403)


def test_the_auditor_consults_nothing(log_in: Any) -> None:
    for path in ("", "eigen", "lijsten"):
        log_in(Role.AUDITOR).get(f"{HOME}{path}", status=403)


# ---- BSNs that get attention ----


def test_naming_a_colleague(log_in: Any, people: Any, dbsession: Session) -> None:
    colleague = people.new(GEBRUIKER, achternaam="Collega")
    browser = log_in(Role.AUDITOR)
    page = send(browser.get(f"{REPORTS}/medewerkers"), persoon=str(colleague.id), bsn="999 990 007").follow()
    assert "Test Collega" in page.text
    assert WITH not in page.text
    (row,) = dbsession.scalars(sa.select(Medewerker)).all()
    assert row.digest != WITH
    first = row.id
    send(browser.get(f"{REPORTS}/medewerkers"), persoon=str(colleague.id), bsn="999990019").follow()
    dbsession.expire_all()
    (changed,) = dbsession.scalars(sa.select(Medewerker)).all()
    assert changed.id != first
    gone = next(f for f in browser.get(f"{REPORTS}/medewerkers").forms.values() if f.action.endswith("/weg")).submit()
    assert gone.status_int == 303
    dbsession.expire_all()
    assert dbsession.scalars(sa.select(Medewerker)).all() == []
    acts = [line.action for line in lines_in(dbsession)()]
    assert [act for act in acts if act.endswith("watch")] == [
        "wlz_registertoets.watch", "wlz_registertoets.watch", "wlz_registertoets.unwatch",
    ]  # fmt: skip


def test_somebody_of_another_gemeente_cannot_be_named(log_in: Any, people: Any, dbsession: Session) -> None:
    elsewhere = people.new(GEBRUIKER, gemeente="0384")
    page = log_in(Role.AUDITOR).get(f"{REPORTS}/medewerkers")
    form = next(form for form in page.forms.values() if "persoon" in form.fields)
    form["persoon"].force_value(str(elsewhere.id))
    form["bsn"] = WITH
    assert form.submit(status=422).status_int == 422
    assert dbsession.scalars(sa.select(Medewerker)).all() == []


def test_who_asked_about_this_citizen(asked: Any, log_in: Any) -> None:
    """The core's search by BSN finds the consultations, also under an older key."""
    page = log_in(Role.AUDITOR).get("/g/0363/audit/bsn")
    form = the_form(page)
    form["bsn"], form["aanleiding"] = WITH, "Inzageverzoek 3"
    found = form.submit()
    assert found.text.count("Test Nachtbraker") == 4  # asking and outcome, twice
    assert "Wlz-register geraadpleegd" in found.text
