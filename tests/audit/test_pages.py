"""The pages of the audit trail: who sees what, and that looking, taking along and being refused leave their lines."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import sqlalchemy as sa
import webtest
from sqlalchemy.orm import Session

from portaal import audit
from portaal.access.models import Role
from portaal.audit.models import AuditEvent

BSN = "999990019"
AUDIT = "/g/0363/audit"
OWN = "/eigen-handelingen"


@pytest.fixture
def some_lines(dbsession: Session, people: Any, app: Any) -> Any:
    """Acts of somebody in Amsterdam, and one in Diemen."""
    actor = people.new(("gebruiker", "iwmo"), achternaam="Handelend")
    subjects = app.registry["portaal.audit_subjects"]
    for action, gemeente, bsn in (
        ("role.grant", "0363", None), ("role.revoke", "0363", None), ("role.grant", "0384", None),
        ("wlz_registertoets.consult", "0363", BSN),
    ):  # fmt: skip
        audit.record(
            dbsession, action=action, outcome=audit.Outcome.DONE, actor=actor.id, gemeentecode=gemeente,
            object_kind="test", object_id=f"in {gemeente}", subjects=[subjects.of(bsn)] if bsn else [],
        )  # fmt: skip
    dbsession.commit()
    return actor


def denied(dbsession: Session) -> list[Any]:
    dbsession.expire_all()
    return list(dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.outcome == audit.Outcome.DENIED)))


def test_the_auditor_sees_the_lines_of_the_own_gemeente(log_in: Any, some_lines: Any) -> None:
    page = log_in(Role.AUDITOR).get(AUDIT)
    assert "Test Handelend" in page.text
    assert "in 0363" in page.text
    assert "in 0384" not in page.text
    assert "3 resultaten" in page.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("handeling=role.grant", 1), ("uitkomst=denied", 0), ("uitkomst=done", 3), ("product=iwmo", 0),
        ("van=2000-01-01", 3), ("van=2999-01-01", 0), ("tot=2000-01-01", 0), ("over=in+0363", 3),
        ("van=nonsense&wie=x&pagina=-4&uitkomst=maybe", 3),
    ],
)  # fmt: skip
def test_filters(log_in: Any, some_lines: Any, query: str, expected: int) -> None:
    page = log_in(Role.AUDITOR).get(f"{AUDIT}?{query}")
    assert page.text.count("test in 0363") == expected


def test_filter_on_a_person(log_in: Any, some_lines: Any) -> None:
    browser = log_in(Role.AUDITOR)
    assert browser.get(f"{AUDIT}?wie={some_lines.id}").text.count("in 0363") == 3


@pytest.mark.parametrize("path", [AUDIT, f"{AUDIT}/export", f"{AUDIT}/bsn"])
@pytest.mark.parametrize(
    "role", [("gebruiker", "iwmo"), ("productbeheerder", "wlz_registertoets"), Role.GEBRUIKERSBEHEERDER]
)
def test_only_the_auditor(log_in: Any, dbsession: Session, path: str, role: Any) -> None:
    log_in(role).get(path, status=403)
    (line,) = denied(dbsession)
    assert (line.action, line.gemeentecode, line.details["reason"]) == ("access.ask", "0363", "not_permitted")
    assert line.session
    assert line.level == "loa3"
    assert line.roles == (role if isinstance(role, str) else role[0])


def test_the_auditor_of_another_gemeente_finds_nothing(log_in: Any, dbsession: Session) -> None:
    browser = log_in(Role.AUDITOR, gemeente="0384")
    for path in (AUDIT, f"{AUDIT}/export", f"{AUDIT}/bsn"):
        browser.get(path, status=404)
    lines = denied(dbsession)
    assert len(lines) == 3
    assert {(line.gemeentecode, line.details["reason"]) for line in lines} == {("0384", "other_gemeente")}


def test_a_page_that_does_not_exist_is_no_refusal(log_in: Any, dbsession: Session) -> None:
    log_in(Role.AUDITOR).get("/g/0363/nergens", status=404)
    log_in(Role.AUDITOR).get("/nergens", status=404)
    assert denied(dbsession) == []


def test_a_refusal_stands_though_it_cannot_be_recorded(
    log_in: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("no table")

    monkeypatch.setattr("portaal.audit.trail.record", broken)
    log_in(("gebruiker", "iwmo")).get(AUDIT, status=403)
    assert "a refusal could not be recorded" in caplog.text


def test_export(log_in: Any, dbsession: Session, some_lines: Any) -> None:
    audit.record(
        dbsession, action="role.grant", outcome=audit.Outcome.DONE, actor=None, gemeentecode="0363",
        object_id='=HYPERLINK("x")',
    )  # fmt: skip
    dbsession.commit()
    response = log_in(Role.AUDITOR).get(f"{AUDIT}/export?handeling=role.grant")
    assert response.content_type == "text/csv"
    assert response.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(response.body.decode("utf-8-sig")), delimiter=";"))
    assert [row["Object"] for row in rows] == ['\'=HYPERLINK("x")', "in 0363"]
    line = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "audit.export")).one()
    assert line.details == {"filters": {"handeling": "role.grant"}}


def fill(page: webtest.TestResponse, **fields: str) -> webtest.TestResponse:
    form = page.forms[max(page.forms, key=lambda key: "bsn" in page.forms[key].fields)]
    for name, value in fields.items():
        form[name] = value
    return form.submit(status="*")


def test_who_looked_at_this_citizen(log_in: Any, dbsession: Session, some_lines: Any) -> None:
    browser = log_in(Role.AUDITOR)
    page = fill(browser.get(f"{AUDIT}/bsn"), bsn="999.990.019", aanleiding="Inzageverzoek 12")
    assert page.status_int == 200
    assert "Test Handelend" in page.text
    assert page.text.count("in 0363") == 1
    assert BSN not in page.text
    line = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "audit.search_bsn")).one()
    assert line.details == {"reason": "Inzageverzoek 12", "found": 1, "form": "pagina"}
    assert len(line.subjects) == 1
    nobody = fill(browser.get(f"{AUDIT}/bsn"), bsn="999991978", aanleiding="Inzageverzoek 12")
    assert "Test Handelend" not in nobody.text


def test_who_looked_at_this_citizen_as_a_file(log_in: Any, dbsession: Session, some_lines: Any) -> None:
    """For the answer to a citizen who asks (B-06). The BSN is in neither the file nor its name."""
    page = fill(log_in(Role.AUDITOR).get(f"{AUDIT}/bsn"), bsn=BSN, aanleiding="Inzageverzoek 12", vorm="csv")
    assert page.content_type == "text/csv"
    assert BSN not in page.text
    assert BSN not in page.headers["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(page.body.decode("utf-8-sig")), delimiter=";")
    assert (row["Naam"], row["Object"]) == ("Test Handelend", "in 0363")
    line = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "audit.search_bsn")).one()
    assert line.details == {"reason": "Inzageverzoek 12", "found": 1, "form": "csv"}


@pytest.mark.parametrize("reason", ["Verzoek van 999990019", "Inzage-999990019", "Zaak999990019a"])
def test_no_bsn_in_the_reason(log_in: Any, dbsession: Session, reason: str) -> None:
    page = fill(log_in(Role.AUDITOR).get(f"{AUDIT}/bsn"), bsn=BSN, aanleiding=reason)
    assert page.status_int == 422
    assert "Laat dat weg" in page.text
    assert dbsession.scalar(sa.select(sa.func.count()).where(AuditEvent.action == "audit.search_bsn")) == 0


def test_what_a_file_or_page_leaves_out_is_said(log_in: Any, some_lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portaal.audit.listing.MOST_EXPORTED", 2)
    monkeypatch.setattr("portaal.audit.views.LONGEST_LIST", 1)
    browser = log_in(Role.AUDITOR)
    page = browser.get(AUDIT)
    assert "In het bestand staan de nieuwste 2. Kies een kortere periode" in page.text
    assert len(page.click("Deze lijst downloaden").body.splitlines()) == 1 + 2
    assert "In het bestand staan" not in browser.get(f"{AUDIT}?handeling=role.grant").text
    for words in (
        "1 resultaat",
        "Alleen de nieuwste 1 worden getoond",
    ):  # the first search is itself found by the second
        assert words in fill(browser.get(f"{AUDIT}/bsn"), bsn=BSN, aanleiding="Inzageverzoek 12").text


@pytest.mark.parametrize(
    ("bsn", "words"),
    [
        ("", "Vul dit veld in"), ("99999001", "begint het BSN met een 0"), ("9999900190", "U hebt er 10 ingevuld"),
        ("999990018", "een of meer cijfers"), ("abc", "alleen cijfers"), ("９９９９９００１９", "alleen cijfers"),
    ],
)  # fmt: skip
def test_what_is_no_bsn(log_in: Any, dbsession: Session, bsn: str, words: str) -> None:
    page = fill(log_in(Role.AUDITOR).get(f"{AUDIT}/bsn"), bsn=bsn, aanleiding="Inzageverzoek 12")
    assert page.status_int == 422
    assert words in page.text
    assert dbsession.scalar(sa.select(sa.func.count()).where(AuditEvent.action == "audit.search_bsn")) == 0


def test_own_acts(browser: Any, dbsession: Session, people: Any, some_lines: Any) -> None:
    other = people.new(("gebruiker", "iwmo"))
    audit.record(dbsession, action="role.grant", outcome=audit.Outcome.DONE, actor=other.id, object_id="of another")
    dbsession.commit()
    browser.log_in_as(dbsession, some_lines)
    page = browser.get(OWN)
    assert page.text.count("in 0363") == 3
    assert page.text.count("in 0384") == 1
    assert "of another" not in page.text
    assert browser.get(f"{OWN}?wie={other.id}").text.count("in 0363") == 3
    rows = list(csv.DictReader(io.StringIO(browser.get(f"{OWN}/export").body.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 4
    (line,) = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "audit.export_own"))
    assert line.actor == some_lines.id


def test_pages_of_fifty(log_in: Any, dbsession: Session) -> None:
    for number in range(60):
        audit.record(
            dbsession, action="role.grant", outcome=audit.Outcome.DONE, actor=None, gemeentecode="0363",
            object_kind="number", object_id=f"n{number:03}",
        )  # fmt: skip
        dbsession.commit()
    browser = log_in(Role.AUDITOR)
    first, second = browser.get(AUDIT).text, browser.get(f"{AUDIT}?pagina=2").text
    assert first.count("number n") == 50
    assert second.count("number n") == 10
    assert "n059" in first
    assert "n000" in second


def test_english(log_in: Any, some_lines: Any) -> None:
    page = log_in(Role.AUDITOR).get(f"{AUDIT}?taal=en")
    assert "Granted a role" in page.text
    assert "Audit trail of Amsterdam" in page.text


def test_a_refused_act_leaves_its_line_and_nothing_else(log_in: Any, dbsession: Session, monkeypatch: Any) -> None:
    """Also where the act wrote something before it was refused."""
    from pyramid.httpexceptions import HTTPForbidden

    def write_and_refuse(dbsession: Session, **line: Any) -> None:
        audit.record(dbsession, **(line | {"action": "role.grant"}))
        raise HTTPForbidden

    monkeypatch.setattr("portaal.audit.views.record", write_and_refuse)
    page = fill(log_in(Role.AUDITOR).get(f"{AUDIT}/bsn"), bsn=BSN, aanleiding="Inzageverzoek 12")
    assert page.status_int == 403
    (line,) = denied(dbsession)
    assert (line.object_id, line.details["method"]) == ("audit_bsn", "POST")
    assert dbsession.scalar(sa.select(sa.func.count()).where(AuditEvent.action == "role.grant")) == 0
