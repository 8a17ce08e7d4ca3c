"""The connector and a register that works or fails in every way: an error is never "no" (B-05)."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portaal.api import now, outbound
from portaal.testing.ciz import Behaviour, Fault, Register, Server
from portaal.testing.server import held_ports
from portaal_wlz_registertoets.ciz.breaker import FAILURES_TO_OPEN, FIRST_PAUSE, LONGEST_PAUSE, Breaker
from portaal_wlz_registertoets.ciz.judge import judge
from portaal_wlz_registertoets.ciz.register import Comparison, NoComparisonError
from portaal_wlz_registertoets.ciz.web_service import WebServiceRegister
from portaal_wlz_registertoets.outcome import Answer, Besluit, Reason, WlzOutcome

from .conftest import HASTE, OIN, SLOW, WITH, WITHOUT, Connect, question

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


def patience(fault: Fault) -> float:
    """Seconds to wait for an answer."""
    return HASTE if fault in SLOW else 60


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
    """Whoever waited for a slow one would wait for ever."""
    ciz.behaviour.choose(fault)
    answer = connect(timeout=patience(fault)).ask(question(bsn))
    assert answer == Answer.unknown(EXPECTED.get(fault, Reason.ANTWOORD_ONBRUIKBAAR))
    assert ciz.count == 1 or (ciz.count == 0 and fault in SLOW), "asked once, never again by itself"


OF_THE_ANSWER_TO_ONE = {
    Fault.ANDER_VERZOEK, Fault.ANDERE_DAG, Fault.VERKEERD_TYPE, Fault.ANDERE_UITKOMST, Fault.NEE_EN_FOUT,
    Fault.NEE_MET_BESLUIT,
}  # fmt: skip


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in OF_THE_ANSWER_TO_ONE | {Fault.ANDER_BSN}])
def test_no_fault_is_a_status(ciz: Server, connect: Connect, fault: Fault) -> None:
    ciz.behaviour.choose(fault)
    assert isinstance(connect(timeout=patience(fault)).status(), Reason)


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_is_a_comparison(ciz: Server, connect: Connect, fault: Fault) -> None:
    """To take it for one would end the signals of residents who have an indication."""
    ciz.behaviour.choose(fault)
    with pytest.raises(NoComparisonError, match=EXPECTED.get(fault, Reason.ANTWOORD_ONBRUIKBAAR)):
        connect(timeout=patience(fault)).compare(uuid.uuid4(), "0363", [WITH, WITHOUT], date(2026, 11, 20))


def test_nobody_listens(connect: Connect) -> None:
    with held_ports(1) as [port]:
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
    """Answers one request with these bytes, and reads on until the other closes: who closes first, with a part of the
    request unread, breaks the connection under the answer.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):  # the other may have had enough
                connection.recv(65536)
                connection.sendall(response)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass

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


# Each says "nee" about the right citizen; each is in some way not the answer that was asked for.
CONTENTS: dict[str, Any] = {
    "twice": lambda right: right + right,
    "a comma too many": lambda right: right[:-1] + b",}",
    "in a list": lambda right: b"[" + right + b"]",
    "in a text": lambda right: json.dumps(right.decode()).encode(),
    "in a call": lambda right: b"found(" + right + b")",
    "with a NUL": lambda right: right + b"\0",
    "with a byte order mark": lambda right: b"\xef\xbb\xbf" + right,
    "in UTF-16": lambda right: right.decode().encode("utf-16"),
    "a name twice": lambda right: right[:-1] + b', "uitkomst": "nee"}',
    "a name twice, one of them escaped": lambda right: right[:-1] + b', "uitk\\u006fmst": "nee"}',
    "a name twice, deeper": lambda right: right[:-1] + b', "besluit": {"datum": "2026-01-01", "datum": "2026-01-02"}}',
    "names of Python": lambda right: right.replace(b"registerStand", b"register_stand"),
    "NaN": lambda right: right[:-1] + b', "besluit": NaN}',
    "null": lambda right: right[:-1] + b', "besluit": null}',
    "a number of 5,000 digits": lambda right: right.replace(b'"nee"', b"9" * 5000),
    "a hundred thousand deep": lambda right: right[:-1] + b', "besluit": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "half a character": lambda right: right.replace(b'"nee"', b'"\\ud800"'),
    "nothing": lambda right: b"",
    "a web page": lambda right: b"<!doctype html><title>nee</title>",
}  # fmt: skip
VALUES: dict[str, dict[str, Any]] = {
    "NEE": {"uitkomst": "NEE"}, "nee and a space": {"uitkomst": "nee "}, "a list": {"uitkomst": ["nee"]},
    "false": {"uitkomst": False}, "a BSN as a number": {"bsn": 999990056},
    "a BSN and a line end": {"bsn": "999990056\n"}, "a BSN with spaces": {"bsn": "999 990 056"},
    "a BSN in Arabic digits": {"bsn": "٩٩٩٩٩٠٠٥٦"},
    "a moment without offset": {"registerStand": "2026-11-21T04:00:00"},
    "seconds since 1970": {"registerStand": "1795233600"}, "a number of seconds": {"registerStand": 1795233600},
    "a moment with a space": {"registerStand": "2026-11-21 04:00:00+00:00"}, "a day": {"registerStand": "2026-11-21"},
    "a moment as a day": {"peildatum": "2026-11-20T00:00:00"}, "a day in seconds": {"peildatum": "1795132800"},
    "our clock is six minutes behind": {"registerStand": "2026-11-21T12:06:00+00:00"},
    "two days and a minute old": {"registerStand": "2026-11-19T11:59:00+00:00"},
    "another id": {"verzoekId": str(uuid.uuid4())}, "another citizen": {"bsn": WITH},
    "another day": {"peildatum": "2026-11-19"},
}  # fmt: skip


