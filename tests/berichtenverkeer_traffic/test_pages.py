"""The pages of a product's messages, as a person without JavaScript uses them."""

from __future__ import annotations

import io
import re
import tempfile
import uuid
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session
from tests.berichtenverkeer.builder import build
from tests.berichtenverkeer.official_sets import STRICTER, changed, release
from webtest import Upload

from portaal import clock
from portaal.access.models import Account
from portaal.audit.models import AuditEvent
from portaal.berichtenverkeer.delivery.models import OutboxEntry, PartnerState
from portaal.berichtenverkeer.delivery.outbox import LEASE, claim
from portaal.berichtenverkeer.delivery.sender import envelope_of
from portaal.berichtenverkeer.mailbox import messages
from portaal.berichtenverkeer.mailbox.listing import PAGE_SIZE, PAGE_SIZES
from portaal.berichtenverkeer.pages.common import attachment
from portaal.berichtenverkeer.pages.upload import MAX_FILES
from portaal.berichtenverkeer.standard.importing import import_set
from portaal.berichtenverkeer.standard.official import OfficialSchemas
from portaal.berichtenverkeer.tracking.models import Direction, EventKind, Message, MessageKind, Submission
from portaal.berichtenverkeer.tracking.states import GLOSSARY, State
from portaal.berichtenverkeer.tracking.timeline import EVENT_LABELS, record
from portaal.testing.queries import Count
from portaal.time_limit import TimeLimit

BASE = "/g/0363/iwmo"
Wmo301 = Callable[[str], bytes]


@pytest.fixture
def gebruiker(log_in: Any) -> Any:
    return log_in(("gebruiker", "iwmo"))


def upload(browser: Any, *files: tuple[str, bytes], own_reference: str = "", status: int | None = None) -> Any:
    page = browser.get(f"{BASE}/aanleveren")
    form = next(form for form in page.forms.values() if form.action.endswith("/aanleveren"))
    fields: list[tuple[str, Any]] = [
        ("csrf_token", form["csrf_token"].value),
        ("eigen_kenmerk", own_reference),
        *(("bestanden", Upload(name, content)) for name, content in files),
    ]
    return browser.post(form.action, fields, content_type="multipart/form-data", status=status)


def received(dbsession: Session, store: Any, content: bytes = b"<Bericht/>", **fields: Any) -> Message:
    """A message that came in, with its payload."""
    reference = str(uuid.uuid4())
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "gemeentecode": "0363",
        "product": "iwmo",
        "direction": Direction.IN,
        "kind": MessageKind.HEEN,
        "berichttype": "WMO305",
        "functie_versie": 3,
        "functie_subversie": 2,
        "reference_id": reference,
        "conversation_id": reference,
        "counterparty": "42420001",
        "afzender": "42420001",
        "ontvanger": "0363",
        "identificatie": "305-1",
        "payload_id": uuid.uuid4(),
        "sha256": "0" * 64,
        "size": len(content),
        "file_name": "WMO305_42420001_305-1.xml",
        "findings": [],
        "state": State.BEZORGD,
        "created_at": clock.now(),
    } | fields
    message = Message(**values)
    dbsession.add(message)
    record(message, EventKind.ONTVANGEN)
    with store.writer(message.payload_id) as writer:
        writer.write(content)
        writer.commit()
    dbsession.commit()
    return message


@pytest.fixture
def store(app: Any) -> Any:
    return app.registry["portaal.payloads"]


# Delivering


def test_delivering_two_files_of_which_one_is_right(gebruiker: Any, wmo301: Wmo301, dbsession: Session) -> None:
    answer = upload(gebruiker, ("goed.xml", wmo301("1")), ("fout.xml", b"geen xml"), own_reference="zaak 7")
    assert answer.status_int == 303
    page = answer.follow()
    page.mustcontain("1 van de 2 bestanden", "goed.xml", "fout.xml", "begint niet met een tag")
    message = dbsession.scalars(sa.select(Message)).one()
    assert (message.own_reference, message.file_name, message.state) == ("zaak 7", "goed.xml", State.INGEDIEND)
    assert dbsession.scalar(sa.select(sa.func.count()).select_from(OutboxEntry)) == 1
    line = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "message.submit")).one()
    assert line.details == {"ingediend": 1, "al_ingediend": 0, "geweigerd": 1}
    assert message.created_by == line.actor
    page.click("Volg dit bericht", index=0).mustcontain("WMO301 Toewijzing", "Wacht op verzending", "42420001")


