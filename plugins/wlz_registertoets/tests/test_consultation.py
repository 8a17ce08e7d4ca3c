"""Asking about one citizen: what comes of it, what stays of it, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from portaal.api import audit, now
from portaal.testing.audit import lines_in
from portaal.testing.ciz import Fault, Server
from portaal.testing.databases import everything_stored
from portaal_wlz_registertoets.ciz.breaker import FAILURES_TO_OPEN
from portaal_wlz_registertoets.models import Medewerker, Raadpleging
from portaal_wlz_registertoets.outcome import Reason, WlzOutcome

from .conftest import (
    GEBRUIKER,
    HASTE,
    HOME,
    OIN_OF_DIEMEN,
    PATIENCE,
    PRODUCTBEHEERDER,
    SLOW,
    WHY,
    WITH,
    WITHOUT,
    consult,
    the_form,
)

YES, NO, UNKNOWN = "Ja, er is een Wlz-indicatie", "Nee, er is geen Wlz-indicatie", "Dit kon niet worden bepaald"


def lines(dbsession: Session, action: str) -> list[audit.AuditEvent]:
    return lines_in(dbsession)(action)


def rows(dbsession: Session) -> list[Raadpleging]:
    dbsession.expire_all()
    return list(dbsession.scalars(sa.select(Raadpleging).order_by(Raadpleging.asked_at)))


def test_yes(gebruiker: Any) -> None:
    page = consult(gebruiker, WITH)
    assert page.status_int == 200
    assert YES in page.text
    assert NO not in page.text
    assert "volgens het register van het CIZ zoals het was op" in page.text


def test_no(gebruiker: Any) -> None:
    page = consult(gebruiker, WITHOUT)
    assert NO in page.text
    assert YES not in page.text


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.GEEN])
def test_whatever_the_register_does_no_is_not_said(
    gebruiker: Any, configure: Callable[..., None], ciz: Server, dbsession: Session, fault: Fault
) -> None:
    configure(timeout=HASTE if fault in SLOW else PATIENCE)
    ciz.behaviour.choose(fault)
    page = consult(gebruiker, WITHOUT)
    assert page.status_int == 200
    assert UNKNOWN in page.text
    assert "Dit is geen nee" in page.text
    assert NO not in page.text
    assert YES not in page.text
    (row,) = rows(dbsession)
    assert row.outcome is WlzOutcome.NIET_BEPAALD
    assert row.reason is not None


def test_without_settings_nothing_is_asked(log_in: Any, ciz: Server, dbsession: Session) -> None:
    page = consult(log_in(GEBRUIKER))
    assert UNKNOWN in page.text
    assert "niet ingericht" in page.text
    assert ciz.count == 0
    assert rows(dbsession)[0].reason is Reason.NIET_INGERICHT


def test_a_gemeente_that_is_refused_does_not_cut_off_another(
    log_in: Any, configure: Callable[..., None], ciz: Server
) -> None:
    """They ask the same register, each with its own OIN and certificate."""
    configure()
    configure("0384", oin=OIN_OF_DIEMEN)
    amsterdam = log_in(GEBRUIKER)
    ciz.behaviour.choose(Fault.GEWEIGERD)
    for _ in range(FAILURES_TO_OPEN):
        consult(amsterdam)
    ciz.behaviour.choose(Fault.GEEN)
    assert UNKNOWN in consult(amsterdam).text
    diemen = log_in(GEBRUIKER, gemeente="0384")
    assert NO in consult(diemen, page=diemen.get("/g/0384/wlz_registertoets/")).text


@pytest.mark.parametrize(
    ("bsn", "words"),
    [
        ("", "Vul dit veld in"), ("99999007", "U hebt er 8 ingevuld"), ("9999900077", "U hebt er 10 ingevuld"),
        ("999990008", "een of meer cijfers kloppen niet"), ("999 990 O07", "alleen cijfers"), ("000000000", "geen BSN"),
    ],
)  # fmt: skip
def test_what_is_no_bsn_is_not_asked(gebruiker: Any, ciz: Server, dbsession: Session, bsn: str, words: str) -> None:
    """The published fault of today's service: a BSN of the wrong length answers "no"."""
    page = consult(gebruiker, bsn)
    assert page.status_int == 422
    assert words in page.text
    assert the_form(page)["bsn"].value == bsn
    assert ciz.count == 0
    assert rows(dbsession) == []


