"""The connector and a register that works or fails in every way: an error is never "no" (B-05)."""

from __future__ import annotations

import json
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portaal.api import outbound
from portaal.testing.ciz import Fault, Server
from portaal_wlz_registertoets.ciz.breaker import FAILURES_TO_OPEN, Breaker
from portaal_wlz_registertoets.ciz.judge import judge
from portaal_wlz_registertoets.ciz.register import Comparison, NoComparisonError
from portaal_wlz_registertoets.outcome import Answer, Besluit, Reason, WlzOutcome

from .conftest import WITH, WITHOUT, Connect, question

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OLDEST = timedelta(hours=48)


# ---- a register that works ----


def test_yes_with_its_decision(connect: Connect) -> None:
    answer = connect().ask(question(WITH))
    assert answer.outcome is WlzOutcome.JA
    assert answer.besluit == Besluit(date(2024, 2, 12), date(2024, 3, 1), None)
    assert answer.register_date is not None


def test_no(connect: Connect) -> None:
    answer = connect().ask(question(WITHOUT))
    assert (answer.outcome, answer.reason, answer.besluit) == (WlzOutcome.NEE, None, None)


@pytest.mark.parametrize(
    ("bsn", "day", "expected"),
    [
        ("999990020", date(2025, 12, 31), WlzOutcome.JA), ("999990020", date(2026, 1, 1), WlzOutcome.NEE),
        ("999990032", date(2027, 1, 31), WlzOutcome.NEE), ("999990032", date(2027, 2, 1), WlzOutcome.JA),
        ("999990044", date(2022, 1, 1), WlzOutcome.NEE), ("999990044", date(2020, 1, 1), WlzOutcome.JA),
    ],
)  # fmt: skip
def test_the_day_counts(connect: Connect, bsn: str, day: date, expected: WlzOutcome) -> None:
    assert connect().ask(question(bsn, peildatum=day)).outcome is expected


def test_comparing_many(connect: Connect) -> None:
    found = connect().compare(uuid.uuid4(), "0363", [WITH, WITHOUT, "999990019"], date(2026, 11, 20))
    assert isinstance(found, Comparison)
    assert found.with_indication == {WITH, "999990019"}


def test_the_status(connect: Connect) -> None:
    assert isinstance(connect().status(), datetime)


def test_jeugdwet_gets_no_answer(connect: Connect) -> None:
    """The register itself refuses a ground that it may not be asked for (facts.md 0.3)."""
    assert connect().ask(question(ground="jeugdwet:1.2")).reason is Reason.GEWEIGERD


# ---- a register that does not ----

EXPECTED = {
    Fault.TRAAG: Reason.GEEN_ANTWOORD,
    Fault.DRUPPELEN: Reason.GEEN_ANTWOORD,
    Fault.FOUT_500: Reason.STORING,
    Fault.FOUT_503: Reason.STORING,
    Fault.GEWEIGERD: Reason.GEWEIGERD,
    Fault.AFGEKEURD: Reason.VRAAG_AFGEKEURD,
    Fault.TE_DRUK: Reason.TE_DRUK,
    Fault.VEROUDERD: Reason.REGISTER_VEROUDERD,
}
FAULTS = [fault for fault in Fault if fault is not Fault.GEEN]


@pytest.mark.parametrize("bsn", [WITH, WITHOUT])
@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_of_the_register_is_an_answer(ciz: Server, connect: Connect, fault: Fault, bsn: str) -> None:
    ciz.behaviour.choose(fault)
    before = time.monotonic()
    answer = connect(timeout=0.5).ask(question(bsn))
    assert answer == Answer.unknown(EXPECTED.get(fault, Reason.ANTWOORD_ONBRUIKBAAR))
    assert time.monotonic() - before < 1.5
    assert ciz.count == 1, "asked once, never again by itself"