@pytest.mark.parametrize("how", CONTENTS)
def test_no_other_content_is_no(how: str) -> None:
    asked = question()
    assert (
        judged(CONTENTS[how](json.dumps(right_answer(asked)).encode()), asked=asked).outcome is WlzOutcome.NIET_BEPAALD
    )


@pytest.mark.parametrize("how", VALUES)
def test_no_other_value_is_no(how: str) -> None:
    asked = question()
    body = json.dumps(right_answer(asked) | VALUES[how]).encode()
    assert judged(body, asked=asked).outcome is WlzOutcome.NIET_BEPAALD


@pytest.mark.parametrize("form", ["urn:uuid:{}", "{{{}}}"])
def test_an_id_is_written_as_in_the_contract(form: str) -> None:
    asked = question()
    body = json.dumps(right_answer(asked) | {"verzoekId": form.format(asked.request_id)}).encode()
    assert judged(body, asked=asked).outcome is WlzOutcome.NIET_BEPAALD


def over_http(body: bytes, *headers: str, status: str = "200 OK", length: object = None) -> bytes:
    """An answer as bytes; ``length`` False leaves the length out."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers]
    if length is not False:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def in_chunks(body: bytes, size: str = "", end: bytes = b"0\r\n\r\n") -> bytes:
    chunks = f"{size or format(len(body), 'x')}\r\n".encode() + body + b"\r\n" + end
    return over_http(chunks, "Transfer-Encoding: chunked", length=False)


RIGHT_ON_THE_LINE: dict[str, Any] = {
    "with a length": over_http, "in one chunk": in_chunks,
    "after a 100": lambda right: b"HTTP/1.1 100 Continue\r\n\r\n" + over_http(right),
}  # fmt: skip
WRONG_ON_THE_LINE: dict[str, Any] = {
    "a length that is larger": lambda right: over_http(right, length=len(right) + 1),
    "a length that is smaller": lambda right: over_http(right, length=len(right) - 1),
    "a negative length": lambda right: over_http(right, length=-1),
    "a length that is none": lambda right: over_http(right, length="all of it"),
    "two lengths": lambda right: over_http(right, f"Content-Length: {len(right) - 1}"),
    "a length and chunks": lambda right: in_chunks(right).replace(b"\r\n", b"\r\nContent-Length: 999\r\n", 1),
    "a transfer that is unknown": lambda right: over_http(right, "Transfer-Encoding: identity"),
    "chunks without an end": lambda right: in_chunks(right, end=b""),
    "a chunk that is larger": lambda right: in_chunks(right, size=format(len(right) + 5, "x")),
    "a chunk of less than nothing": lambda right: in_chunks(right, size="-5"),
    "a chunk without a size": lambda right: in_chunks(right, size="zz"),
    "compressed": lambda right: over_http(gzip.compress(right), "Content-Encoding: gzip"),
    "said to be compressed": lambda right: over_http(right, "Content-Encoding: gzip"),
    "a bomb": lambda right: over_http(gzip.compress(b" " * 20_000_000 + right), "Content-Encoding: gzip"),
    "two megabytes": lambda right: over_http(right[:-1] + b" " * 2_000_000 + b"}"),
    "two content types": lambda right: over_http(right, "Content-Type: text/html"),
    "too many headers": lambda right: over_http(right, *(f"X-{number}: 1" for number in range(300))),
    "a header of 70,000 characters": lambda right: over_http(right, f"X: {'a' * 70_000}"),
    "a redirect": lambda right: over_http(right, "Location: http://127.0.0.1/", status="307 Temporary Redirect"),
    "no content": lambda right: over_http(right, status="204 No Content"),
    "a part": lambda right: over_http(right, "Content-Range: bytes 0-9/10", status="206 Partial Content"),
    "made of something else": lambda right: over_http(right, status="203 Non-Authoritative Information"),
    "not HTTP": lambda right: right,
}  # fmt: skip


def answered(connect: Connect, how: Any) -> Answer:
    asked = question()
    body = json.dumps(right_answer(asked) | {"registerStand": (now() - timedelta(hours=1)).isoformat()}).encode()
    with raw_server(how(body)) as url:
        return connect(url).ask(asked)


@pytest.mark.parametrize("how", RIGHT_ON_THE_LINE)
def test_an_answer_may_come_in_these_ways(connect: Connect, how: str) -> None:
    assert answered(connect, RIGHT_ON_THE_LINE[how]).outcome is WlzOutcome.NEE


@pytest.mark.parametrize("how", WRONG_ON_THE_LINE)
def test_and_in_no_other(connect: Connect, how: str) -> None:
    assert answered(connect, WRONG_ON_THE_LINE[how]) == Answer.unknown(Reason.ANTWOORD_ONBRUIKBAAR)


# ---- TLS: both show a certificate ----


def pair(name: str = "localhost") -> tuple[str, str]:
    """A certificate that is its own authority, and its key, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    moment = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1)).not_valid_after(moment + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, SHA256())
    )  # fmt: skip
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM).decode(), private.decode()