def test_delivering_the_same_file_again_says_so(gebruiker: Any, wmo301: Wmo301, dbsession: Session) -> None:
    upload(gebruiker, ("a.xml", wmo301("1")))
    page = upload(gebruiker, ("b.xml", wmo301("1"))).follow()
    page.mustcontain("Eerder aangeleverd", "Bekijk het bericht dat eerder is aangeleverd")
    assert dbsession.scalar(sa.select(sa.func.count()).select_from(Message)) == 1
    page = upload(gebruiker, ("c.xml", wmo301("1") + b"\n")).follow()
    page.mustcontain("TR056", "Niet verstuurd")


def test_in_english_too(gebruiker: Any, wmo301: Wmo301) -> None:
    gebruiker.set_cookie("taal", "en")
    page = upload(gebruiker, ("fout.xml", b"geen xml")).follow()
    page.mustcontain("The file is not sent", "does not begin with a tag")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "B01"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "B21"),
        (b"PK\x03\x04" + b"0" * 2_000, "B03"),
        (b"<x/>", "B40"),
        (b"<a:envelop xmlns:a='http://www.stufstandaarden.nl/koppelvlak/ggk0210'/>", "B48"),
        (b"<x>" + b" " * 26_000_000 + b"</x>", "B"),
    ],
    ids=["empty", "doctype", "zip", "foreign", "envelope", "26 MB"],
)
def test_a_file_that_cannot_be_sent_is_named_with_what_is_wrong(
    gebruiker: Any, store: Any, content: bytes, code: str
) -> None:
    before = set(store._folder.rglob("*"))
    page = upload(gebruiker, ("fout.xml", content)).follow()
    page.mustcontain("Het bestand is niet verstuurd", "fout.xml", code)
    assert {path for path in store._folder.rglob("*") if path.is_file()} <= before


@pytest.mark.parametrize(
    ("language", "fault", "action", "count"),
    [
        ("nl", "De waarde is geen geheel getal.", "Pas dit aan in uw applicatie", "En nog 50."),
        (
            "en",
            "The value is not a whole number.",
            "Correct this in your application",
            "And 50 more, which are not listed.",
        ),
    ],
)
def test_a_hundred_faults_are_told_and_the_rest_is_counted(
    gebruiker: Any, language: str, fault: str, action: str, count: str
) -> None:
    """Each with its code, line, place and next step, in the language of the person."""
    product = {
        "ToewijzingNummer": "999900006x",
        "Toewijzingsdatum": "2026-05-01",
        "Toewijzingstijd": "10:30:00",
        "Ingangsdatum": "2026-05-01",
    }
    changes = {"Header/Afzender": "0363", "Client/ToegewezenProducten/ToegewezenProduct": [product] * 150}
    gebruiker.set_cookie("taal", language)
    page = upload(gebruiker, ("fout.xml", build("WMO301", changes))).follow()
    assert page.text.count("X08") == page.text.count(fault) == page.text.count(action) == 100
    page.mustcontain(count, "Client/ToegewezenProducten/ToegewezenProduct[100]/ToewijzingNummer")
    lines = re.findall(r"(?:regel|line) (\d+)", page.text)
    assert len(set(lines)) == 100
    assert "999900006" not in page.text


def test_beyond_a_hundred_pieces_of_advice_the_rest_is_counted_at_the_message_too(gebruiker: Any) -> None:
    product = {
        "Toewijzingsdatum": "2026-05-01",
        "Toewijzingstijd": "10:30:00",
        "Ingangsdatum": "2026-05-01",
        "RedenWijziging": "01",
        "Budget": "1",
    }
    products = [{"ToewijzingNummer": str(number)} | product for number in range(120)]
    changes = {"Header/Afzender": "0363", "Client/ToegewezenProducten/ToegewezenProduct": products}
    count = "En nog 259."  # three faults in each, and all but the first for the same days
    result = upload(gebruiker, ("advies.xml", build("WMO301", changes))).follow()
    result.mustcontain("Aangenomen", "Bekijk de andere 90", count)
    message = result.click("Volg dit bericht")
    message.mustcontain(count)
    message.click("Inhoud bekijken").mustcontain("Bekijk alle 100", count)