OF_THE_ANSWER_TO_ONE = {
    Fault.ANDER_VERZOEK, Fault.ANDERE_DAG, Fault.VERKEERD_TYPE, Fault.ANDERE_UITKOMST, Fault.NEE_EN_FOUT,
    Fault.NEE_MET_BESLUIT,
}  # fmt: skip


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in OF_THE_ANSWER_TO_ONE | {Fault.ANDER_BSN}])
def test_no_fault_is_a_status(ciz: Server, connect: Connect, fault: Fault) -> None:
    ciz.behaviour.choose(fault)
    assert isinstance(connect(timeout=0.5).status(), Reason)


@pytest.mark.parametrize(
    "fault",
    [Fault.WEG, Fault.AFGEKAPT, Fault.FOUT_500, Fault.GEWEIGERD, Fault.ANDER_BSN, Fault.TRAAG, Fault.DRUPPELEN],
)
def test_no_fault_is_a_comparison(ciz: Server, connect: Connect, fault: Fault) -> None:
    ciz.behaviour.choose(fault)
    with pytest.raises(NoComparisonError):
        connect(timeout=0.5).compare(uuid.uuid4(), "0363", [WITH, WITHOUT], date(2026, 11, 20))


def test_nobody_listens(connect: Connect) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert connect(f"http://127.0.0.1:{port}").ask(question()).reason is Reason.NIET_BEREIKBAAR


@pytest.mark.parametrize(
    "url",
    ["https://10.0.0.1/", "https://169.254.169.254/", "https://192.168.1.1", "https://[fd00::1]/", "https://0.0.0.0/",
     "http://198.51.100.7/", "https://does-not-exist.invalid/"],
)  # fmt: skip
def test_our_own_network_is_not_asked(connect: Connect, url: str) -> None:
    assert connect(url).ask(question()).reason is Reason.NIET_BEREIKBAAR


# ---- anything at all ----


def right_answer(asked: Any) -> dict[str, Any]:
    return {
        "verzoekId": str(asked.request_id), "bsn": asked.bsn, "peildatum": asked.peildatum.isoformat(),
        "uitkomst": "nee", "registerStand": "2026-11-21T04:00:00+00:00",
    }  # fmt: skip


def judged(body: bytes, status: int = 200, content_type: str = "application/json", asked: Any = None) -> Answer:
    return judge(asked or question(), outbound.Reply(status, content_type, body), NOW, OLDEST)


def test_the_one_answer_that_is_no() -> None:
    asked = question()
    assert judged(json.dumps(right_answer(asked)).encode(), asked=asked).outcome is WlzOutcome.NEE


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.sampled_from(["ja", "nee"]),
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(st.text(max_size=12), parts, max_size=4),
    max_leaves=12,
)


@given(body=st.binary(max_size=200) | anything.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=400, deadline=None)
def test_no_other_body_is_no(body: bytes) -> None:
    assert judged(body).outcome is WlzOutcome.NIET_BEPAALD


@given(data=st.data())
@settings(max_examples=600, deadline=None)
def test_an_answer_with_one_thing_different_is_not_no(data: st.DataObject) -> None:
    """Leave out, change, add: each makes it another answer than the one to this question."""
    asked = question()
    right = right_answer(asked)
    wrong = dict(right)
    name = data.draw(st.sampled_from(sorted(right)))
    how = data.draw(st.sampled_from(["leave out", "change", "add"]))
    if how == "leave out":
        del wrong[name]
    elif how == "change":
        wrong[name] = data.draw(anything.filter(lambda value: value != right[name]))
    else:
        wrong[data.draw(st.text(min_size=1).filter(lambda key: key not in right))] = data.draw(anything)
    outcome = judged(json.dumps(wrong).encode(), asked=asked).outcome
    if outcome is WlzOutcome.JA:  # only by saying so
        assert wrong["uitkomst"] == "ja"
    else:
        assert outcome is WlzOutcome.NIET_BEPAALD


@given(cut=st.integers(min_value=0), asked_bsn=st.sampled_from([WITH, WITHOUT]))
@settings(max_examples=200, deadline=None)
def test_a_cut_answer_is_not_no(cut: int, asked_bsn: str) -> None:
    asked = question(asked_bsn)
    whole = json.dumps(right_answer(asked)).encode()
    assert judged(whole[: cut % len(whole)], asked=asked).outcome is WlzOutcome.NIET_BEPAALD


