"""The list of messages: finding, taking it along, and what is done to several at once."""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from tests.berichtenverkeer_traffic.on_screen import BASE, csrf_of, received

from portaal import clock
from portaal.audit.models import AuditEvent
from portaal.berichtenverkeer.mailbox.listing import PAGE_SIZE, PAGE_SIZES
from portaal.berichtenverkeer.tracking.models import Direction, MessageKind
from portaal.berichtenverkeer.tracking.states import State
from portaal.testing.queries import Count


def test_an_empty_list_says_what_to_do(gebruiker: Any) -> None:
    page = gebruiker.get(f"{BASE}/berichten")
    page.mustcontain("Er zijn nog geen berichten", "Berichten aanleveren")
    gebruiker.get(f"{BASE}/berichten?q=niets").mustcontain("Geen bericht past bij deze filters")


def test_filters_combine_and_stand_in_the_address(gebruiker: Any, dbsession: Session, store: Any) -> None:
    now = clock.now()
    received(dbsession, store, file_name="eerste.xml", created_at=now - timedelta(days=9))
    received(dbsession, store, file_name="tweede.xml", state=State.VERWERKT, own_reference="Zaak 88%")
    received(dbsession, store, berichttype="WMO307", counterparty="65656055", file_name="derde.xml")
    received(
        dbsession,
        store,
        direction=Direction.UIT,
        kind=MessageKind.HEEN,
        berichttype="WMO301",
        state=State.WACHT_OP_RETOUR,
        file_name="vierde.xml",
    )

    def found(query: str) -> list[str]:
        page = gebruiker.get(f"{BASE}/berichten?{query}")
        return [re.search(r"(\w+)\.xml", row.get_text())[1] for row in page.html.select("tbody tr")]  # type: ignore[index]

    day = (now - timedelta(days=9)).astimezone(clock.AMSTERDAM).date()
    assert len(found("")) == 4
    assert found("richting=uit") == ["vierde"]
    assert found("richting=in&type=WMO305&status=verwerkt") == ["tweede"]
    assert found(f"tot={day}") == ["eerste"]
    assert set(found(f"van={day + timedelta(days=1)}")) == {"tweede", "derde", "vierde"}
    assert found("q=ZAAK+88") == ["tweede"]
    assert found("q=8%25") == ["tweede"]
    assert found("q=565605") == ["derde"]
    assert found("q=%25%25") == []
    assert found("sorteer=partij&volgorde=op")[-1] == "derde"
    assert found("sorteer=type&volgorde=op")[0] == "vierde"
    for nonsense in ("status=x&van=morgen&pagina=-1&sorteer=1", "pagina=999999", "pagina=9999999999", "richting=%0A"):
        assert len(found(nonsense)) == 4


@pytest.mark.parametrize("page", ["berichten", "berichten/export"])
def test_a_bsn_is_not_searched_for_and_leaves_the_address(gebruiker: Any, dbsession: Session, page: str) -> None:
    answer = gebruiker.get(f"{BASE}/{page}?q=9999.00.006")
    assert answer.status_int == 303
    assert "9999" not in answer.location
    answer.follow().mustcontain("U kunt niet zoeken op BSN")
    assert not dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "message.export")).all()


def test_letters_with_accents_are_found_as_they_are_written(gebruiker: Any, dbsession: Session, store: Any) -> None:
    received(dbsession, store, file_name="Één.xml")
    gebruiker.get(f"{BASE}/berichten", {"q": "Één"}).mustcontain("Één.xml")


def test_pages_are_counted_and_sorted_newest_first(gebruiker: Any, dbsession: Session, store: Any) -> None:
    now = clock.now()
    for number in range(PAGE_SIZE + 3):
        received(dbsession, store, file_name=f"n{number:02}.xml", created_at=now - timedelta(minutes=number))
    first = gebruiker.get(f"{BASE}/berichten?richting=in")
    assert len(first.html.select("tbody tr")) == PAGE_SIZE
    first.mustcontain(f"{PAGE_SIZE + 3}", "n00.xml")
    last = first.click("Volgende")
    assert [row for row in ("n25.xml", "n26.xml", "n27.xml") if row in last.text] == ["n25.xml", "n26.xml", "n27.xml"]
    assert "richting=in" in last.request.url


