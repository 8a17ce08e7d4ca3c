"""Wlz-signalen: delivered as a whole, compared once a day, one signal per resident, dealt with by people."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from portaal.api import HookContext, audit, now, today
from portaal.testing.ciz import Fault, Server
from portaal.testing.products import Activation
from portaal_wlz_registertoets import jobs, lists, signals, upkeep
from portaal_wlz_registertoets.consulting import Asker
from portaal_wlz_registertoets.models import (
    Aanlevering,
    Inwoner,
    Lijst,
    LijstRegel,
    Medewerker,
    Raadpleging,
    Signaal,
    Teller,
    Vergelijking,
)
from portaal_wlz_registertoets.outcome import Reason

from .conftest import GEBRUIKER, HOME, PRODUCTBEHEERDER, WITH, WITHOUT, consult
from .test_lists import go_on, send_list

SIGNALS = f"{HOME}signalen"


@pytest.fixture
def user(gebruiker: Any, configure: Callable[..., None]) -> Any:
    configure(signals=True)
    return gebruiker


@pytest.fixture
def context(hook_context: Callable[[str], HookContext]) -> HookContext:
    return hook_context("wlz_registertoets")


def send_file(browser: Any, content: bytes) -> Any:
    page = browser.get(f"{SIGNALS}/aanleveren")
    form = next(form for form in page.forms.values() if "bestand" in form.fields)
    form["bestand"] = ("dat.csv", content, "text/csv")
    return form.submit(status="*")


def every(dbsession: Session, model: Any) -> list[Any]:
    dbsession.expire_all()
    return list(dbsession.scalars(sa.select(model)))


def acts(dbsession: Session, action: str) -> list[audit.AuditEvent]:
    return [line for line in every(dbsession, audit.AuditEvent) if line.action == f"wlz_registertoets.{action}"]


RESIDENTS = f"BSN\n{WITH}\n999.990.019\n{WITHOUT}\n\n{WITHOUT}\n".encode()


def test_residents_are_delivered_sealed(user: Any, dbsession: Session) -> None:
    page = send_file(user, RESIDENTS).follow()
    assert "Aangeleverd: 3 inwoners" in page.text
    rows = every(dbsession, Inwoner)
    assert len(rows) == 3
    assert not any(bsn in row.sealed for row in rows for bsn in (WITH, WITHOUT))
    assert acts(dbsession, "signals_deliver")[0].details == {"count": 3}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "één BSN op elke regel"), (b"BSN\n", "één BSN op elke regel"), (b"\xff\xfe9", "één BSN op elke regel"),
        (f"{WITH}\n99999007\n{WITHOUT}\nJansen".encode(), "deze regels zijn geen BSN van 9 cijfers: 2, 4."),
        (b"999990007\n" * 250_000, "te groot"),
        (b"999990007\n" * 100_001, "te groot"),
    ],
)  # fmt: skip
def test_a_file_is_taken_as_a_whole_or_not_at_all(user: Any, dbsession: Session, content: bytes, words: str) -> None:
    page = send_file(user, content)
    assert page.status_int in {413, 422}
    assert words in page.text
    assert "Jansen" not in page.text
    assert every(dbsession, Aanlevering) == []


def test_a_delivery_needs_the_token(user: Any, dbsession: Session) -> None:
    user.post(f"{SIGNALS}/aanleveren", upload_files=[("bestand", "dat.csv", RESIDENTS)], status=400)
    assert every(dbsession, Aanlevering) == []


def test_a_new_file_replaces_the_old_one(user: Any, dbsession: Session) -> None:
    send_file(user, RESIDENTS)
    send_file(user, WITH.encode())
    assert [row.count for row in every(dbsession, Aanlevering) if row.replaced_at is None] == [1]
    assert len(every(dbsession, Inwoner)) == 1


def test_withdrawing_erases_the_residents(user: Any, dbsession: Session) -> None:
    send_file(user, RESIDENTS)
    page = user.get(f"{SIGNALS}/aanleveren")
    next(form for form in page.forms.values() if form.action.endswith("/intrekken")).submit(status=303)
    assert every(dbsession, Inwoner) == []
    assert len(acts(dbsession, "signals_withdraw")) == 1


def test_who_is_no_longer_delivered_is_not_said_to_be_out_of_the_register(
    user: Any, dbsession: Session, context: HookContext
) -> None:
    """Nobody asked the register about them, so nobody knows."""
    with time_machine.travel("2026-11-21T10:00:00+00:00", tick=False) as time:
        send_file(user, WITH.encode())
        jobs.compare_residents(context)
        send_file(user, WITHOUT.encode())
        time.shift(timedelta(days=1))
        jobs.compare_residents(context)
        (signal,) = every(dbsession, Signaal)
        for page in (user.get(SIGNALS), press(user.get(SIGNALS), str(signal.id))):
            assert "Niet meer gesignaleerd sinds" in page.text
            assert "in het register sinds" not in page.text
        assert "Of dat nog zo is, is niet bekend" in page.text


def test_withdrawing_ends_what_was_signalled(
    user: Any, dbsession: Session, context: HookContext, configure: Callable[..., None]
) -> None:
    """Else it would stand there as if the register still said so, for as long as nobody is compared."""
    send_file(user, WITH.encode())
    jobs.compare_residents(context)
    page = user.get(f"{SIGNALS}/aanleveren")
    next(form for form in page.forms.values() if form.action.endswith("/intrekken")).submit(status=303)
    assert [bool(signal.ended_at) for signal in every(dbsession, Signaal)] == [True]
    assert "Niet meer gesignaleerd sinds" in user.get(SIGNALS).text


# ---- comparing ----


def test_once_a_day_everybody_is_compared(user: Any, ciz: Server, dbsession: Session, context: HookContext) -> None:
    send_file(user, RESIDENTS)
    with time_machine.travel("2026-11-21T10:00:00+00:00", tick=False) as time:
        for _ in range(3):
            jobs.compare_residents(context)
        assert ciz.count == 1
        time.shift(timedelta(days=1))
        jobs.compare_residents(context)
        assert ciz.count == 2
    found = every(dbsession, Signaal)
    assert len(found) == 2
    assert {signal.masked for signal in found} == {"•••••••07", "•••••••19"}
    first, second = acts(dbsession, "signals_compare")
    assert first.details == {"compared": 3, "found": 2, "new": 2}
    assert second.details["new"] == 0
    assert first.actor is None
    assert len(first.subjects) == 2


def test_a_comparison_that_fails_is_tried_again(
    user: Any, ciz: Server, dbsession: Session, context: HookContext
) -> None:
    send_file(user, RESIDENTS)
    ciz.behaviour.choose(Fault.FOUT_503)
    jobs.compare_residents(context)
    assert every(dbsession, Signaal) == []
    assert [row.reason for row in every(dbsession, Vergelijking)] == [Reason.STORING]
    assert "mislukte en wordt opnieuw geprobeerd" in user.get(SIGNALS).text
    assert acts(dbsession, "signals_compare")[0].details == {"compared": 0, "not_determined": "storing"}
    ciz.behaviour.choose(Fault.GEEN)
    jobs.compare_residents(context)
    assert len(every(dbsession, Signaal)) == 2


def test_half_a_comparison_is_none(
    user: Any, ciz: Server, dbsession: Session, context: HookContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "MOST_COMPARED", 1)
    send_file(user, RESIDENTS)
    asked = []

    def ask(*arguments: Any) -> Any:
        asked.append(arguments)
        if len(asked) == 2:
            ciz.behaviour.choose(Fault.WEG)
        return compare(*arguments)

    from portaal_wlz_registertoets.ciz.web_service import WebServiceRegister

    compare = WebServiceRegister.compare
    monkeypatch.setattr(WebServiceRegister, "compare", ask)
    jobs.compare_residents(context)
    assert len(asked) == 2
    assert every(dbsession, Signaal) == []


@pytest.mark.parametrize("act", ["withdraw", "replace"])
def test_nothing_comes_of_a_file_that_is_gone_meanwhile(
    user: Any, ciz: Server, dbsession: Session, context: HookContext, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    send_file(user, RESIDENTS)

    def compare(*arguments: Any) -> Any:
        answer = asked(*arguments)
        page = user.get(f"{SIGNALS}/aanleveren")
        if act == "withdraw":
            next(form for form in page.forms.values() if form.action.endswith("/intrekken")).submit(status=303)
        else:
            send_file(user, WITHOUT.encode())
        return answer

    asked = signals.compare
    monkeypatch.setattr(signals, "compare", compare)
    jobs.compare_residents(context)
    assert every(dbsession, Signaal) == []
    assert every(dbsession, Vergelijking) == []
    assert acts(dbsession, "signals_compare")[0].details == {"compared": 3, "found": 0, "new": 0}


def test_a_gemeente_that_fails_holds_up_no_other(
    user: Any, configure: Callable[..., None], ciz: Server, dbsession: Session, context: HookContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Say that the key of what it sealed is gone."""
    configure("0384", signals=True)
    signals.deliver(dbsession, context.secrecy, [WITH], Asker(uuid.uuid4(), "0384"))
    dbsession.commit()
    compare_one = jobs.compare_one

    def compare(context: HookContext, gemeentecode: str) -> None:
        if gemeentecode == "0363":
            raise RuntimeError
        compare_one(context, gemeentecode)

    monkeypatch.setattr(jobs, "compare_one", compare)
    with pytest.raises(ExceptionGroup):  # so that the job is seen to fail
        jobs.compare_residents(context)
    assert {signal.gemeentecode for signal in every(dbsession, Signaal)} == {"0384"}


