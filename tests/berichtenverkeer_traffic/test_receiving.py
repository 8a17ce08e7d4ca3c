"""The receiving endpoint: only for partners, each message once, paired with what it answers, never lost."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from lxml import etree
from sqlalchemy.orm import Session

from portaal import clock
from portaal.berichtenverkeer.delivery.models import OutboxEntry, OutboxState
from portaal.berichtenverkeer.delivery.outbox import enqueue
from portaal.berichtenverkeer.envelope import (
    Confirmation,
    Envelope,
    Fault,
    Functie,
    Party,
    Plek,
    StufCode,
    build,
    build_confirmation,
    build_fault,
    new_reference,
    read,
)
from portaal.berichtenverkeer.receiving.callers import Callers
from portaal.berichtenverkeer.tracking.models import Direction, EventKind, Message, MessageKind
from portaal.berichtenverkeer.tracking.states import State
from portaal.configuration import UnsafeConfigurationError
from portaal.organisations.activation import Activation
from portaal.organisations.agreements import Agreement
from portaal.simulators.ketenpartners.istandaard import make_retour, make_start

ADDRESS = "/stuf/ggk0210"
TODAY = date(2026, 11, 21)
TOKEN = {"Authorization": "Bearer geheim"}
START = Envelope(
    StufCode.DI01,
    Party("42420001", "ECD"),
    Party("0363"),
    new_reference(),
    clock.now().replace(microsecond=0),
    Functie("WMO305", 3, 2),
)


@pytest.fixture
def partner(app: Any, browser: Any) -> Iterator[Any]:
    """Sends SOAP as VECOZO does; gives what comes back."""
    registry = app.registry
    before = registry["portaal.callers"]
    registry["portaal.callers"] = Callers.from_settings(
        {"portaal.environment": "development", "portaal.vecozo.token": "geheim", "portaal.cak.token": "ander"}
    )

    def send(message: Envelope | Fault, payload: bytes = b"", headers: dict[str, str] = TOKEN) -> Any:
        soap = build_fault(message) if isinstance(message, Fault) else build(message, [payload], len(payload))
        answer = browser.post(ADDRESS, bytes(soap), headers, content_type="text/xml", expect_errors=True)
        return read(answer.body) if answer.content_type == "text/xml" else answer

    yield send
    registry["portaal.callers"] = before


def start_message(identificatie: str = "S1", gemeente: str = "0363") -> bytes:
    return make_start("iwmo", "42420001", gemeente, identificatie, TODAY)


def only(dbsession: Session) -> Message:
    dbsession.expire_all()
    return dbsession.scalars(sa.select(Message)).one()


def count(dbsession: Session) -> int:
    return dbsession.scalar(sa.select(sa.func.count()).select_from(Message)) or 0


@pytest.fixture
def sent(dbsession: Session, samples: Callable[..., bytes]) -> tuple[Message, bytes]:
    """A WMO301 of Amsterdam on its way."""
    content = samples("WMO301", afzender="0363", identificatie="301-1")
    reference = new_reference()
    message = Message(
        id=uuid.uuid4(),
        gemeentecode="0363",
        product="iwmo",
        direction=Direction.UIT,
        kind=MessageKind.HEEN,
        berichttype="WMO301",
        functie_versie=3,
        functie_subversie=2,
        reference_id=reference,
        conversation_id=reference,
        counterparty="42420001",
        afzender="0363",
        ontvanger="42420001",
        identificatie="301-1",
        payload_id=uuid.uuid4(),
        sha256="0" * 64,
        size=1,
        file_name="a.xml",
        findings=[],
        state=State.WACHT_OP_RETOUR,
        created_at=clock.now() - timedelta(hours=1),
        duplicate_guard="guard",
    )
    dbsession.add(message)
    dbsession.flush()
    enqueue(dbsession, message.id, "vecozo")
    dbsession.commit()
    return message, content


def retour_on(message: Message, **changes: Any) -> Envelope:
    fields: dict[str, Any] = {
        "code": StufCode.DU01,
        "zender": Party("42420001", "ECD"),
        "ontvanger": Party("0363"),
        "reference_id": new_reference(),
        "sent_at": clock.now(),
        "functie": Functie("WMO302", 3, 2),
        "cross_reference_id": message.reference_id,
    }
    return Envelope(**(fields | changes))


def fault_on(reference: str, **changes: Any) -> Fault:
    fields: dict[str, Any] = {
        "code": StufCode.FO01,
        "zender": Party("VECOZO", "VECOZOWebservice"),
        "ontvanger": Party("0363"),
        "reference_id": new_reference(),
        "cross_reference_id": reference,
        "sent_at": clock.now(),
        "foutcode": "IB010",
        "plek": Plek.CLIENT,
        "omschrijving": "Onbekend: 999900006",
        "details": "WMO301-00030002",
    }
    return Fault(**(fields | changes))


# Taking in


def test_a_start_message_is_kept_and_confirmed(partner: Any, dbsession: Session, app: Any, shared: Any) -> None:
    payload = start_message()
    answer = partner(START, payload)
    assert isinstance(answer, Confirmation)
    assert answer.cross_reference_id == START.reference_id
    assert (answer.zender.organisatie, answer.ontvanger.organisatie) == ("IB", "42420001")
    message = only(dbsession)
    assert (message.gemeentecode, message.product, message.direction) == ("0363", "iwmo", Direction.IN)
    assert (message.kind, message.berichttype, message.state) == (MessageKind.HEEN, "WMO305", State.BEZORGD)
    assert (message.counterparty, message.identificatie, message.dagtekening) == ("42420001", "S1", TODAY)
    assert message.file_name == "WMO305_42420001_S1.xml"
    assert b"".join(app.registry["portaal.payloads"].open(message.payload_id)) == payload
    schema = etree.XMLSchema(etree.parse(shared / "ggk0210/ggk0210/ggkberichten/ggk0210_msg_ggkberichten.xsd"))
    assert schema.validate(etree.fromstring(bytes(build_confirmation(answer)))[0][0])


def test_the_same_message_twice_is_one_message(partner: Any, dbsession: Session, app: Any, audit_lines: Any) -> None:
    for _ in range(3):
        assert isinstance(partner(START, start_message()), Confirmation)
    assert count(dbsession) == 1
    assert len(only(dbsession).events) == 1
    (line,) = audit_lines("message.receive")
    assert (line.actor, line.gemeentecode, line.product) == (None, "0363", "iwmo")
    assert (line.object_id, line.details) == (str(only(dbsession).id), {"type": "WMO305", "partner": "vecozo"})
    assert sum(1 for path in app.registry["portaal.payloads"]._folder.rglob(f"{only(dbsession).payload_id}*")) == 1


def test_a_reference_used_for_something_else_is_refused(partner: Any, dbsession: Session) -> None:
    partner(START, start_message("S1"))
    answer = partner(START, start_message("S2"))
    assert (answer.code, answer.foutcode, answer.plek) == (StufCode.FO03, "IB016", Plek.CLIENT)
    assert count(dbsession) == 1


def test_a_message_the_gate_would_refuse_is_kept_with_what_is_wrong(partner: Any, dbsession: Session) -> None:
    assert isinstance(partner(START, b"<geen>bericht</geen>"), Confirmation)
    message = only(dbsession)
    assert message.findings[0]["niveau"] == "weigering"
    assert (message.identificatie, message.file_name) == ("", "WMO305_42420001.xml")


# Pairing


@pytest.mark.parametrize(("refuse", "state"), [(False, State.VERWERKT), (True, State.AFGEKEURD_ONTVANGER)])
def test_a_retour_is_paired_and_tells_how_it_went(
    partner: Any, dbsession: Session, sent: tuple[Message, bytes], refuse: bool, state: State
) -> None:
    heen, content = sent
    retour = retour_on(heen)
    assert isinstance(partner(retour, make_retour("WMO301", content, "R1", TODAY, refuse=refuse)), Confirmation)
    dbsession.expire_all()
    kept = dbsession.scalars(sa.select(Message).where(Message.direction == Direction.IN)).one()
    assert (kept.answers_id, kept.conversation_id, kept.kind) == (heen.id, heen.conversation_id, MessageKind.RETOUR)
    assert (kept.afzender, kept.counterparty) == ("0363", "42420001")  # the header is not swapped, the envelope is
    assert (heen.state, heen.events[-1].kind) == (state, EventKind.RETOUR_ONTVANGEN)
    assert dbsession.get_one(OutboxEntry, heen.id).state is OutboxState.BEZORGD  # an answer settles it


def test_a_retour_finds_its_heen_by_the_header_when_the_reference_leads_nowhere(
    partner: Any, dbsession: Session, sent: tuple[Message, bytes]
) -> None:
    heen, content = sent
    partner(
        retour_on(heen, cross_reference_id=new_reference()), make_retour("WMO301", content, "R1", TODAY, refuse=False)
    )
    dbsession.expire_all()
    assert heen.state is State.VERWERKT


def test_a_retour_on_nothing_is_kept_and_says_so(
    partner: Any, dbsession: Session, samples: Callable[..., bytes]
) -> None:
    content = samples("WMO301", afzender="0363", identificatie="elders")
    envelope = replace(retour_on(Message(reference_id=new_reference())))
    assert isinstance(partner(envelope, make_retour("WMO301", content, "R1", TODAY, refuse=False)), Confirmation)
    message = only(dbsession)
    assert message.answers_id is None
    assert message.events[-1].kind is EventKind.GEEN_HEENBERICHT


def test_a_retour_never_reaches_another_gemeentes_message(
    partner: Any, dbsession: Session, sent: tuple[Message, bytes]
) -> None:
    heen, content = sent
    partner(retour_on(heen, ontvanger=Party("0384")), make_retour("WMO301", content, "R1", TODAY, refuse=False))
    dbsession.expire_all()
    assert heen.state is State.WACHT_OP_RETOUR


def test_an_unreadable_retour_changes_nothing_for_its_heen(
    partner: Any, dbsession: Session, sent: tuple[Message, bytes]
) -> None:
    heen, _ = sent
    partner(retour_on(heen), b"<kapot>")
    dbsession.expire_all()
    assert heen.state is State.WACHT_OP_RETOUR
    assert heen.events[-1].kind is EventKind.RETOUR_ONTVANGEN


def test_a_message_with_an_unreadable_retour_was_sent(
    partner: Any, dbsession: Session, sent: tuple[Message, bytes]
) -> None:
    heen, _ = sent
    heen.state = State.INGEDIEND  # its confirmation has not come, and nobody will ask for it any more
    dbsession.commit()
    partner(retour_on(heen), b"<kapot>")
    dbsession.expire_all()
    assert dbsession.get_one(OutboxEntry, heen.id).state is OutboxState.BEZORGD
    assert heen.state is State.WACHT_OP_RETOUR


def test_a_retour_of_another_kind_does_not_answer_the_message_it_refers_to(
    partner: Any, dbsession: Session, sent: tuple[Message, bytes], samples: Callable[..., bytes]
) -> None:
    heen, _ = sent
    content = samples("WMO319", afzender="0363", identificatie="319-1")
    envelope = retour_on(heen, functie=Functie("WMO320", 3, 2))
    assert isinstance(partner(envelope, make_retour("WMO319", content, "R1", TODAY, refuse=False)), Confirmation)
    dbsession.expire_all()
    assert heen.state is State.WACHT_OP_RETOUR
    kept = dbsession.scalars(sa.select(Message).where(Message.direction == Direction.IN)).one()
    assert kept.answers_id is None
    assert kept.events[-1].kind is EventKind.GEEN_HEENBERICHT


def test_a_fo01_about_a_message_of_a_product_that_is_gone_is_refused(
    partner: Any, dbsession: Session, sent: tuple[Message, bytes]
) -> None:
    heen, _ = sent
    heen.product = "verdwenen"
    dbsession.commit()
    answer = partner(fault_on(heen.reference_id))
    assert (answer.code, answer.foutcode) == (StufCode.FO03, "IB006")


# Faults of the chain


def test_a_fo01_refuses_the_message_and_frees_its_identification(
    partner: Any, dbsession: Session, sent: tuple[Message, bytes], app: Any
) -> None:
    heen, _ = sent
    fault = fault_on(heen.reference_id)
    for _ in range(2):
        assert isinstance(partner(fault), Confirmation)
    dbsession.expire_all()
    assert (heen.state, heen.duplicate_guard) == (State.AFGEKEURD_KNOOPPUNT, None)
    assert (heen.events[-1].kind, heen.events[-1].code) == (EventKind.FOUTBERICHT_ONTVANGEN, "IB010")
    kept = dbsession.scalars(sa.select(Message).where(Message.kind == MessageKind.FOUT)).one()
    document = b"".join(app.registry["portaal.payloads"].open(kept.payload_id))
    assert etree.fromstring(document).findtext(".//{*}code") == "IB010"
    assert (kept.answers_id, kept.conversation_id) == (heen.id, heen.conversation_id)


def test_a_fo01_on_nothing_is_refused(partner: Any, dbsession: Session) -> None:
    answer = partner(fault_on(new_reference()))
    assert (answer.code, answer.foutcode) == (StufCode.FO03, "IB021")
    assert count(dbsession) == 0


def test_a_fo01_for_another_gemeente_is_refused(partner: Any, sent: tuple[Message, bytes], dbsession: Session) -> None:
    heen, _ = sent
    assert partner(fault_on(heen.reference_id, ontvanger=Party("0384"))).foutcode == "IB021"
    dbsession.expire_all()
    assert heen.state is State.WACHT_OP_RETOUR


# What is not for us


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ontvanger": Party("9999")}, "IB005"),
        ({"ontvanger": Party("VECOZO")}, "IB005"),
        ({"ontvanger": Party("0394")}, "IB010"),
        ({"functie": Functie("WMO399", 3, 2)}, "IB004"),
        ({"functie": Functie("WMO305", 2, 0)}, "IB004"),
        ({"functie": Functie("WMO301", 3, 2)}, "IB004"),
        ({"bestandsnaam": "start.csv"}, "IB004"),
        ({"code": StufCode.DU01, "cross_reference_id": new_reference()}, "IB007"),
        ({"functie": Functie("WMO302", 3, 2)}, "IB007"),
    ],
)
def test_what_is_not_for_us_is_refused_with_a_code(
    partner: Any, dbsession: Session, changes: dict[str, Any], code: str
) -> None:
    answer = partner(replace(START, **changes), start_message())
    assert isinstance(answer, Fault)
    assert (answer.code, answer.foutcode, answer.plek) == (StufCode.FO03, code, Plek.CLIENT)
    assert answer.cross_reference_id == START.reference_id
    assert count(dbsession) == 0


def test_a_product_that_was_switched_off_receives_nothing(partner: Any, dbsession: Session) -> None:
    activation = dbsession.scalars(
        sa.select(Activation).where(Activation.gemeentecode == "0363", Activation.product == "iwmo")
    ).one()
    activation.deactivated_at = clock.now()
    dbsession.commit()
    assert partner(START, start_message()).foutcode == "IB023"


def test_an_agreement_that_ended_shuts_the_door(partner: Any, dbsession: Session) -> None:
    agreement = dbsession.scalars(sa.select(Agreement).where(Agreement.gemeentecode == "0363")).first()
    assert agreement
    agreement.ends_on = date(2024, 1, 1)
    dbsession.commit()
    assert partner(START, start_message()).foutcode == "IB010"


def test_another_partner_may_not_bring_this(partner: Any, dbsession: Session) -> None:
    assert partner(START, start_message(), {"Authorization": "Bearer ander"}).foutcode == "IB006"
    assert count(dbsession) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer fout"},
        {"Authorization": "Basic geheim"},
        {"X-Client-Subject": "CN=vecozo"},
        {"X-Client-Subject": "", "X-Proxy-Secret": ""},
    ],
)
def test_who_is_no_partner_gets_nowhere(partner: Any, dbsession: Session, headers: dict[str, str]) -> None:
    assert partner(START, start_message(), headers).status_int == 403
    assert count(dbsession) == 0


def test_without_credentials_in_the_settings_nobody_gets_in(app: Any, browser: Any) -> None:
    assert app.registry["portaal.callers"].identify(TOKEN) is None
    browser.post(ADDRESS, b"x", TOKEN, content_type="text/xml", status=403)


@pytest.mark.parametrize("body", [b"", b"geen xml", b"<x/>", b"<!DOCTYPE x><x/>"])
def test_what_is_no_envelope_gets_a_fo03(partner: Any, browser: Any, dbsession: Session, body: bytes) -> None:
    answer = read(browser.post(ADDRESS, body, TOKEN, content_type="text/xml", status=500).body)
    assert isinstance(answer, Fault)
    assert (answer.foutcode, answer.plek) == ("StUF055", Plek.CLIENT)
    assert count(dbsession) == 0


def test_a_confirmation_or_fo03_is_no_message(partner: Any, browser: Any) -> None:
    confirmation = Confirmation(Party("VECOZO", "VECOZO"), Party("0363"), new_reference(), "x", clock.now())
    answer = browser.post(ADDRESS, bytes(build_confirmation(confirmation)), TOKEN, content_type="text/xml", status=500)
    assert b"StUF055" in answer.body


def test_other_methods_do_nothing(partner: Any, browser: Any) -> None:
    browser.get(ADDRESS, headers=TOKEN, status=404)


def test_nothing_refused_leaves_a_file(partner: Any, app: Any) -> None:
    folder = app.registry["portaal.payloads"]._folder
    before = {path for path in folder.rglob("*") if path.is_file()}
    partner(replace(START, ontvanger=Party("9999")), start_message())
    partner(fault_on(new_reference()))
    assert {path for path in folder.rglob("*") if path.is_file()} == before


# Credentials


def test_a_certificate_counts_when_our_proxy_says_so() -> None:
    callers = Callers.from_settings(
        {
            "portaal.environment": "production",
            "portaal.vecozo.client_subject": "CN=vsp.vecozo.nl",
            "portaal.proxy_secret": "s" * 24,
        }
    )
    right = {"X-Client-Subject": "CN=vsp.vecozo.nl", "X-Proxy-Secret": "s" * 24}
    assert callers.identify(right) == "vecozo"
    for wrong in ({"X-Proxy-Secret": "t" * 24}, {"X-Client-Subject": "CN=evil.nl"}, {"X-Client-Subject": ""}):
        assert callers.identify(right | wrong) is None


@pytest.mark.parametrize(
    "settings",
    [
        {"portaal.environment": "production", "portaal.vecozo.token": "t"},
        {"portaal.environment": "kto", "portaal.cak.token": "t"},
        {"portaal.environment": "production", "portaal.vecozo.client_subject": "CN=x"},
        {"portaal.environment": "production", "portaal.vecozo.client_subject": "CN=x", "portaal.proxy_secret": "kort"},
    ],
)
def test_unsafe_credentials_are_refused_at_the_start(settings: dict[str, str]) -> None:
    with pytest.raises(UnsafeConfigurationError):
        Callers.from_settings(settings)