def chosen(browser: Any, act: str, ids: list[Any], query: str = "", **extra: str) -> Any:
    """What the form below the list sends for these rows."""
    page = browser.get(f"{BASE}/berichten?{query}")
    form = page.html.find(id="keuze")
    action = form["action"] if act == "download" else form.find("button", formaction=True)["formaction"]
    fields = [("csrf_token", form.find("input", {"name": "csrf_token"})["value"])]
    fields += [("getoond", field["value"]) for field in form.find_all("input", {"name": "getoond"})]
    fields += [("bericht", str(one)) for one in ids]
    return browser.post(action, [*fields, *extra.items()])


@pytest.mark.parametrize(
    ("language", "head", "words"),
    [
        (
            "nl",
            "Tijd;Richting;Berichttype;Soort;Aanbieder;Bestand;Identificatie;Dagtekening",
            "Ontvangen;WMO305;Bericht",
        ),
        ("en", "Time;Direction;Message type;Kind;Provider;File;Identification;Dated", "Received;WMO305;Message"),
    ],
)
def test_the_filtered_list_as_a_file(
    gebruiker: Any, dbsession: Session, store: Any, language: str, head: str, words: str
) -> None:
    gebruiker.set_cookie("taal", language)
    received(dbsession, store, file_name="eerste.xml", own_reference="=1+1", identificatie="@som")
    received(dbsession, store, file_name="tweede 999900006.xml", identificatie="999900006")
    received(dbsession, store, file_name="derde.xml", state=State.VERWERKT)
    for number in range(PAGE_SIZE):
        received(dbsession, store, file_name=f"vol{number}.xml", berichttype="WMO307")
    page = gebruiker.get(f"{BASE}/berichten?status=bezorgd&type=WMO305")
    answer = page.click(href="/berichten/export")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].endswith('.csv"')
    assert answer.body.startswith(b"\xef\xbb\xbf")
    lines = answer.body.decode("utf-8-sig").splitlines()
    assert lines[0].startswith(head)
    assert len(lines) == 3
    assert all(words in line for line in lines[1:])
    first = next(line for line in lines if "eerste.xml" in line)
    assert ";'@som;" in first
    assert ";'=1+1;" in first
    assert "999900006" not in answer.text
    (line,) = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "message.export"))
    assert line.details == {"filters": {"status": "bezorgd", "type": "WMO305"}, "rows": 2}
    assert (line.gemeentecode, line.product) == ("0363", "iwmo")
    assert len(gebruiker.get(f"{BASE}/berichten/export").text.splitlines()) == PAGE_SIZE + 4


def test_a_list_shows_as_many_as_one_likes(gebruiker: Any, dbsession: Session, store: Any) -> None:
    for number in range(PAGE_SIZES[1] + 1):
        received(dbsession, store, file_name=f"{number}.xml")
    page = gebruiker.get(f"{BASE}/berichten?type=WMO305")
    assert len(page.html.select("tbody tr")) == PAGE_SIZE
    page = page.click("^50$")
    assert len(page.html.select("tbody tr")) == PAGE_SIZES[1]
    assert page.request.GET.mixed() == {"type": "WMO305", "aantal": "50"}
    assert len(page.click("Volgende").html.select("tbody tr")) == 1
    assert len(gebruiker.get(f"{BASE}/berichten?aantal=5000").html.select("tbody tr")) == PAGE_SIZE


def test_a_whole_reference_number_opens_the_message(gebruiker: Any, dbsession: Session, store: Any) -> None:
    message = received(dbsession, store)
    other = received(dbsession, store, gemeentecode="0384")
    answer = gebruiker.get(f"{BASE}/berichten?q=+{message.reference_id.upper()}+")
    assert answer.location.endswith(f"{BASE}/berichten/{message.id}")
    page = gebruiker.get(f"{BASE}/berichten?q={message.reference_id[:20]}", status=200)
    assert len(page.html.select("tbody tr")) == 1
    for nobodys in (other.reference_id, uuid.uuid4()):
        gebruiker.get(f"{BASE}/berichten?q={nobodys}", status=200).mustcontain("Geen bericht past bij deze filters")


def test_several_messages_as_one_zip(gebruiker: Any, dbsession: Session, store: Any) -> None:
    one = received(dbsession, store, b"<een/>", file_name="Retour.xml")
    same = received(dbsession, store, b"<twee/>" * 50_000, file_name="retour.xml", created_at=one.created_at)
    left = received(dbsession, store, b"<drie/>", file_name="drie.xml")
    answer = chosen(gebruiker, "download", [one.id, same.id])
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="berichten-iwmo-0363-')
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.testzip() is None
        assert sorted(map(str.lower, archive.namelist())) == ["retour (2).xml", "retour.xml"]
        assert {archive.read(name) for name in archive.namelist()} == {b"<een/>", b"<twee/>" * 50_000}
    dbsession.expire_all()
    assert (one.state, same.state, left.state) == (State.OPGEHAALD, State.OPGEHAALD, State.BEZORGD)
    lines = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "message.download")).all()
    assert {line.object_id for line in lines} == {str(one.id), str(same.id)}
    answer = chosen(gebruiker, "download", [], alles="true")
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert len(archive.namelist()) == 3


