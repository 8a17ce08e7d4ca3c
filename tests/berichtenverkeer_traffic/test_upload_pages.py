"""Delivering files on the page, as a person without JavaScript does."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from tests.berichtenverkeer.builder import build
from tests.berichtenverkeer_traffic.on_screen import BASE, upload
from webtest import Upload

from portaal.audit.models import AuditEvent
from portaal.berichtenverkeer.delivery.models import OutboxEntry
from portaal.berichtenverkeer.pages.upload import MAX_FILES
from portaal.berichtenverkeer.tracking.models import Message, Submission
from portaal.berichtenverkeer.tracking.states import State

Wmo301 = Callable[[str], bytes]


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
        ([("a.xml", b"<x/>")], "x" * 2_500, "100 tekens"),
        ([(f"{number}.xml", b"<x/>") for number in range(MAX_FILES + 1)], "zaak 7", "te veel bestanden"),
    ],
)
def test_a_form_that_is_not_right_comes_back_with_what_was_typed(
    gebruiker: Any, dbsession: Session, files: Any, own_reference: str, message: str
) -> None:
    page = upload(gebruiker, *files, own_reference=own_reference, status=422)
    page.mustcontain(message)
    assert page.html.find(id="eigen_kenmerk").get("value", "") == own_reference[:2_000]
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