def test_a_signal_ends_and_begins_anew(user: Any, ciz: Server, dbsession: Session, context: HookContext) -> None:
    send_file(user, RESIDENTS)
    with time_machine.travel("2026-11-21T10:00:00+00:00", tick=False) as time:
        jobs.compare_residents(context)
        ciz.register.take_away(WITH)
        time.shift(timedelta(days=1))
        jobs.compare_residents(context)
        assert {signal.masked: bool(signal.ended_at) for signal in every(dbsession, Signaal)} == {
            "•••••••07": True, "•••••••19": False,
        }  # fmt: skip
        ciz.register.give(WITH, today())
        time.shift(timedelta(days=1))
        jobs.compare_residents(context)
    assert sorted(signal.masked for signal in every(dbsession, Signaal)) == ["•••••••07", "•••••••07", "•••••••19"]


def test_without_the_setting_nobody_is_compared(
    user: Any, ciz: Server, configure: Callable[..., None], context: HookContext
) -> None:
    send_file(user, RESIDENTS)
    configure(signals=False)
    jobs.compare_residents(context)
    assert ciz.count == 0
    user.get(SIGNALS, status=404)
    user.get(f"{SIGNALS}/aanleveren", status=404)


def test_a_product_that_is_off_is_not_compared(
    user: Any, ciz: Server, activation: Activation, context: HookContext
) -> None:
    send_file(user, RESIDENTS)
    activation.off("wlz_registertoets")
    jobs.compare_residents(context)
    assert ciz.count == 0