@pytest.mark.parametrize("act", ["download", "verwerkt"])
def test_what_happened_to_several_messages_is_read_at_once(
    gebruiker: Any, dbsession: Session, store: Any, count_queries: Count, act: str
) -> None:
    messages = [received(dbsession, store) for _ in range(4)]
    with count_queries() as counted:
        chosen(gebruiker, act, [message.id for message in messages])
    assert sum("FROM message_event" in statement for statement in counted.statements) == 1


def test_a_damaged_file_in_a_selection_gives_a_message_and_no_note(
    gebruiker: Any, dbsession: Session, store: Any
) -> None:
    messages = [received(dbsession, store) for _ in range(2)]
    path = store._path(messages[1].payload_id)
    path.write_bytes(path.read_bytes()[:-1])
    page = chosen(gebruiker, "download", [message.id for message in messages], "type=WMO305").follow()
    page.mustcontain("Een van deze bestanden kan niet worden gelezen")
    assert page.request.GET.mixed() == {"type": "WMO305"}
    dbsession.expire_all()
    assert {message.state for message in messages} == {State.BEZORGD}
    assert dbsession.scalars(sa.select(AuditEvent)).all() == []


@pytest.mark.parametrize(
    ("language", "said", "left", "none"),
    [
        ("nl", "2 berichten zijn gemeld als verwerkt", "Niet gemeld: 1.", "Kies eerst minstens één bericht"),
        ("en", "2 messages are marked as processed", "Not marked: 1.", "Choose at least one message first"),
    ],
)
def test_several_messages_marked_as_processed(
    gebruiker: Any, dbsession: Session, store: Any, language: str, said: str, left: str, none: str
) -> None:
    gebruiker.set_cookie("taal", language)
    two = [received(dbsession, store) for _ in range(2)]
    sent = received(dbsession, store, direction=Direction.UIT, state=State.WACHT_OP_RETOUR)
    page = chosen(gebruiker, "verwerkt", [message.id for message in (*two, sent)], "status=bezorgd").follow()
    page.mustcontain(said, left)
    assert page.request.GET.mixed() == {"status": "bezorgd"}
    dbsession.expire_all()
    assert [message.state for message in (*two, sent)] == [State.VERWERKT, State.VERWERKT, State.WACHT_OP_RETOUR]
    lines = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "message.process")).all()
    assert {line.object_id for line in lines} == {str(message.id) for message in two}
    for act in ("download", "verwerkt"):
        chosen(gebruiker, act, []).follow().mustcontain(none)


@pytest.mark.parametrize("act", ["download", "verwerkt"])
def test_a_selection_reaches_no_further_than_the_list(gebruiker: Any, dbsession: Session, store: Any, act: str) -> None:
    mine = received(dbsession, store)
    token = {"X-CSRF-Token": csrf_of(gebruiker)}

    def ask(*ids: object, status: int) -> None:
        fields = [("bericht", str(one)) for one in ids]
        gebruiker.post(f"{BASE}/berichten/{act}", fields, token, status=status)

    for foreign in ({"gemeentecode": "0384"}, {"product": "ijw"}):
        ask(mine.id, received(dbsession, store, **foreign).id, status=404)
    ask(mine.id, uuid.uuid4(), status=404)
    ask(mine.id, "geen-id", status=400)
    ask(*[mine.id] * (max(PAGE_SIZES) + 1), status=400)
    dbsession.expire_all()
    assert mine.state is State.BEZORGD


@pytest.mark.parametrize(
    ("language", "title", "meaning"),
    [
        ("nl", "Wat elke status betekent", "Het bericht staat voor u klaar"),
        ("en", "What each status means", "The message is ready for you"),
    ],
)
def test_every_status_is_explained(gebruiker: Any, language: str, title: str, meaning: str) -> None:
    gebruiker.set_cookie("taal", language)
    page = gebruiker.get(f"{BASE}/berichten/statussen")
    page.mustcontain(title, meaning)
    rows = page.html.select("tbody tr")
    assert len(rows) == len(State)
    assert page.click(href="status=bezorgd").request.GET.mixed() == {"status": "bezorgd"}