OURS, THEIRS, STRANGER = pair(), pair(), pair()


@pytest.fixture
def ciz_over_tls(tmp_path: Path) -> Iterator[Server]:
    """The register as it is in production: it lets in whoever shows our certificate."""
    file = tmp_path / "register.pem"
    file.write_text("".join(THEIRS))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(file)
    tls.load_verify_locations(cadata=OURS[0])
    tls.verify_mode = ssl.CERT_REQUIRED
    server = Server(Register(), Behaviour(), tls=tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("shown", "trusted", "expected"),
    [
        (OURS, THEIRS, None), (STRANGER, THEIRS, Reason.BEVEILIGING), (OURS, STRANGER, Reason.BEVEILIGING),
        (("", ""), THEIRS, Reason.BEVEILIGING), ((OURS[0], STRANGER[1]), THEIRS, Reason.BEVEILIGING),
    ],
    ids=["as it should be", "a stranger's certificate", "a register we do not know", "no certificate", "another key"],
)  # fmt: skip
def test_both_show_a_certificate(
    ciz_over_tls: Server, shown: tuple[str, str], trusted: tuple[str, str], expected: Reason | None
) -> None:
    endpoint = outbound.Endpoint(ciz_over_tls.url, *shown, authority=trusted[0], timeout=60)
    register = WebServiceRegister(endpoint, OIN, timedelta(hours=48), Breaker())
    answer = register.ask(question())
    assert answer.reason is expected
    assert (answer.outcome is WlzOutcome.NEE) == (expected is None)
    assert (ciz_over_tls.count == 1) == (expected is None)


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


def test_many_that_fail_at_once_are_one_failure_of_the_register() -> None:
    seconds = [0.0]
    breaker = Breaker(lambda: seconds[0])
    assert all(breaker.admits() for _ in range(20))
    for _ in range(20):
        breaker.failed()
    seconds[0] = FIRST_PAUSE
    assert breaker.admits()


def test_a_slow_try_stays_the_only_one() -> None:
    """The longest that is waited for an answer is more than the first pause."""
    seconds = [0.0]
    breaker = Breaker(lambda: seconds[0])
    for _ in range(FAILURES_TO_OPEN):
        breaker.failed()
    seconds[0] = 20.0
    assert breaker.admits()
    seconds[0] += 2 * FIRST_PAUSE - 1
    assert not breaker.admits()
    breaker.failed()
    seconds[0] += 2 * FIRST_PAUSE - 1
    assert not breaker.admits()
    seconds[0] += 1
    assert breaker.admits()


def test_a_try_of_which_nothing_is_heard_is_not_waited_for_forever() -> None:
    seconds = [0.0]
    breaker = Breaker(lambda: seconds[0])
    for _ in range(FAILURES_TO_OPEN):
        breaker.failed()
    seconds[0] = FIRST_PAUSE
    assert breaker.admits()
    seconds[0] += LONGEST_PAUSE
    assert breaker.admits()


def test_a_refused_question_does_not_close_the_register(ciz: Server, connect: Connect) -> None:
    register = connect()
    ciz.behaviour.choose(Fault.AFGEKEURD)
    for _ in range(FAILURES_TO_OPEN + 1):
        assert register.ask(question()).reason is Reason.VRAAG_AFGEKEURD
