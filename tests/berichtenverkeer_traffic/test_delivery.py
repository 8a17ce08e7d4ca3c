"""The outbox and its workers: at least once, never forgotten, never stuck behind one message or one partner."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from portaal import clock
from portaal.berichtenverkeer.delivery import outbox, schedule
from portaal.berichtenverkeer.delivery.answers import Answer, Outcome, classify
from portaal.berichtenverkeer.delivery.connectors import Endpoint, SoapConnector, connectors_from
from portaal.berichtenverkeer.delivery.engine import EmbeddedPoller
from portaal.berichtenverkeer.delivery.models import OutboxEntry, OutboxState, PartnerState
from portaal.berichtenverkeer.delivery.sender import Sender
from portaal.berichtenverkeer.envelope import (
    Confirmation,
    Envelope,
    Fault,
    Party,
    Plek,
    SoapMessage,
    StufCode,
    build_confirmation,
    build_fault,
    new_reference,
    read,
)
from portaal.berichtenverkeer.tracking.models import Message
from portaal.berichtenverkeer.tracking.states import State
from portaal.berichtenverkeer.tracking.timeline import advance, locked
from portaal.configuration import UnsafeConfigurationError
from portaal.simulators.ketenpartners.behaviour import Behaviour
from portaal.simulators.ketenpartners.behaviour import Fault as Breakage
from portaal.simulators.ketenpartners.chain import Chain as Partners
from portaal.simulators.ketenpartners.portal import Portal
from portaal.simulators.ketenpartners.server import Server

from .conftest import Chain

Wmo301 = Callable[[str], bytes]
CONFIRMED = Answer(Outcome.BEVESTIGD, "Bv03")
DOWN = Answer(Outcome.OPNIEUW, "niet_bereikbaar", reached=False)
REFUSED = Answer(Outcome.GEWEIGERD, "BRS04")


@dataclass
class Partner:
    """A partner on the other side of a connector: gives its answers in turn, the last one for ever."""

    answers: list[Answer] = field(default_factory=lambda: [CONFIRMED])
    received: list[tuple[str, bytes]] = field(default_factory=list)

    def send(self, message: SoapMessage, reference_id: str) -> Answer:
        self.received.append((reference_id, bytes(message)))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def sender(chain: Chain, partner: object) -> Sender:
    return Sender(chain.open_session, chain.store, {"vecozo": partner})  # type: ignore[dict-item]


def one_round(chain: Chain, partner: object, limit: int = 10) -> int:
    """Deliver everything that is due now; how many that was."""
    worker = sender(chain, partner)
    claims = worker.claim("vecozo", limit)
    for claim in claims:
        worker.deliver(claim)
    return len(claims)


def send_one(chain: Chain, content: bytes) -> uuid.UUID:
    [file] = chain.submit(content).files
    assert file.message_id
    return file.message_id


def entry(chain: Chain, message_id: uuid.UUID) -> OutboxEntry:
    with chain.open_session() as dbsession:
        return dbsession.get_one(OutboxEntry, message_id)


# One message


def test_a_confirmed_message_waits_for_its_retour(chain: Chain, wmo301: Wmo301) -> None:
    message_id = send_one(chain, wmo301("1"))
    partner = Partner()
    assert one_round(chain, partner) == 1
    assert one_round(chain, partner) == 0
    message = chain.message(message_id)
    assert message.state is State.WACHT_OP_RETOUR
    assert [event.kind.value for event in message.events][-1] == "doorgestuurd"
    assert entry(chain, message_id).state is OutboxState.BEZORGD
    [(reference, soap)] = partner.received
    payload: list[bytes] = []
    envelope = read(soap, payload.append)
    assert isinstance(envelope, Envelope)
    assert b"".join(payload) == wmo301("1")
    assert (envelope.code, envelope.reference_id) == (StufCode.DI01, reference)
    assert (envelope.zender.organisatie, envelope.ontvanger.organisatie) == ("0363", "42420001")
    assert (envelope.zender.administratie, envelope.functie.berichttype) == ("Amsterdam", "WMO301")


def test_every_attempt_is_the_same_message_to_the_byte(chain: Chain, wmo301: Wmo301) -> None:
    send_one(chain, wmo301("1"))
    partner = Partner([DOWN, DOWN, CONFIRMED])
    now = clock.now()
    for minutes in (0, 2, 12):
        with time_machine.travel(now + timedelta(minutes=minutes)):
            assert one_round(chain, partner) == 1
    assert len(partner.received) == 3
    assert len(set(partner.received)) == 1


def test_a_partner_that_is_down_is_tried_again_later(chain: Chain, wmo301: Wmo301) -> None:
    message_id = send_one(chain, wmo301("1"))
    partner = Partner([DOWN])
    now = clock.now()
    with time_machine.travel(now, tick=False):
        assert one_round(chain, partner) == 1
    waiting = entry(chain, message_id)
    assert timedelta(seconds=54) <= waiting.next_at - now <= timedelta(seconds=66)
    assert chain.message(message_id).state is State.INGEDIEND
    assert chain.events(message_id)[-1] == "poging_mislukt"
    with chain.open_session() as dbsession:
        assert outbox.is_unreachable(dbsession, "vecozo")
        assert not outbox.is_unreachable(dbsession, "cak")
    with time_machine.travel(now + timedelta(seconds=30)):
        assert one_round(chain, partner) == 0
    with time_machine.travel(now + timedelta(seconds=70)):
        assert one_round(chain, Partner()) == 1
    assert chain.message(message_id).state is State.WACHT_OP_RETOUR
    with chain.open_session() as dbsession:
        assert not outbox.is_unreachable(dbsession, "vecozo")


def test_the_waits_are_1_5_15_60_minutes_and_then_hourly() -> None:
    for attempts, minutes in ((1, 1), (2, 5), (3, 15), (4, 60), (5, 60), (100, 60)):
        waits = [schedule.delay(attempts) for _ in range(50)]
        assert timedelta(minutes=minutes * 0.9) <= min(waits) <= max(waits) <= timedelta(minutes=minutes * 1.1)
        assert len(set(waits)) > 1


def test_after_five_days_it_stops_and_the_message_counts_as_not_sent(chain: Chain, wmo301: Wmo301) -> None:
    message_id = send_one(chain, wmo301("1"))
    partner = Partner([DOWN])
    now = clock.now()
    one_round(chain, partner)
    for minutes in range(20, 6 * 24 * 60, 20):
        with time_machine.travel(now + timedelta(minutes=minutes)):
            one_round(chain, partner)
    assert entry(chain, message_id).state is OutboxState.OPGEGEVEN
    assert chain.message(message_id).state is State.MISLUKT
    assert 80 < len(partner.received) < 130
    assert chain.events(message_id).count("poging_mislukt") == 1
    assert send_one(chain, wmo301("1") + b"\n") != message_id


def test_a_refusal_is_not_repeated_and_delays_nothing(chain: Chain, wmo301: Wmo301) -> None:
    poison, good = send_one(chain, wmo301("1")), send_one(chain, wmo301("2"))
    partner = Partner([REFUSED, CONFIRMED])
    assert one_round(chain, partner) == 2
    states = {chain.message(poison).state, chain.message(good).state}
    assert states == {State.MISLUKT, State.WACHT_OP_RETOUR}
    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert one_round(chain, partner) == 0
    failed = next(m for m in (chain.message(poison), chain.message(good)) if m.state is State.MISLUKT)
    assert (failed.events[-1].kind.value, failed.events[-1].code) == ("mislukt", "BRS04")


def test_what_was_tried_often_comes_after_what_was_not(chain: Chain, wmo301: Wmo301) -> None:
    tired = send_one(chain, wmo301("1"))
    one_round(chain, Partner([DOWN]))
    fresh = send_one(chain, wmo301("2"))
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        [claim] = sender(chain, Partner()).claim("vecozo", 1)
    assert claim.message_id == fresh != tired


def test_a_damaged_payload_fails_that_message_only(chain: Chain, wmo301: Wmo301) -> None:
    damaged, good = send_one(chain, wmo301("1")), send_one(chain, wmo301("2"))
    path = chain.store._path(chain.message(damaged).payload_id)
    path.write_bytes(path.read_bytes()[:-1])
    assert one_round(chain, Partner()) == 2
    assert (chain.message(damaged).state, chain.message(good).state) == (State.MISLUKT, State.WACHT_OP_RETOUR)
    assert chain.message(damaged).events[-1].code == "bestand_onleesbaar"


def test_messages_wait_while_the_folder_with_files_is_away(chain: Chain, wmo301: Wmo301) -> None:
    message_id = send_one(chain, wmo301("1"))
    path = chain.store._path(chain.message(message_id).payload_id)
    path.rename(path.with_suffix(".away"))
    assert one_round(chain, Partner()) == 1
    assert entry(chain, message_id).state is OutboxState.WACHT
    assert chain.message(message_id).events[-1].code == "bestand_onbereikbaar"
    path.with_suffix(".away").rename(path)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert one_round(chain, Partner()) == 1
    assert chain.message(message_id).state is State.WACHT_OP_RETOUR


def test_a_file_of_ours_that_is_away_says_nothing_of_the_partner(chain: Chain, wmo301: Wmo301) -> None:
    """Else the pages would say that a partner is back which was not asked."""
    send_one(chain, wmo301("1"))
    one_round(chain, Partner([DOWN]))
    message_id = send_one(chain, wmo301("2"))
    chain.store._path(chain.message(message_id).payload_id).unlink()
    partner = Partner()
    assert one_round(chain, partner) == 1
    assert not partner.received
    with chain.open_session() as dbsession:
        assert outbox.is_unreachable(dbsession, "vecozo")
        assert dbsession.get_one(PartnerState, "vecozo").last_code == "niet_bereikbaar"


def test_a_connector_that_breaks_loses_nothing(chain: Chain, wmo301: Wmo301) -> None:
    message_id = send_one(chain, wmo301("1"))

    class Broken:
        def send(self, message: SoapMessage, reference_id: str) -> Answer:
            raise RuntimeError("a fault of ours")

    assert one_round(chain, Broken()) == 1
    assert entry(chain, message_id).state is OutboxState.WACHT
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert one_round(chain, Partner()) == 1


# Leases


def test_a_claimed_message_is_nobody_elses_until_its_lease_ends(chain: Chain, wmo301: Wmo301) -> None:
    send_one(chain, wmo301("1"))
    first, second = sender(chain, Partner()), sender(chain, Partner())
    [claim] = first.claim("vecozo", 5)
    assert second.claim("vecozo", 5) == []
    with time_machine.travel(clock.now() + outbox.LEASE + timedelta(seconds=1)):
        [again] = second.claim("vecozo", 5)
        assert (again.message_id, again.attempts) == (claim.message_id, 2)
        second.deliver(again)
        first.deliver(claim)  # the first wakes up: what it has to say comes too late
    assert chain.events(claim.message_id).count("doorgestuurd") == 1


def test_many_claimers_at_once_share_without_overlap(chain: Chain, wmo301: Wmo301) -> None:
    chain.submit(*(wmo301(str(number)) for number in range(40)))
    taken: list[uuid.UUID] = []

    def take() -> None:
        worker = sender(chain, Partner())
        while claims := worker.claim("vecozo", 3):
            assert len(claims) <= 3
            taken.extend(claim.message_id for claim in claims)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 40


@pytest.mark.parametrize("moment", ["before sending", "after sending", "while writing down"])
def test_a_worker_that_is_killed_loses_nothing_and_doubles_no_effect(chain: Chain, wmo301: Wmo301, moment: str) -> None:
    message_id = send_one(chain, wmo301("1"))
    folder = chain.store._folder.parent
    url = chain.engine.url.render_as_string(hide_password=False)
    script = Path(__file__).with_name("doomed_worker.py")
    ended = subprocess.run([sys.executable, script, url, folder, moment], check=False)
    assert ended.returncode == 9
    assert chain.message(message_id).state is State.INGEDIEND
    with time_machine.travel(clock.now() + outbox.LEASE + timedelta(seconds=1)):
        partner = Partner()
        assert one_round(chain, partner) == 1
    assert chain.message(message_id).state is State.WACHT_OP_RETOUR
    assert chain.events(message_id).count("doorgestuurd") == 1
    arrived = {path.read_text() for path in folder.glob("arrived-*")} | {partner.received[0][0]}
    assert len(arrived) == 1  # one reference, by which the partner sees the repetition


def test_a_message_that_ends_its_worker_is_given_up(chain: Chain, wmo301: Wmo301) -> None:
    message_id = send_one(chain, wmo301("1"))
    with chain.open_session() as dbsession, dbsession.begin():
        dbsession.get_one(OutboxEntry, message_id).attempts = schedule.MOST_ATTEMPTS  # none of which came to an end
    partner = Partner()
    assert one_round(chain, partner) == 1
    assert partner.received == []
    assert chain.message(message_id).state is State.MISLUKT
    assert chain.message(message_id).events[-1].code == "interne_fout"


# The breaker


def test_after_three_failures_a_partner_is_left_alone_and_then_asked_once(chain: Chain, wmo301: Wmo301) -> None:
    chain.submit(*(wmo301(str(number)) for number in range(8)))
    now = clock.now()
    with time_machine.travel(now, tick=False):
        worker = sender(chain, Partner([DOWN]))
        for claim in worker.claim("vecozo", 3):
            worker.deliver(claim)
        assert worker.claim("vecozo", 10) == []
    with time_machine.travel(now + timedelta(seconds=16), tick=False):
        [probe] = worker.claim("vecozo", 10)
        assert worker.claim("vecozo", 10) == []  # nobody asks a second time before the first has its answer
        worker.deliver(probe)
        assert worker.claim("vecozo", 10) == []
    with time_machine.travel(now + timedelta(seconds=50), tick=False):
        [probe] = sender(chain, Partner()).claim("vecozo", 10)
        sender(chain, Partner()).deliver(probe)
        assert len(worker.claim("vecozo", 10)) == 3
    with chain.open_session() as dbsession:
        assert dbsession.get_one(PartnerState, "vecozo").failures == 0


def test_pauses_grow_to_five_minutes() -> None:
    assert [schedule.pause(failures) for failures in (0, 1, 2)] == [None] * 3
    assert schedule.pause(3) == timedelta(seconds=15)
    assert schedule.pause(4) == timedelta(seconds=30)
    assert schedule.pause(1_000) == timedelta(minutes=5)


def test_the_answer_may_come_before_the_confirmation(chain: Chain, wmo301: Wmo301) -> None:
    message_id = send_one(chain, wmo301("1"))

    class Quick(Partner):
        def send(self, message: SoapMessage, reference_id: str) -> Answer:
            with chain.open_session() as dbsession, dbsession.begin():
                assert advance(locked(dbsession, message_id), State.VERWERKT)
            return super().send(message, reference_id)

    one_round(chain, Quick())
    assert chain.message(message_id).state is State.VERWERKT


def test_a_settled_message_is_not_sent_again(chain: Chain, wmo301: Wmo301) -> None:
    message_id = send_one(chain, wmo301("1"))
    with chain.open_session() as dbsession, dbsession.begin():
        outbox.settle(dbsession, message_id)
    assert one_round(chain, Partner()) == 0


# What an answer means


def answer_to(reference: str, foutcode: str = "", plek: Plek | None = None) -> bytes:
    us, them = Party("0363", "Portaal Zorg"), Party("VECOZO", "VECOZOWebservice")
    if plek is None:
        return bytes(build_confirmation(Confirmation(them, us, new_reference(), reference, clock.now())))
    return bytes(
        build_fault(
            Fault(StufCode.FO03, them, us, new_reference(), reference, clock.now(), foutcode, plek, "999900006")
        )
    )


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, answer_to("r"), Answer(Outcome.BEVESTIGD, "Bv03")),
        (500, answer_to("r"), Answer(Outcome.OPNIEUW, "http_500", reached=False)),
        (200, answer_to("another"), Answer(Outcome.OPNIEUW, "ander_bericht", reached=False)),
        (200, b"", Answer(Outcome.OPNIEUW, "http_200", reached=False)),
        (200, b"<html>OK</html>", Answer(Outcome.OPNIEUW, "http_200", reached=False)),
        (500, answer_to("r", "BRS04", Plek.CLIENT), Answer(Outcome.GEWEIGERD, "BRS04")),
        (500, answer_to("r", "StUF058", Plek.SERVER), Answer(Outcome.OPNIEUW, "StUF058", reached=False)),
        (500, answer_to("r", "<&>", Plek.CLIENT), Answer(Outcome.GEWEIGERD, "http_500")),
        (400, b"", Answer(Outcome.GEWEIGERD, "http_400")),
        (403, b"", Answer(Outcome.GEWEIGERD, "http_403")),
        (429, b"", Answer(Outcome.OPNIEUW, "http_429", reached=False)),
        (302, b"", Answer(Outcome.OPNIEUW, "http_302", reached=False)),
        (503, b"<!DOCTYPE x>", Answer(Outcome.OPNIEUW, "http_503", reached=False)),
    ],
)
def test_an_answer_is_classified(status: int, body: bytes, expected: Answer) -> None:
    assert classify(status, body, "r") == expected


# Over HTTP


@pytest.fixture
def partners() -> Iterator[Server]:
    server = Server(Partners(Portal("http://127.0.0.1:9/", "t", wait=0.01), Behaviour(delay=600)), "token")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.chain.close()
    server.server_close()


def connector(server: Server, timeout: float = 60, token: str | None = None) -> SoapConnector:
    return SoapConnector(Endpoint(server.soap_url, token or server.token, timeout=timeout))


@pytest.mark.parametrize(
    ("breakage", "code", "state"),
    [
        (Breakage.GEEN, "Bv03", State.WACHT_OP_RETOUR),
        (Breakage.WEG, "niet_bereikbaar", State.INGEDIEND),
        (Breakage.FOUT_500, "http_500", State.INGEDIEND),
        (Breakage.TRAAG, "geen_antwoord", State.INGEDIEND),
        (Breakage.FO03, "BRS04", State.MISLUKT),
        (Breakage.ANTWOORD_KWIJT, "niet_bereikbaar", State.INGEDIEND),
    ],
)
def test_each_way_a_partner_can_fail(
    chain: Chain, wmo301: Wmo301, partners: Server, breakage: Breakage, code: str, state: State
) -> None:
    message_id = send_one(chain, wmo301("1"))
    partners.chain.behaviour.fault = breakage
    one_round(chain, connector(partners, timeout=0.4 if breakage is Breakage.TRAAG else 60))
    assert (entry(chain, message_id).last_code, chain.message(message_id).state) == (code, state)


def test_a_lost_answer_leads_to_a_repetition_without_effect(chain: Chain, wmo301: Wmo301, partners: Server) -> None:
    message_id = send_one(chain, wmo301("1"))
    partners.chain.behaviour.fault = Breakage.ANTWOORD_KWIJT
    one_round(chain, connector(partners))
    partners.chain.behaviour.fault = Breakage.GEEN
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        one_round(chain, connector(partners))
    assert [line.outcome for line in partners.chain.lines] == ["herhaling, geen effect", "aangenomen"]
    assert chain.message(message_id).state is State.WACHT_OP_RETOUR


def test_nobody_there_and_a_wrong_token(chain: Chain, wmo301: Wmo301, partners: Server) -> None:
    nowhere = SoapConnector(Endpoint("http://127.0.0.1:9/stuf"))
    message_id = send_one(chain, wmo301("1"))
    one_round(chain, nowhere)
    assert entry(chain, message_id).last_code == "niet_bereikbaar"
    other = send_one(chain, wmo301("2"))
    one_round(chain, connector(partners, token="other"))
    assert entry(chain, other).last_code == "http_403"


def test_a_large_message_arrives_whole(chain: Chain, wmo301: Wmo301, partners: Server) -> None:
    content = wmo301("1")
    first, last = content.index(b"<wmo301:ToegewezenProduct>"), content.index(b"</wmo301:ToegewezenProducten>")
    end = content.index(b"</wmo301:ToegewezenProduct>", first) + len(b"</wmo301:ToegewezenProduct>")
    number = re.search(rb"<wmo301:ToewijzingNummer>(\d+)<", content)
    assert number
    product = content[first:end]
    products = (product.replace(number[1], b"%d" % count) for count in range(10**6, 10**6 + 9_000_000 // len(product)))
    message_id = send_one(chain, content[:last] + b"".join(products) + content[last:])
    one_round(chain, connector(partners))
    assert chain.message(message_id).state is State.WACHT_OP_RETOUR


# The engine


def test_the_poller_sends_what_comes_in_and_stops_when_told(chain: Chain, wmo301: Wmo301) -> None:
    partner = Partner()
    engine = EmbeddedPoller(sender(chain, partner), interval=0.02)
    stop = threading.Event()
    thread = threading.Thread(target=engine.run, args=(stop,))
    thread.start()
    chain.submit(*(wmo301(str(number)) for number in range(12)))
    engine.wake()
    until(lambda: chain_states(chain)[State.WACHT_OP_RETOUR] == 12)
    stop.set()
    thread.join()
    assert len({reference for reference, _ in partner.received}) == len(partner.received) == 12


def test_one_slow_message_does_not_hold_up_the_others(chain: Chain, wmo301: Wmo301) -> None:
    release = threading.Event()
    slow = send_one(chain, wmo301("slow"))
    slow_reference = chain.message(slow).reference_id

    class Uneven(Partner):
        def send(self, message: SoapMessage, reference_id: str) -> Answer:
            if reference_id == slow_reference:
                release.wait(600)
            return super().send(message, reference_id)

    stop = threading.Event()
    thread = threading.Thread(target=EmbeddedPoller(sender(chain, Uneven()), interval=0.02).run, args=(stop,))
    thread.start()
    chain.submit(*(wmo301(str(number)) for number in range(8)))
    try:
        until(lambda: chain_states(chain)[State.WACHT_OP_RETOUR] == 8)
        assert chain.message(slow).state is State.INGEDIEND
    finally:
        release.set()
        stop.set()
        thread.join()
    assert chain.message(slow).state is State.WACHT_OP_RETOUR  # what was on its way is finished first


def chain_states(chain: Chain) -> Counter[State]:
    with chain.open_session() as dbsession:
        return Counter(dbsession.scalars(sa.select(Message.state)))


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


# Configuration


def test_a_partner_without_address_has_no_connector() -> None:
    assert connectors_from({}) == {}
    assert set(
        connectors_from(
            {
                "portaal.environment": "development",
                "portaal.vecozo.url": "http://localhost:6545/stuf/ggk0210",
            }
        )
    ) == {"vecozo"}


@pytest.mark.parametrize(
    "settings",
    [
        {"portaal.environment": "production", "portaal.vecozo.url": "http://localhost:6545/"},
        {"portaal.environment": "development", "portaal.vecozo.url": "http://vecozo.nl/"},
        {"portaal.environment": "production", "portaal.vecozo.url": "https://vecozo.nl/"},
        {
            "portaal.environment": "production",
            "portaal.vecozo.url": "https://vecozo.nl/",
            "portaal.vecozo.token": "t",
            "portaal.vecozo.client_certificate": "c",
        },
        {
            "portaal.environment": "production",
            "portaal.vecozo.url": "https://vecozo.nl/",
            "portaal.vecozo.client_certificate": "/does/not/exist",
        },
        {
            "portaal.environment": "development",
            "portaal.vecozo.url": "https://localhost/",
            "portaal.vecozo.ca_file": "/does/not/exist",
        },
        *(
            {
                "portaal.environment": "development",
                "portaal.vecozo.url": "http://localhost/",
                "portaal.vecozo.timeout": timeout,
            }
            for timeout in ("snel", "0", "-1", "nan", "900")  # another worker takes over after ten minutes
        ),
    ],
)
def test_unsafe_connections_are_refused_at_the_start(settings: dict[str, str]) -> None:
    with pytest.raises(UnsafeConfigurationError):
        connectors_from(settings)
