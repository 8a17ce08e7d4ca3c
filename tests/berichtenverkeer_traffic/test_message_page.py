"""The page of one message: its file, its conversation, its timeline."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session
from tests.berichtenverkeer_traffic.on_screen import BASE, received, upload

from portaal import clock
from portaal.audit.models import AuditEvent
from portaal.berichtenverkeer.delivery.models import OutboxEntry, PartnerState
from portaal.berichtenverkeer.delivery.outbox import LEASE, claim
from portaal.berichtenverkeer.mailbox import messages
from portaal.berichtenverkeer.tracking.models import Direction, EventKind, Message, MessageKind
from portaal.berichtenverkeer.tracking.states import State
from portaal.berichtenverkeer.tracking.timeline import record
from portaal.berichtenverkeer.traffic import all_traffic

from .conftest import Chain

Wmo301 = Callable[[str], bytes]


def test_downloading_gives_the_very_bytes_and_is_noted(gebruiker: Any, dbsession: Session, store: Any) -> None:
    content = b"<Bericht>\r\n\xc3\xa9</Bericht>"
    message = received(dbsession, store, content)
    page = gebruiker.get(f"{BASE}/berichten/{message.id}")
    form = next(form for form in page.forms.values() if form.action.endswith("/download"))
    answer = form.submit()
    assert answer.body == content
    assert answer.headers["Content-Type"] == "application/xml"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert any("sandbox" in policy for policy in answer.headers.getall("Content-Security-Policy"))
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="WMO305_42420001_305-1.xml"')
    dbsession.expire_all()
    assert message.state is State.OPGEHAALD
    assert [event.kind for event in message.events] == [EventKind.ONTVANGEN, EventKind.GEDOWNLOAD]
    assert dbsession.scalars(sa.select(AuditEvent.action)).all() == ["message.download"]
    gebruiker.get(f"{BASE}/berichten/{message.id}").mustcontain("Gedownload", "Melden als verwerkt")


def test_downloading_is_not_processing(gebruiker: Any, dbsession: Session, store: Any) -> None:
    message = received(dbsession, store)
    page = gebruiker.get(f"{BASE}/berichten/{message.id}")
    form = next(form for form in page.forms.values() if form.action.endswith("/verwerkt"))
    form.submit().follow().mustcontain("gemeld als verwerkt")
    dbsession.expire_all()
    assert message.state is State.VERWERKT
    form.submit().follow().mustcontain("eerder gemeld als verwerkt")
    assert [event.kind for event in message.events].count(EventKind.VERWERKT_GEMELD) == 1
    page = gebruiker.get(f"{BASE}/berichten/{message.id}")
    assert not [form for form in page.forms.values() if form.action.endswith("/verwerkt")]


def test_downloading_does_not_undo_what_another_did_meanwhile(chain: Chain) -> None:
    with chain.open_session() as dbsession:
        message_id = received(dbsession, chain.store).id

    def process() -> None:
        with chain.open_session() as dbsession, dbsession.begin():
            message = messages.find(dbsession, "0363", "iwmo", message_id, lock=True)
            assert message
            messages.mark_processed(dbsession, message, chain.account_id)

    other = threading.Thread(target=process)
    with chain.open_session() as dbsession, dbsession.begin():
        message = messages.find(dbsession, "0363", "iwmo", message_id, lock=True)
        assert message
        other.start()
        other.join(1)  # it waits; it would be done by now if it did not
        messages.download(dbsession, chain.store, message, chain.account_id).close()
    other.join()
    assert chain.message(message_id).state is State.VERWERKT


def test_a_sent_message_cannot_be_marked_as_processed(gebruiker: Any, dbsession: Session, store: Any) -> None:
    message = received(dbsession, store, direction=Direction.UIT, state=State.WACHT_OP_RETOUR)
    page = gebruiker.get(f"{BASE}/berichten/{message.id}")
    token = page.html.find("input", {"name": "csrf_token"})["value"]
    gebruiker.post(f"{BASE}/berichten/{message.id}/verwerkt", {"csrf_token": token})
    dbsession.expire_all()
    assert message.state is State.WACHT_OP_RETOUR


def test_a_damaged_file_gives_a_message_and_no_note(gebruiker: Any, dbsession: Session, store: Any) -> None:
    message = received(dbsession, store)
    path = store._path(message.payload_id)
    path.write_bytes(path.read_bytes()[:-1])
    page = gebruiker.get(f"{BASE}/berichten/{message.id}")
    form = next(form for form in page.forms.values() if form.action.endswith("/download"))
    form.submit().follow().mustcontain("kan niet worden gelezen")
    dbsession.expire_all()
    assert message.state is State.BEZORGD


def test_messages_of_a_conversation_are_linked_both_ways(gebruiker: Any, dbsession: Session, store: Any) -> None:
    heen = received(dbsession, store, direction=Direction.UIT, berichttype="WMO301", state=State.VERWERKT)
    retour = received(
        dbsession,
        store,
        berichttype="WMO302",
        kind=MessageKind.RETOUR,
        conversation_id=heen.conversation_id,
        answers_id=heen.id,
    )
    gebruiker.get(f"{BASE}/berichten/{heen.id}").click("WMO302").mustcontain("WMO302 Toewijzing retour")
    gebruiker.get(f"{BASE}/berichten/{retour.id}").click("WMO301").mustcontain("WMO301 Toewijzing")


def test_the_menu_shows_where_one_is_on_a_message_too(gebruiker: Any, dbsession: Session, store: Any) -> None:
    message = received(dbsession, store)
    for path, value in (("berichten", "page"), (f"berichten/{message.id}", "true"), ("aanleveren", "page")):
        menu = gebruiker.get(f"{BASE}/{path}").html.find("nav", "pz-subnav")
        current = [(link["href"], link["aria-current"]) for link in menu.find_all("a", attrs={"aria-current": True})]
        assert current == [(f"{BASE}/{path.split('/')[0]}", value)]


@pytest.mark.parametrize(
    ("language", "theirs", "ours", "until", "over"),
    [
        (
            "nl",
            "Retourbericht van de ontvanger",
            "De WMO306 aanleveren",
            "Uiterlijk op",
            "De laatste dag was 2",
        ),
        (
            "en",
            "Return message of the receiver",
            "Deliver the WMO306",
            "At the latest on",
            "The last day was 2",
        ),
    ],
)
def test_the_timeline_says_what_is_to_come_and_until_when(
    gebruiker: Any, dbsession: Session, store: Any, language: str, theirs: str, ours: str, until: str, over: str
) -> None:
    gebruiker.set_cookie("taal", language)
    heen = received(dbsession, store, direction=Direction.UIT, berichttype="WMO301", state=State.WACHT_OP_RETOUR)
    record(heen, EventKind.DOORGESTUURD)
    start = received(dbsession, store)
    answered = received(dbsession, store)
    record(answered, EventKind.RETOUR_GEMAAKT)
    retour = received(dbsession, store, berichttype="WMO302", kind=MessageKind.RETOUR)
    late = received(dbsession, store, created_at=datetime(2025, 11, 27, 12, tzinfo=UTC))  # a Thursday
    dbsession.commit()

    def to_come(message: Message) -> str:
        page = gebruiker.get(f"{BASE}/berichten/{message.id}")
        return " ".join(item.get_text(" ") for item in page.html.select(".pz-timeline__event--open"))

    assert theirs in to_come(heen)
    assert until in to_come(heen)
    assert ours in to_come(start)
    assert until in to_come(start)
    assert over in to_come(late)
    assert to_come(answered) == to_come(retour) == ""


@pytest.mark.parametrize(("partner", "name"), [("vecozo", "VECOZO"), ("buurman", "buurman")])
def test_a_partner_that_is_down_is_said_on_every_page(
    gebruiker: Any, app: Any, dbsession: Session, wmo301: Wmo301, partner: str, name: str, monkeypatch: Any
) -> None:
    traffic = all_traffic(app.registry)
    monkeypatch.setitem(app.registry, "portaal.traffic", traffic | {"iwmo": replace(traffic["iwmo"], partner=partner)})
    dbsession.add(PartnerState(partner=partner, failures=1, changed_at=clock.now()))
    dbsession.commit()
    down = f"{name} is nu niet bereikbaar"
    upload(gebruiker, ("a.xml", wmo301("1"))).follow().mustcontain(down)
    entry = dbsession.scalars(sa.select(OutboxEntry)).one()
    entry.attempts = 1
    dbsession.commit()
    for page in ("aanleveren", "berichten"):
        gebruiker.get(f"{BASE}/{page}").mustcontain(down)
    gebruiker.get(f"{BASE}/berichten/{entry.message_id}").mustcontain("Het portaal probeert het opnieuw op")
    gebruiker.get("/g/0363/").mustcontain(down)


def test_of_what_is_on_its_way_is_not_said_that_it_did_not_work(
    gebruiker: Any, dbsession: Session, store: Any, wmo301: Wmo301
) -> None:
    upload(gebruiker, ("a.xml", wmo301("1")))
    [taken] = claim(dbsession, "vecozo", 1)
    dbsession.commit()
    page = f"{BASE}/berichten/{taken.message_id}"
    gebruiker.get(page).mustcontain("Wacht op verzending", no="Versturen lukte nog niet")
    with time_machine.travel(clock.now() + LEASE, tick=False):  # its worker died: others will take it
        assert messages.detail(dbsession, dbsession.get_one(Message, taken.message_id)).next_attempt
