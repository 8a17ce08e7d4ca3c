"""From files to messages in the outbox: all or nothing per file, twice is once, and a reason for every refusal."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from portaal.berichtenverkeer.delivery.models import OutboxEntry
from portaal.berichtenverkeer.storage import MissingPayloadError
from portaal.berichtenverkeer.tracking.models import (
    Direction,
    EventKind,
    Message,
    MessageEvent,
    MessageKind,
    Outcome,
    Submission,
    SubmittedFile,
)
from portaal.berichtenverkeer.tracking.states import State
from portaal.berichtenverkeer.tracking.timeline import advance

from .conftest import Chain

Wmo301 = Callable[[str], bytes]


def test_a_good_file_becomes_a_message_with_timeline_outbox_and_payload(chain: Chain, wmo301: Wmo301) -> None:
    content = wmo301("301-1")
    [file] = chain.submit(content, own_reference="zaak 12").files
    assert (file.outcome, file.berichttype, file.position) == (Outcome.INGEDIEND, "WMO301", 1)
    assert file.message_id
    message = chain.message(file.message_id)
    assert (message.direction, message.kind, message.state) == (Direction.UIT, MessageKind.HEEN, State.INGEDIEND)
    assert (message.afzender, message.counterparty, message.identificatie) == ("0363", "42420001", "301-1")
    assert (message.functie_versie, message.functie_subversie, message.own_reference) == (3, 2, "zaak 12")
    assert message.conversation_id == message.reference_id
    assert [event.kind for event in message.events] == [
        EventKind.AANGEBODEN,
        EventKind.GECONTROLEERD,
        EventKind.INGEDIEND,
    ]
    assert message.events[0].account_id == chain.account_id
    assert b"".join(chain.store.open(message.payload_id)) == content
    assert chain.count(OutboxEntry) == 1


def test_bad_files_are_refused_and_the_good_one_goes_on(chain: Chain, wmo301: Wmo301, samples: Wmo301) -> None:
    submission = chain.submit(
        b"geen xml",
        wmo301("301-1"),
        samples("WMO301"),
        samples("WMO305"),
        b"<!DOCTYPE x><x/>",
    )
    outcomes = [file.outcome for file in submission.files]
    assert outcomes == [Outcome.GEWEIGERD, Outcome.INGEDIEND, *[Outcome.GEWEIGERD] * 3]
    assert all(
        file.findings and file.findings[0]["niveau"] == "weigering"
        for file in submission.files
        if file.outcome is Outcome.GEWEIGERD
    )
    assert chain.count(Message) == chain.count(OutboxEntry) == 1
    assert len(list(chain.store._folder.rglob("*-*"))) == 1


def test_the_same_file_again_is_the_same_message(chain: Chain, wmo301: Wmo301) -> None:
    [first] = chain.submit(wmo301("301-1")).files
    [second] = chain.submit(wmo301("301-1")).files
    assert (second.outcome, second.message_id) == (Outcome.AL_INGEDIEND, first.message_id)
    together = chain.submit(wmo301("301-2"), wmo301("301-2")).files
    assert [file.outcome for file in together] == [Outcome.INGEDIEND, Outcome.AL_INGEDIEND]
    assert together[0].message_id == together[1].message_id
    assert chain.count(Message) == chain.count(OutboxEntry) == 2


def test_another_content_under_the_same_identification_is_refused(chain: Chain, wmo301: Wmo301) -> None:
    [first] = chain.submit(wmo301("301-1")).files
    [second] = chain.submit(wmo301("301-1") + b"\n").files
    assert (second.outcome, second.message_id) == (Outcome.GEWEIGERD, first.message_id)
    assert second.findings[0]["code"] == "TR056"
    assert chain.count(Message) == 1


def test_after_a_refusal_in_the_chain_the_identification_is_free_again(chain: Chain, wmo301: Wmo301) -> None:
    [first] = chain.submit(wmo301("301-1")).files
    with chain.open_session() as dbsession, dbsession.begin():
        assert advance(dbsession.get_one(Message, first.message_id), State.AFGEKEURD_KNOOPPUNT)
    [second] = chain.submit(wmo301("301-1") + b"\n").files
    assert second.outcome is Outcome.INGEDIEND
    assert second.message_id != first.message_id


def test_other_gemeenten_have_identifications_of_their_own(chain: Chain, samples: Callable[..., bytes]) -> None:
    for code in ("0363", "0384"):
        [file] = chain.submit(samples("WMO301", afzender=code, identificatie="A"), gemeentecode=code).files
        assert file.outcome is Outcome.INGEDIEND


def test_a_retour_without_the_message_it_answers_is_refused(chain: Chain, retour306: bytes) -> None:
    [file] = chain.submit(retour306).files
    assert (file.outcome, file.findings[0]["code"]) == (Outcome.GEWEIGERD, "P01")


def test_a_retour_goes_back_where_its_heen_came_from(chain: Chain, retour306: bytes) -> None:
    with chain.open_session() as dbsession, dbsession.begin():
        heen = received_305(chain)
        dbsession.add(heen)
    [file] = chain.submit(retour306).files
    assert file.outcome is Outcome.INGEDIEND, file.findings
    assert file.message_id
    retour = chain.message(file.message_id)
    assert (retour.kind, retour.answers_id) == (MessageKind.RETOUR, heen.id)
    assert retour.cross_reference_id == retour.conversation_id == heen.reference_id
    assert (retour.afzender, retour.counterparty) == ("42420001", "42420001")
    assert chain.events(heen.id)[-1] == "retour_gemaakt"


def received_305(chain: Chain) -> Message:
    import uuid

    from portaal import clock

    reference = str(uuid.uuid4())
    return Message(
        id=uuid.uuid4(),
        gemeentecode="0363",
        product="iwmo",
        direction=Direction.IN,
        kind=MessageKind.HEEN,
        berichttype="WMO305",
        functie_versie=3,
        functie_subversie=2,
        reference_id=reference,
        conversation_id=reference,
        counterparty="42420001",
        afzender="42420001",
        ontvanger="0363",
        identificatie="305-1",
        payload_id=uuid.uuid4(),
        sha256="0" * 64,
        size=1,
        file_name="x.xml",
        findings=[],
        state=State.BEZORGD,
        created_at=clock.now(),
    )


@pytest.fixture
def retour306(samples: Callable[..., bytes]) -> bytes:
    """A fully approved WMO306 on WMO305 305-1 of 42420001: the heen's header with its own part added."""
    heen = samples("WMO305", afzender="42420001", ontvanger="0363", identificatie="305-1").decode()
    header = heen[heen.index("<wmo305:Header>") : heen.index("</wmo305:Header>")]
    namespaces = heen[heen.index("<wmo305:Bericht") : heen.index(">", heen.index("<wmo305:Bericht"))]
    whole = (
        namespaces
        + ">"
        + header.replace(">418<", ">419<")
        + "<wmo305:IdentificatieRetour>R1</wmo305:IdentificatieRetour>"
        "<wmo305:DagtekeningRetour>2026-11-21</wmo305:DagtekeningRetour>"
        "<wmo305:XsdVersieRetour><iwmo:BasisschemaXsdVersie>1.0.0</iwmo:BasisschemaXsdVersie>"
        "<iwmo:BerichtXsdVersie>1.0.0</iwmo:BerichtXsdVersie></wmo305:XsdVersieRetour>"
        "</wmo305:Header></wmo305:Bericht>"
    )
    return whole.replace("wmo305", "wmo306").encode()