def test_another_gemeentes_file_and_another_type_are_refused(gebruiker: Any, samples: Callable[..., bytes]) -> None:
    page = upload(gebruiker, ("diemen.xml", samples("WMO301")), ("start.xml", samples("WMO305"))).follow()
    page.mustcontain("2 van de 2", "B46", "B45")


@pytest.mark.parametrize(
    ("files", "own_reference", "message"),
    [
        ([], "", "Kies minstens"),
        ([("a.xml", b"<x/>")], "cliënt 999900006", "BSN"),
        ([("a.xml", b"<x/>")], "x" * 101, "100 tekens"),
        ([(f"{number}.xml", b"<x/>") for number in range(MAX_FILES + 1)], "zaak 7", "te veel bestanden"),
    ],
)
def test_a_form_that_is_not_right_comes_back_with_what_was_typed(
    gebruiker: Any, dbsession: Session, files: Any, own_reference: str, message: str
) -> None:
    page = upload(gebruiker, *files, own_reference=own_reference, status=422)
    page.mustcontain(message)
    assert page.html.find(id="eigen_kenmerk").get("value", "") == own_reference
    assert dbsession.scalar(sa.select(sa.func.count()).select_from(Submission)) == 0


def test_a_file_name_is_data_and_nothing_more(gebruiker: Any, wmo301: Wmo301, dbsession: Session) -> None:
    name = "../../etc/<script>alert(1)</script>\u202egpj 999900006 .xml"
    page = upload(gebruiker, (name, wmo301("1"))).follow()
    message = dbsession.scalars(sa.select(Message)).one()
    assert "999900006" not in message.file_name
    assert "\u202e" not in message.file_name
    assert "/etc" not in message.file_name
    assert "<script>" not in page.text


@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_the_token_nothing_is_taken(gebruiker: Any, wmo301: Wmo301, dbsession: Session, token: str) -> None:
    fields = [("csrf_token", token), ("bestanden", Upload("a.xml", wmo301("1")))]
    gebruiker.post(f"{BASE}/aanleveren", fields, content_type="multipart/form-data", status=400)
    assert dbsession.scalar(sa.select(sa.func.count()).select_from(Message)) == 0


def test_a_token_after_the_file_is_too_late(gebruiker: Any, wmo301: Wmo301) -> None:
    page = gebruiker.get(f"{BASE}/aanleveren")
    token = page.html.find("input", {"name": "csrf_token"})["value"]
    fields = [("bestanden", Upload("a.xml", wmo301("1"))), ("csrf_token", token)]
    gebruiker.post(f"{BASE}/aanleveren", fields, content_type="multipart/form-data", status=400)


def test_a_script_gives_the_token_in_a_header_and_is_told_where_to_go(gebruiker: Any, wmo301: Wmo301) -> None:
    token = gebruiker.get(f"{BASE}/aanleveren").html.find("input", {"name": "csrf_token"})["value"]
    headers = {"X-CSRF-Token": token, "X-Requested-With": "portaal"}
    answer = gebruiker.post(
        f"{BASE}/aanleveren", [("bestanden", Upload("a.xml", wmo301("1")))], headers, content_type="multipart/form-data"
    )
    assert answer.status_int == 204
    gebruiker.get(answer.headers["X-Portaal-Location"]).mustcontain("a.xml")


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/plain", b"x", 400),
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=b", b"--b\r\nbroken", 400),
        ("multipart/form-data; boundary=b", b"", 400),
        ("application/x-www-form-urlencoded", b"bestanden=x", 400),
    ],
)
def test_what_is_no_upload_form_is_refused(gebruiker: Any, content_type: str, body: bytes, status: int) -> None:
    gebruiker.post(f"{BASE}/aanleveren", body, content_type=content_type, status=status)


def test_unknown_fields_are_refused(gebruiker: Any, wmo301: Wmo301) -> None:
    token = gebruiker.get(f"{BASE}/aanleveren").html.find("input", {"name": "csrf_token"})["value"]
    for extra in (("gemeente", "0384"), ("rol", "beheerder")):
        fields = [("csrf_token", token), extra, ("bestanden", Upload("a.xml", wmo301("1")))]
        gebruiker.post(f"{BASE}/aanleveren", fields, content_type="multipart/form-data", status=400)