@pytest.mark.parametrize("typed", ["999 990 007", "999.990.007", " 999990007 ", "9999-90-007"])
def test_a_bsn_as_people_write_it(gebruiker: Any, typed: str) -> None:
    assert YES in consult(gebruiker, typed).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"grondslag": None}, "Kies een van de mogelijkheden"), ({"aanleiding": ""}, "Vul dit veld in"),
        ({"zaakkenmerk": ""}, "Vul dit veld in"),
        ({"aanleiding": "BSN 999990007 lijkt dubbel"}, "lijkt een BSN te staan"),
        ({"zaakkenmerk": "999.990.007"}, "lijkt een BSN te staan"),
        ({"zaakkenmerk": "Wmo-999990007"}, "Laat het BSN weg"), ({"zaakkenmerk": "Z999990007/2"}, "Laat het BSN weg"),
        ({"aanleiding": "dossier_999.990.007_oud"}, "Laat het BSN weg"),
        ({"peildatum": "1-1-2999"}, "vandaag of een eerdere dag"),
        ({"peildatum": "31-12-2014"}, "vanaf 1-1-2015"), ({"peildatum": "gisteren"}, "Vul een datum in"),
    ],
)  # fmt: skip
def test_a_consultation_says_why(gebruiker: Any, ciz: Server, fields: dict[str, str | None], words: str) -> None:
    form = the_form(gebruiker.get(HOME))
    for name, value in (WHY | {"bsn": WITH} | fields).items():
        if value is not None:
            form[name] = value
    page = form.submit(status=422)
    assert words in page.text
    assert ciz.count == 0


def test_the_jeugdwet_is_no_ground(gebruiker: Any, ciz: Server) -> None:
    """facts.md 0.3: Wmo 2015 only."""
    page = gebruiker.get(HOME)
    options = [option for option, _, _ in the_form(page)["grondslag"].options]
    assert options == [f"wmo2015:2.3.{number}" for number in (2, 3, 5, 6, 9, 10)]
    form = the_form(page)
    for name, value in (WHY | {"bsn": WITH}).items():
        form[name] = value
    form["grondslag"].force_value("jeugdwet:1.2")
    assert form.submit(status=422).status_int == 422
    assert ciz.count == 0


def test_the_day_asked_for(gebruiker: Any) -> None:
    assert YES in consult(gebruiker, "999990020", peildatum="31-12-2025").text
    assert NO in consult(gebruiker, "999990020", peildatum="1 1 2026").text


def test_the_decision_is_shown_only_where_the_gemeente_wants_it(
    gebruiker: Any, configure: Callable[..., None], dbsession: Session
) -> None:
    """And that it was shown is recorded: the trail says what somebody saw, not only that they looked."""
    assert "12 februari 2024" not in consult(gebruiker, WITH).text
    configure(show_decision=True)
    page = consult(gebruiker, WITH)
    assert "12 februari 2024" in page.text
    assert "Geen einddatum" in page.text
    consult(gebruiker, WITHOUT)
    assert [row.decision_shown for row in rows(dbsession)] == [False, True, False]
    shown = [line.details.get("decision_shown") for line in lines(dbsession, "wlz_registertoets.consult")]
    assert shown == [None, True, None]


# ---- what stays ----


def test_one_line_with_ground_reason_outcome_and_keyed_hash(
    gebruiker: Any, dbsession: Session, hook_context: Any
) -> None:
    consult(gebruiker, WITH)
    (asked,), (line,) = lines(dbsession, "wlz_registertoets.ask"), lines(dbsession, "wlz_registertoets.consult")
    (row,) = rows(dbsession)
    assert line.purpose == "wmo2015:2.3.5"
    assert line.details["outcome"] == "ja"
    assert line.details["aanleiding"] == WHY["aanleiding"]
    assert line.details["zaakkenmerk"] == WHY["zaakkenmerk"]
    assert (line.gemeentecode, line.product, line.actor) == ("0363", "wlz_registertoets", row.account_id)
    assert line.object_id == asked.object_id == str(row.id)
    assert [subject.digest for subject in line.subjects] == hook_context("wlz_registertoets").secrecy.hashes(WITH)
    assert "outcome" not in asked.details