# ---- dealing with them ----


def press(page: Any, ending: str) -> Any:
    return next(form for form in page.forms.values() if form.action.endswith(ending)).submit(status="*")


def test_dealing_with_a_signal(user: Any, dbsession: Session, context: HookContext) -> None:
    send_file(user, WITH.encode())
    jobs.compare_residents(context)
    overview = user.get("/g/0363/")
    assert "Af te handelen Wlz-signalen: 1" in overview.text
    page = user.get(SIGNALS)
    assert WITH not in page.text
    (signal,) = every(dbsession, Signaal)
    opened = press(page, str(signal.id))
    assert "999 990 007" in opened.text
    assert WITH not in opened.request.url
    (line,) = acts(dbsession, "signal_open")
    assert [subject.digest for subject in line.subjects] == context.secrecy.hashes(WITH)
    assert "afgehandeld" in press(opened, "/afhandelen").follow().text
    (signal,) = every(dbsession, Signaal)
    assert signal.dealt_with_at is not None
    assert len(acts(dbsession, "signal_deal_with")) == 1


def test_many_signals_come_page_by_page(user: Any, dbsession: Session) -> None:
    """The first comparison of a gemeente may find hundreds at the same moment; each stands on one page."""
    moment, per_page = now(), 50
    for number in range(per_page + 20):
        dbsession.add(
            Signaal(
                gemeentecode="0363", digest=f"{number:064x}", key_id="test-1", masked=f"••••{number:05}", sealed="",
                found_at=moment, register_date=moment,
            )
        )  # fmt: skip
    dbsession.commit()
    first, second = user.get(SIGNALS), user.get(f"{SIGNALS}?pagina=2")
    assert "70 resultaten" in first.text
    shown = [set(re.findall("••••[0-9]{5}", page.text)) for page in (first, second)]
    assert [len(part) for part in shown] == [per_page, 20]
    assert not shown[0] & shown[1]
    dbsession.execute(sa.update(Signaal).values(dealt_with_at=moment))
    dbsession.commit()
    assert "De nieuwste 50 van 70" in user.get(SIGNALS).text


def test_the_way_to_the_signals(user: Any, configure: Callable[..., None]) -> None:
    assert user.get(HOME).click("Wlz-signalen").request.path == SIGNALS
    configure(signals=False)
    assert "Wlz-signalen" not in user.get(HOME).text