def test_no_byte_of_an_upload_is_written_in_plain_text(
    gebruiker: Any, samples: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file was asked for")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, forbidden)
    content = samples("WMO301", afzender="0363") + b" " * 300_000
    upload(gebruiker, ("groot.xml", content)).follow().mustcontain("groot.xml")


# Settings


@pytest.fixture
def set_up(app: Any, dbsession: Session) -> Callable[..., None]:
    """Saves settings of Amsterdam's iWmo."""
    store = app.registry["portaal.settings"]

    def save(**values: Any) -> None:
        model = store.tabs["iwmo"].model
        store.save(dbsession, "0363", "iwmo", model(**values), based_on=0, by=None)
        dbsession.commit()

    return save


def test_how_strict_the_check_is_can_be_set(gebruiker: Any, wmo301: Wmo301, set_up: Callable[..., None]) -> None:
    spoiled = re.sub(rb"(<wmo301:Bsn>)\d+", rb"\g<1>123456780", wmo301("1"))
    page = upload(gebruiker, ("advies.xml", spoiled)).follow()
    page.mustcontain("Aangenomen", "CS002", "advies")
    set_up(bericht="weigering")
    page = upload(gebruiker, ("weigering.xml", re.sub(rb">1<", b">2<", spoiled, count=1))).follow()
    page.mustcontain("Het bestand is niet verstuurd", "CS002")
    assert "123456780" not in page.text


@pytest.fixture
def save_on_screen(log_in: Any) -> Callable[..., Any]:
    """Fills in the settings tab of Amsterdam's iWmo as its Productbeheerder, and saves."""

    def save(status: int | None = None, **values: str) -> Any:
        page = log_in(("productbeheerder", "iwmo")).get("/g/0363/").click("Instellingen", index=0).maybe_follow()
        form = next(form for form in page.forms.values() if "productcodes" in form.fields)
        for name, value in values.items():
            form[name] = value
        return form.submit(status=status)

    return save


def delivered(log_in: Any, identificatie: str) -> Any:
    """The result page of a WMO301 with two product codes: 02;02A01 and 10;10A02."""
    message = build("WMO301", {"Header/Afzender": "0363"}).replace(b">B1<", f">{identificatie}<".encode())
    return upload(log_in(("gebruiker", "iwmo")), ("bericht.xml", message)).follow()


def test_product_codes_are_checked_against_the_list_of_the_productbeheerder(
    log_in: Any, save_on_screen: Callable[..., Any]
) -> None:
    says_unchecked = "Productcodes worden niet gecontroleerd"
    log_in(("gebruiker", "iwmo")).get(f"{BASE}/aanleveren").mustcontain(says_unchecked)
    assert "TR381" not in delivered(log_in, "1")
    save_on_screen(productcodes="Categorie;Code;Naam\n02;02A01;Begeleiding\n10;10A02", status=303)
    assert says_unchecked not in log_in(("gebruiker", "iwmo")).get(f"{BASE}/aanleveren")
    assert "TR381" not in delivered(log_in, "2")
    save_on_screen(productcodes="02;02A01", status=303)
    delivered(log_in, "3").mustcontain("Aangenomen", "TR381", "advies")
    save_on_screen(extern="weigering", status=303)
    delivered(log_in, "4").mustcontain("Het bestand is niet verstuurd", "TR381")
    save_on_screen(productcodes="", status=303)
    delivered(log_in, "5").mustcontain("Aangenomen")


@pytest.mark.parametrize(
    ("setting", "code", "spoil"),
    [
        ("bericht", "CS002", lambda message: message.replace(b"999900006", b"999900007")),
        ("extern", "TR135", lambda message: message.replace(b"2026-05-06", b"2999-01-01")),
        ("bestand", "OP192", lambda message: b"\xef\xbb\xbf" + message),
    ],
)
def test_the_productbeheerder_decides_on_the_screen_what_is_advice_and_what_refuses(
    log_in: Any, save_on_screen: Callable[..., Any], setting: str, code: str, spoil: Callable[[bytes], bytes]
) -> None:
    def deliver(identificatie: str) -> Any:
        message = build("WMO301", {"Header/Afzender": "0363"}).replace(b">B1<", f">{identificatie}<".encode())
        return upload(log_in(("gebruiker", "iwmo")), ("bericht.xml", spoil(message))).follow()

    deliver("1").mustcontain("Aangenomen", code, "advies")
    save_on_screen(**{setting: "weigering"}, status=303)
    deliver("2").mustcontain("Het bestand is niet verstuurd", code)
    save_on_screen(**{setting: "advies"}, status=303)
    deliver("3").mustcontain("Aangenomen", code)


@pytest.mark.parametrize("line", ["02A01", "99;02A01", "02;te lang", "02;02A01A", "hulp bij huishouden"])
def test_a_line_that_is_no_product_code_is_named_and_stays(save_on_screen: Callable[..., Any], line: str) -> None:
    page = save_on_screen(productcodes=f"02;02A01\n\n{line}", status=422)
    page.mustcontain("Regel 3 is geen bestaande ProductCategorie met een code.", line)


def test_official_schemas_judge_what_is_delivered_too(
    log_in: Any, app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "bron"
    source.mkdir()
    for name, data in changed(*STRICTER).items():
        (source / name).write_bytes(data)
    import_set(tmp_path / "standaarden", release("iwmo-3.2"), source)
    official = OfficialSchemas(tmp_path / "standaarden")
    monkeypatch.setitem(app.registry, "portaal.official_schemas", official)
    delivered(log_in, "1").mustcontain("Het bestand is niet verstuurd", "X90", "Servicedesk")
    checks = {check["name"]: check for check in log_in().get("/ready", status="*").json["checks"]}
    assert checks["standaarden"]["status"] == "degraded"
    assert "WMO301: 1 messages judged differently" in checks["standaarden"]["text"]


def test_an_own_reference_can_be_required(gebruiker: Any, wmo301: Wmo301, set_up: Callable[..., None]) -> None:
    set_up(eigen_kenmerk_verplicht=True)
    upload(gebruiker, ("a.xml", wmo301("1")), status=422).mustcontain("Vul uw eigen kenmerk in")
    upload(gebruiker, ("a.xml", wmo301("1")), own_reference="zaak 1").follow().mustcontain("Aangenomen")


def test_the_samenwerkingsverband_stands_on_the_envelope(
    gebruiker: Any, wmo301: Wmo301, set_up: Callable[..., None], dbsession: Session
) -> None:
    upload(gebruiker, ("a.xml", wmo301("1")))
    set_up(samenwerkingsverband="Regio Amstelland")
    upload(gebruiker, ("b.xml", wmo301("2")))
    envelopes = [
        envelope_of(dbsession, message)
        for message in dbsession.scalars(sa.select(Message).order_by(Message.identificatie))
    ]
    assert [envelope.zender.administratie for envelope in envelopes] == ["Amsterdam", "Regio Amstelland"]


def test_a_productbeheerder_has_the_tab_and_a_gebruiker_does_not(log_in: Any) -> None:
    page = log_in(("productbeheerder", "iwmo")).get("/g/0363/").click("Instellingen", index=0).maybe_follow()
    page.mustcontain("Berichten controleren", "samenwerkingsverband")
    log_in(("gebruiker", "iwmo")).get(page.request.url, status=403)


# Finding


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
    assert found("q=656") == ["derde"]
    assert found("q=%25%25") == []
    assert found("sorteer=partij&volgorde=op")[-1] == "derde"
    assert found("sorteer=type&volgorde=op")[0] == "vierde"
    for nonsense in ("status=x&van=morgen&pagina=-1&sorteer=1", "pagina=999999", "pagina=9999999999", "richting=%0A"):
        assert len(found(nonsense)) == 4


def test_a_bsn_is_not_searched_for_and_leaves_the_address(gebruiker: Any) -> None:
    answer = gebruiker.get(f"{BASE}/berichten?q=9999.00.006")
    assert answer.status_int == 303
    assert "9999" not in answer.location
    answer.follow().mustcontain("U kunt niet zoeken op BSN")


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


# One message


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


def test_a_partner_that_is_down_is_said_on_every_page(
    gebruiker: Any, app: Any, dbsession: Session, wmo301: Wmo301, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.registry, "portaal.tile_limit", TimeLimit(10))  # a busy machine is late with the tile
    dbsession.add(PartnerState(partner="vecozo", failures=1, changed_at=clock.now()))
    dbsession.commit()
    upload(gebruiker, ("a.xml", wmo301("1"))).follow().mustcontain("VECOZO is nu niet bereikbaar")
    entry = dbsession.scalars(sa.select(OutboxEntry)).one()
    entry.attempts = 1
    dbsession.commit()
    for page in ("aanleveren", "berichten"):
        gebruiker.get(f"{BASE}/{page}").mustcontain("VECOZO is nu niet bereikbaar")
    gebruiker.get(f"{BASE}/berichten/{entry.message_id}").mustcontain("Het portaal probeert het opnieuw op")
    gebruiker.get("/g/0363/").mustcontain("VECOZO is nu niet bereikbaar")


def test_of_what_is_on_its_way_is_not_said_that_it_did_not_work(
    gebruiker: Any, dbsession: Session, store: Any, wmo301: Wmo301
) -> None:
    upload(gebruiker, ("a.xml", wmo301("1")))
    [taken] = claim(dbsession, ["vecozo"], 1)
    dbsession.commit()
    page = f"{BASE}/berichten/{taken.message_id}"
    gebruiker.get(page).mustcontain("Wacht op verzending", no="Versturen lukte nog niet")
    with time_machine.travel(clock.now() + LEASE, tick=False):  # its worker died: others will take it
        assert messages.detail(dbsession, dbsession.get_one(Message, taken.message_id)).next_attempt


# Taking the list along, and several messages at once


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


# Who may what


@pytest.mark.parametrize(
    "roles",
    [(("productbeheerder", "iwmo"),), (("gebruiker", "ijw"),), ("gebruikersbeheerder",)],
    ids=["productbeheerder", "gebruiker of iJw", "gebruikersbeheerder"],
)
def test_nobody_else_gets_at_messages(log_in: Any, dbsession: Session, store: Any, roles: Any) -> None:
    message = received(dbsession, store)
    browser = log_in(*roles)
    pages = ("aanleveren", "berichten", f"berichten/{message.id}", f"aanleveringen/{uuid.uuid4()}")
    for path in (*pages, "berichten/export", "berichten/statussen"):
        browser.get(f"{BASE}/{path}", status=403)
    token = {"X-CSRF-Token": csrf_of(browser)}
    acts = (f"berichten/{message.id}/download", f"berichten/{message.id}/verwerkt", "aanleveren")
    for path in (*acts, "berichten/download", "berichten/verwerkt"):
        browser.post(f"{BASE}/{path}", {"bericht": str(message.id)}, token, status=403)
    dbsession.expire_all()
    assert message.state is State.BEZORGD


def csrf_of(browser: Any) -> str:
    return str(browser.get("/g/0363/").html.find("input", {"name": "csrf_token"})["value"])


def test_anothers_message_is_as_absent_as_one_that_is_not(gebruiker: Any, dbsession: Session, store: Any) -> None:
    elsewhere = [
        received(dbsession, store, gemeentecode="0384").id,
        received(dbsession, store, product="ijw").id,
        uuid.uuid4(),
        "geen-id",
    ]
    answers = {
        re.sub(r"[0-9a-f-]{36}|geen-id", "", gebruiker.get(f"{BASE}/berichten/{id_}", status=404).text)
        for id_ in elsewhere
    }
    assert len(answers) == 1
    token = {"X-CSRF-Token": csrf_of(gebruiker)}
    for id_ in elsewhere:
        gebruiker.post(f"{BASE}/berichten/{id_}/download", {}, token, status=404)
    assert "305-1" not in gebruiker.get(f"{BASE}/berichten").text


def test_anothers_submission_is_absent(gebruiker: Any, dbsession: Session) -> None:
    account = dbsession.scalars(sa.select(Account)).first()
    assert account
    submission = Submission(
        id=uuid.uuid4(), gemeentecode="0384", product="iwmo", created_at=clock.now(), created_by=account.id
    )
    dbsession.add(submission)
    dbsession.commit()
    gebruiker.get(f"{BASE}/aanleveringen/{submission.id}", status=404)
    gebruiker.get(f"{BASE}/aanleveringen/x", status=404)


# Words


def test_every_state_and_event_has_words() -> None:
    assert set(GLOSSARY) == set(State)
    assert set(EVENT_LABELS) == set(EventKind)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.xml", "attachment; filename=\"a.xml\"; filename*=UTF-8''a.xml"),
        ('é"\r\n;.xml', "attachment; filename=\"_____.xml\"; filename*=UTF-8''%C3%A9%22%0D%0A%3B.xml"),
    ],
)
def test_a_saved_name_cannot_break_the_header(name: str, expected: str) -> None:
    assert attachment(name) == expected