def test_a_message_too_large_for_its_envelope_is_refused_with_the_limit(
    chain: Chain, wmo301: Wmo301, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portaal.berichtenverkeer.envelope.writing.MAX_ENVELOPE", 1_400_000)
    large = wmo301("301-1").replace(b"</wmo301:Client>", b" " * 600_000 + b"</wmo301:Client>" + b" " * 600_000)
    [file] = chain.submit(large).files
    assert (file.outcome, file.findings[0]["code"]) == (Outcome.GEWEIGERD, "P02")
    assert file.findings[0]["text"][1] == {"megabytes": 1}
    assert chain.count(Message) == 0


def test_a_submission_that_is_rolled_back_leaves_no_row_at_all(chain: Chain, wmo301: Wmo301) -> None:
    from portaal.berichtenverkeer.submission import submit as module

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "enqueue", broken)
        with pytest.raises(OSError, match="power cut"):
            chain.submit(wmo301("301-1"))
    for table in (Message, MessageEvent, OutboxEntry, Submission, SubmittedFile):
        assert chain.count(table) == 0


def broken(*_: object) -> None:
    raise OSError("power cut")


def test_ten_uploads_of_one_file_at_once_are_one_message(chain: Chain, wmo301: Wmo301) -> None:
    content = wmo301("301-1")
    results: list[Outcome] = []
    start = threading.Barrier(10)

    def upload() -> None:
        start.wait()
        results.extend(file.outcome for file in chain.submit(content).files)

    threads = [threading.Thread(target=upload) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [Outcome.AL_INGEDIEND] * 9 + [Outcome.INGEDIEND]
    assert chain.count(Message) == chain.count(OutboxEntry) == 1
    with chain.open_session() as dbsession:
        message = dbsession.scalars(sa.select(Message)).one()
    assert b"".join(chain.store.open(message.payload_id)) == content


def test_the_payload_of_a_duplicate_does_not_stay(chain: Chain, wmo301: Wmo301) -> None:
    chain.submit(wmo301("301-1"))
    before = set(chain.store._folder.rglob("*-*"))
    chain.submit(wmo301("301-1"))
    assert set(chain.store._folder.rglob("*-*")) == before
    with pytest.raises(MissingPayloadError):
        chain.store.open(chain.account_id)