def test_no_bsn_is_kept(gebruiker: Any, dbsession: Session) -> None:
    consult(gebruiker, WITH)
    consult(gebruiker, WITH, aanleiding="")
    for table, rows in everything_stored(dbsession):
        assert WITH not in rows, table


@pytest.mark.parametrize("table", ["audit_event", "audit_subject", "audit_link"])
def test_a_broken_audit_trail_stops_the_question(gebruiker: Any, ciz: Server, dbsession: Session, table: str) -> None:
    """Nothing is asked that could not be written down first."""
    page = gebruiker.get(HOME)
    dbsession.execute(sa.text(f"ALTER TABLE {table} RENAME TO broken"))
    dbsession.commit()
    answer = consult(gebruiker, WITH, page=page)
    assert answer.status_int in {500, 503}
    assert ciz.count == 0
    assert rows(dbsession) == []


def test_an_answer_that_cannot_be_written_down_is_not_shown(
    gebruiker: Any, ciz: Server, dbsession: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = audit.record

    def broken(dbsession: Any, **line: Any) -> None:
        if line["action"] == "wlz_registertoets.consult":
            raise sa.exc.OperationalError("insert", {}, Exception("no table"))
        record(dbsession, **line)

    monkeypatch.setattr(audit, "record", broken)
    page = consult(gebruiker, WITH)
    assert page.status_int == 503
    assert YES not in page.text
    assert ciz.count == 1
    assert rows(dbsession)[0].outcome is None
    assert len(lines(dbsession, "wlz_registertoets.ask")) == 1


# ---- what does not stay ----


def test_the_outcome_is_gone(gebruiker: Any, ciz: Server) -> None:
    """Reloading the outcome sends the same question again; it is known, and neither asked nor shown again."""
    form = the_form(gebruiker.get(HOME))
    for name, value in (WHY | {"bsn": WITH}).items():
        form[name] = value
    first = form.submit()
    assert YES in first.text
    assert first.headers["Cache-Control"] == "no-store"
    again = form.submit(status=409)
    assert YES not in again.text
    assert WITH not in again.text.replace(" ", "")
    assert "niet meer getoond" in again.text
    assert ciz.count == 1


def test_no_bsn_in_address_title_or_headers(gebruiker: Any, caplog: pytest.LogCaptureFixture) -> None:
    for page in (consult(gebruiker, WITH), consult(gebruiker, WITH, aanleiding="")):
        title = page.html.title.text
        for text in (page.request.url, title, *page.headers.values()):
            assert WITH not in text.replace(" ", "")
    assert WITH not in caplog.text


# ---- who may ----


@pytest.mark.parametrize("path", ["", "eigen", "eigen/export", "api/v1/raadplegingen"])
def test_the_productbeheerder_consults_nothing(log_in: Any, dbsession: Session, path: str) -> None:
    """R-87: the page, the list, the export and the service; each refusal leaves a line."""
    log_in(PRODUCTBEHEERDER).get(f"{HOME}{path}", status=403)
    (line,) = lines(dbsession, "access.ask")
    assert (line.outcome, line.product) == (audit.Outcome.DENIED, "wlz_registertoets")


def test_the_productbeheerder_cannot_send_the_form(log_in: Any, gebruiker: Any, ciz: Server) -> None:
    form = the_form(gebruiker.get(HOME))
    for name, value in (WHY | {"bsn": WITH}).items():
        form[name] = value
    browser = log_in(PRODUCTBEHEERDER)
    form["csrf_token"] = token(browser)
    form.submit(status=403)
    assert ciz.count == 0


def token(browser: Any) -> str:
    return next(f["csrf_token"].value for f in browser.get("/g/0363/").forms.values() if "csrf_token" in f.fields)


def test_both_roles_together_consult_nothing(log_in: Any) -> None:
    """Somebody who holds both against the policy still reads nothing (R-90)."""
    log_in(GEBRUIKER, PRODUCTBEHEERDER).get(HOME, status=403)


def test_a_gebruiker_of_another_product(log_in: Any) -> None:
    log_in(("gebruiker", "iwmo")).get(HOME, status=403)


def test_a_gebruiker_of_another_gemeente(log_in: Any) -> None:
    log_in(GEBRUIKER, gemeente="0384").get(HOME, status=404)


def test_what_others_asked_is_not_in_ones_own_list(gebruiker: Any, log_in: Any) -> None:
    consult(gebruiker, WITH)
    assert "•••••••07" in gebruiker.get(f"{HOME}eigen").text
    other = log_in(GEBRUIKER)
    assert "•••••••07" not in other.get(f"{HOME}eigen").text
    assert other.get(f"{HOME}api/v1/raadplegingen").json == {"raadplegingen": []}


def test_the_own_list_for_a_program(gebruiker: Any) -> None:
    """And described in the OpenAPI document of the gemeente."""
    consult(gebruiker, WITH)
    response = gebruiker.get(f"{HOME}api/v1/raadplegingen")
    (found,) = response.json["raadplegingen"]
    assert (found["uitkomst"], found["zaakkenmerk"], found["reden"]) == ("ja", WHY["zaakkenmerk"], None)
    assert "07" not in found.values()
    description = gebruiker.get("/g/0363/openapi.json").json
    (path,) = [path for path in description["paths"] if path.endswith("/api/v1/raadplegingen")]
    assert set(found) == set(description["components"]["schemas"]["wlz_registertoets.OwnConsultation"]["properties"])
    assert set(description["paths"][path]) == {"get"}


def test_the_own_list_as_a_file(gebruiker: Any, dbsession: Session) -> None:
    consult(gebruiker, WITH, zaakkenmerk="=1+1 zaak")
    text = gebruiker.get(f"{HOME}eigen/export").body.decode("utf-8-sig")
    assert "'=1+1 zaak" in text
    assert "•••••••07" in text
    assert WITH not in text
    (line,) = lines(dbsession, "wlz_registertoets.export_own")
    assert line.details == {"rows": 1}


# ---- limits ----


def test_so_many_a_minute(gebruiker: Any, configure: Callable[..., None], ciz: Server, dbsession: Session) -> None:
    configure(per_minute=2)
    with time_machine.travel(now(), tick=False) as time:
        assert [consult(gebruiker).status_int for _ in range(3)] == [200, 200, 429]
        assert ciz.count == 2
        line = lines(dbsession, "wlz_registertoets.consult")[-1]
        assert (line.outcome, line.details) == (audit.Outcome.DENIED, {"reason": "limit", "limit": "minuut"})
        time.shift(timedelta(minutes=1))
        assert consult(gebruiker).status_int == 200


def test_so_many_a_day(gebruiker: Any, configure: Callable[..., None], ciz: Server) -> None:
    configure(per_day=1)
    with time_machine.travel("2026-11-21T12:00:00+00:00", tick=False):
        assert [consult(gebruiker).status_int for _ in range(2)] == [200, 429]
    assert ciz.count == 1


# ---- one's own and colleagues' BSN ----


@pytest.mark.parametrize(
    ("own", "words", "flag"), [(True, "uw eigen BSN", "eigen"), (False, "van een collega", "collega")]
)
def test_the_bsn_of_somebody_who_works_here(
    browser: Any, configure: Callable[..., None], dbsession: Session, people: Any, hook_context: Any, own: bool,
    words: str, flag: str,
) -> None:  # fmt: skip
    configure()
    me, colleague = people.new(GEBRUIKER), people.new(GEBRUIKER)
    subject = hook_context("wlz_registertoets").secrecy.subject(WITH)
    dbsession.add(
        Medewerker(
            gemeentecode="0363", account_id=me.id if own else colleague.id, digest=subject.digest,
            key_id=subject.key_id, added_at=now(), added_by=me.id,
        )
    )  # fmt: skip
    dbsession.commit()
    browser.log_in_as(dbsession, me)
    page = consult(browser, WITH)
    assert YES in page.text
    assert words in page.text
    assert lines(dbsession, "wlz_registertoets.consult")[0].details["flag"] == flag
