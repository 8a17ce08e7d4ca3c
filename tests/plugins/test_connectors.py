"""Connectors that products bring: for a neighbour of their own, or in the place of the portal's."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.api import Answer, AnswerOutcome, ChainConnector, Traffic
from portaal.app import make_app
from portaal.berichtenverkeer.delivery import outbox
from portaal.berichtenverkeer.delivery.models import OutboxEntry, OutboxState
from portaal.berichtenverkeer.delivery.plugged import BROKEN, all_connectors, missing_partners
from portaal.berichtenverkeer.delivery.sender import Sender
from portaal.berichtenverkeer.envelope import Envelope, SoapMessage, new_reference, read
from portaal.berichtenverkeer.storage import FilePayloadStore
from portaal.berichtenverkeer.tracking.models import Direction, Message, MessageKind
from portaal.berichtenverkeer.tracking.states import State
from portaal.berichtenverkeer.traffic import all_traffic
from portaal.testing.application import KEYRING, app_settings
from portaal.testing.seed import seed
from tests.plugins.kit import example, plugin

PAYLOAD = b"<bericht/>"
CONFIRMED = Answer(AnswerOutcome.BEVESTIGD, "Bv03")


class Fixed:
    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def send(self, message: SoapMessage, reference_id: str) -> Any:
        return self.answer() if callable(self.answer) else self.answer


def connecting(name: str, partner: str, answer: Any = CONFIRMED) -> dict[str, Any]:
    return plugin(name, chain_connectors=lambda: [ChainConnector(partner, lambda settings: Fixed(answer))])


def start(folder: Path, candidates: dict[str, Any], **settings: str) -> Any:
    given = app_settings(folder) | {"portaal.strict_plugins": "false"}
    registry = make_app(
        given | {name.replace("__", "."): value for name, value in settings.items()}, candidates
    ).registry
    registry["portaal.engine"].dispose()
    return registry


def message() -> SoapMessage:
    return SoapMessage("action", 3, [b"abc"])


# portaal_chain_connectors, portaal_traffic
def test_a_message_goes_out_through_the_examples_connector(fresh_database: Engine, tmp_path: Path) -> None:
    (tmp_path / "bus").mkdir()
    registry = start(tmp_path, example(), voorbeeld__folder=str(tmp_path / "bus"))
    traffic = all_traffic(registry)["voorbeeld"]
    store = FilePayloadStore(tmp_path / "payloads", KEYRING)
    message_id, payload_id, reference = uuid.uuid4(), uuid.uuid4(), new_reference()
    with store.writer(payload_id) as writer:
        writer.write(PAYLOAD)
        writer.commit()
    with Session(fresh_database) as dbsession:
        seed(dbsession)
        dbsession.add(
            Message(
                id=message_id,
                gemeentecode="0363",
                product="voorbeeld",
                direction=Direction.UIT,
                kind=MessageKind.HEEN,
                berichttype="WMO407",
                functie_versie=1,
                functie_subversie=0,
                reference_id=reference,
                conversation_id=reference,
                counterparty="42420001",
                payload_id=payload_id,
                sha256="0" * 64,
                size=len(PAYLOAD),
                file_name="a.xml",
                state=State.INGEDIEND,
                created_at=clock.now(),
            )
        )
        dbsession.flush()
        outbox.enqueue(dbsession, message_id, traffic.partner)
        dbsession.commit()
    sender = Sender(lambda: Session(fresh_database, expire_on_commit=False), store, all_connectors(registry))
    (claim,) = sender.claim("buurman", 10)
    assert sender.deliver(claim).outcome is AnswerOutcome.BEVESTIGD
    pieces: list[bytes] = []
    envelope = read((tmp_path / f"bus/{reference}.xml").read_bytes(), pieces.append)
    assert isinstance(envelope, Envelope)
    assert b"".join(pieces) == PAYLOAD
    with Session(fresh_database) as dbsession:
        assert dbsession.get_one(OutboxEntry, message_id).state is OutboxState.BEZORGD


def test_a_partner_that_nobody_connects_is_missing(tmp_path: Path) -> None:
    traffic = Traffic("ieb", frozenset({"WMO407"}), frozenset(), "svb")
    registry = start(tmp_path, plugin("proef", traffic=lambda: traffic))
    assert missing_partners(registry) == {"svb"}
    registry = start(tmp_path, plugin("proef", traffic=lambda: traffic) | connecting("buur", "svb"))
    assert missing_partners(registry) == set()


def exits() -> Any:
    raise SystemExit(1)


@pytest.mark.parametrize("answer", [lambda: 1 / 0, exits, None, "ok"])
def test_whatever_a_connector_does_is_an_answer(answer: Any, tmp_path: Path) -> None:
    connector = all_connectors(start(tmp_path, connecting("kwaad", "svb", answer)))["svb"]
    assert connector.send(message(), "abc-1") == BROKEN


def test_a_connector_that_cannot_be_made_is_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    candidates = plugin("kwaad", chain_connectors=lambda: [ChainConnector("svb", lambda settings: settings["url"])])
    assert all_connectors(start(tmp_path, candidates | connecting("goed", "rdw"))).keys() == {"rdw"}
    assert "the connector of product kwaad cannot be made" in caplog.text


@pytest.mark.parametrize("partner", ["vecozo", "svb"])
def test_a_partner_of_another_is_refused_unless_it_was_chosen(partner: str, tmp_path: Path) -> None:
    candidates = connecting("aap", "svb") | connecting("kwaad", partner)
    (refused,) = start(tmp_path, candidates)["portaal.plugins"].quarantined
    assert refused.name == "kwaad"
    assert f"choose one with portaal.{partner}.connector" in refused.error
    registry = start(tmp_path, candidates, **{f"portaal__{partner}__connector": "kwaad"})
    assert registry["portaal.plugins"].quarantined == []
    assert all_connectors(registry)[partner].send(message(), "abc-1") == CONFIRMED


def test_a_chosen_connector_that_is_not_there_does_not_fall_back_to_the_portals(tmp_path: Path) -> None:
    settings = {"portaal__vecozo__url": "http://localhost:1/", "portaal__vecozo__connector": "weg"}
    traffic = Traffic("iwmo", frozenset({"WMO301"}), frozenset(), "vecozo")
    registry = start(tmp_path, plugin("proef", traffic=lambda: traffic), **settings)
    assert all_connectors(registry) == {}
    assert missing_partners(registry) == {"vecozo"}
    settings["portaal__vecozo__connector"] = ""
    assert all_connectors(start(tmp_path, plugin("proef"), **settings)).keys() == {"vecozo"}


def test_a_standard_that_the_portal_does_not_know_is_no_traffic() -> None:
    with pytest.raises(LookupError, match="does not know a message standard 'iwlz9'"):
        Traffic.of_gemeenten("iwlz9", "vecozo")