def test_signals_of_another_gemeente(user: Any, log_in: Any, dbsession: Session, context: HookContext,
                                     configure: Callable[..., None]) -> None:  # fmt: skip
    send_file(user, WITH.encode())
    jobs.compare_residents(context)
    configure("0384", signals=True)
    (signal,) = every(dbsession, Signaal)
    other = log_in(GEBRUIKER, gemeente="0384")
    page = other.get("/g/0384/wlz_registertoets/signalen")
    assert "•••••••07" not in page.text
    token = next(form["csrf_token"].value for form in page.forms.values() if "csrf_token" in form.fields)
    other.post(f"/g/0384/wlz_registertoets/signalen/{signal.id}", {"csrf_token": token}, status=404)
    other.post(f"/g/0363/wlz_registertoets/signalen/{signal.id}", {"csrf_token": token}, status=404)


def test_the_productbeheerder_sees_no_signal(user: Any, log_in: Any) -> None:
    browser = log_in(PRODUCTBEHEERDER)
    browser.get(SIGNALS, status=403)
    browser.get(f"{SIGNALS}/aanleveren", status=403)


# ---- upkeep ----


def test_what_need_not_be_kept_is_forgotten(user: Any, dbsession: Session, context: HookContext) -> None:
    with time_machine.travel(now(), tick=False) as time:
        send_file(user, WITH.encode())
        jobs.compare_residents(context)
        (signal,) = every(dbsession, Signaal)
        press(press(user.get(SIGNALS), str(signal.id)), "/afhandelen")
        consult(user, WITH)
        go_on(send_list(user, f"{WITH}\n{WITHOUT}").follow())
        jobs.forget(context)
        assert len(every(dbsession, LijstRegel)) == 2
        assert every(dbsession, Signaal)[0].sealed
        time.shift(timedelta(hours=1, minutes=1))
        jobs.forget(context)
        assert every(dbsession, LijstRegel) == []
        time.shift(timedelta(days=91))
        jobs.forget(context)
        assert every(dbsession, Teller) == []
        assert every(dbsession, Signaal)[0].sealed == ""
        assert len(every(dbsession, Raadpleging)) == 3
        (closed,) = every(dbsession, Lijst)
        assert lists.find(dbsession, closed.id, lists.Asker(closed.account_id, closed.gemeentecode)) is None
        time.shift(timedelta(days=5 * 366))
        jobs.forget(context)
        assert every(dbsession, Raadpleging) == []
        assert every(dbsession, Lijst) == []


def test_the_bsn_of_a_signal_that_ended_by_itself_is_forgotten_too(
    user: Any, ciz: Server, dbsession: Session, context: HookContext
) -> None:
    with time_machine.travel(now(), tick=False) as time:
        send_file(user, f"{WITH}\n999990019".encode())
        jobs.compare_residents(context)
        ciz.register.take_away(WITH)
        time.shift(timedelta(days=1))
        jobs.compare_residents(context)
        time.shift(timedelta(days=91))
        jobs.forget(context)
    assert {signal.masked: bool(signal.sealed) for signal in every(dbsession, Signaal)} == {
        "•••••••07": False, "•••••••19": True,
    }  # fmt: skip


def test_a_comparison_that_is_late_is_told(user: Any, dbsession: Session, context: HookContext) -> None:
    with time_machine.travel(now(), tick=False) as time:
        send_file(user, WITH.encode())
        assert upkeep.late_comparisons(context) == ""
        time.shift(timedelta(days=3))
        assert upkeep.late_comparisons(context) == "1 dat-files were not compared for two days"
        jobs.compare_residents(context)
        assert upkeep.late_comparisons(context) == ""


def test_the_numbers(user: Any, context: HookContext) -> None:
    consult(user, WITH)
    consult(user, WITHOUT)
    numbers = {sample.labels[0]: sample.value for sample in upkeep.consultations_by_outcome(context)}
    assert numbers == {"ja": 1, "nee": 1, "niet_bepaald": 0, "": 0}


def test_what_the_product_knows_of_a_person(
    browser: Any, configure: Callable[..., None], people: Any, dbsession: Session, context: HookContext,
    person_context: Any,
) -> None:  # fmt: skip
    configure()
    person = people.new(GEBRUIKER)
    browser.log_in_as(dbsession, person)
    consult(browser, WITH)
    subject = context.secrecy.subject(WITH)
    dbsession.add(
        Medewerker(
            gemeentecode="0363", account_id=person.id, digest=subject.digest, key_id="test-1", added_at=now(),
            added_by=person.id,
        )
    )  # fmt: skip
    dbsession.commit()
    about = person_context("wlz_registertoets", person)
    known = upkeep.personal_data(about)
    assert [row["masked"] for row in known["raadplegingen"]] == ["•••••••07"]
    assert len(known["bsn_krijgt_aandacht"]) == 1
    erased = upkeep.erase_personal_data(about)
    dbsession.commit()
    assert (erased.erased, [kept.count for kept in erased.kept]) == (1, [1])
    assert upkeep.erase_personal_data(about).erased == 0