@given(status=st.integers(min_value=100, max_value=999).filter(lambda status: status != 200))
def test_only_status_200_is_an_answer(status: int) -> None:
    asked = question()
    body = json.dumps(right_answer(asked)).encode()
    assert judged(body, status, asked=asked).outcome is WlzOutcome.NIET_BEPAALD


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/problem+json", "application/json; charset=utf-16"]
)
def test_only_json_is_an_answer(content_type: str) -> None:
    asked = question()
    body = json.dumps(right_answer(asked)).encode()
    assert judged(body, content_type=content_type, asked=asked).outcome is WlzOutcome.NIET_BEPAALD


@given(age=st.timedeltas(min_value=timedelta(days=-400), max_value=timedelta(days=400)))
def test_only_a_fresh_register_is_an_answer(age: timedelta) -> None:
    asked = question()
    body = json.dumps(right_answer(asked) | {"registerStand": (NOW - age).isoformat()}).encode()
    answer = judged(body, asked=asked)
    assert (answer.outcome is WlzOutcome.NEE) == (timedelta(minutes=-5) <= age <= OLDEST)


@given(st.sampled_from(WlzOutcome), st.none() | st.sampled_from(Reason), st.none() | st.just(NOW))
def test_an_outcome_that_does_not_add_up_cannot_be_made(
    outcome: WlzOutcome, reason: Reason | None, stand: datetime | None
) -> None:
    adds_up = (reason is None and stand is not None) if outcome is not WlzOutcome.NIET_BEPAALD else (
        reason is not None and stand is None
    )  # fmt: skip
    if adds_up:
        Answer(outcome, reason, stand)
    else:
        with pytest.raises(ValueError, match="not determined"):
            Answer(outcome, reason, stand)


# ---- raw answers over a real socket ----


@contextmanager
def raw_server(response: bytes) -> Iterator[str]:
    """Answers one request with these bytes and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(response)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


@given(response=st.binary(max_size=300))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_over_the_line(connect: Connect, response: bytes) -> None:
    with raw_server(response) as url:
        assert connect(url).ask(question()).outcome is WlzOutcome.NIET_BEPAALD


def test_an_answer_without_an_end_is_not_no(connect: Connect) -> None:
    """Neither a length nor chunks: nobody could tell whether it was cut off."""
    asked = question()
    body = json.dumps(right_answer(asked)).encode()
    with raw_server(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + body) as url:
        assert connect(url).ask(asked).reason is Reason.ANTWOORD_ONBRUIKBAAR


# ---- the circuit breaker ----


def test_a_register_that_keeps_failing_is_left_alone(ciz: Server, connect: Connect) -> None:
    seconds = [0.0]
    register = connect(breaker=Breaker(lambda: seconds[0]))
    ciz.behaviour.choose(Fault.FOUT_503)
    for _ in range(FAILURES_TO_OPEN):
        assert register.ask(question()).reason is Reason.STORING
    assert register.ask(question()).reason is Reason.ONDERBROKEN
    assert ciz.count == FAILURES_TO_OPEN
    seconds[0] = 60.0
    assert register.ask(question()).reason is Reason.STORING  # one is let through, and fails
    assert register.ask(question()).reason is Reason.ONDERBROKEN
    seconds[0] = 300.0
    ciz.behaviour.choose(Fault.GEEN)
    assert register.ask(question()).outcome is WlzOutcome.NEE
    assert register.ask(question()).outcome is WlzOutcome.NEE


def test_one_question_at_a_time_tries_a_register_that_failed() -> None:
    seconds = [0.0]
    breaker = Breaker(lambda: seconds[0])
    for _ in range(FAILURES_TO_OPEN):
        breaker.failed()
    seconds[0] = 20.0
    assert [breaker.admits() for _ in range(5)] == [True, False, False, False, False]


def test_a_refused_question_does_not_close_the_register(ciz: Server, connect: Connect) -> None:
    register = connect()
    ciz.behaviour.choose(Fault.AFGEKEURD)
    for _ in range(FAILURES_TO_OPEN + 1):
        assert register.ask(question()).reason is Reason.VRAAG_AFGEKEURD
