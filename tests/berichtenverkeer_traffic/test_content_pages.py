"""The pages that show what is in a message: who may see them, what is noted, and what they do with any file."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from tests.berichtenverkeer.builder import build
from tests.berichtenverkeer.hostile import HOSTILE, SECRETS
from tests.berichtenverkeer.reading import large
from webtest import Upload

from portaal.access.models import Role
from portaal.audit.models import AuditEvent
from portaal.berichtenverkeer.delivery.models import OutboxEntry
from portaal.berichtenverkeer.gate import check
from portaal.berichtenverkeer.tracking import findings
from portaal.berichtenverkeer.tracking.models import Direction, Message, Submission
from portaal.berichtenverkeer.tracking.states import State
from portaal.web.server import LARGEST_READ_PAST

from .on_screen import BASE, received

BSN = "999900006"
Wmo301 = Callable[[str], bytes]


@pytest.fixture
def wmo305() -> bytes:
    return build("WMO305", {"Client/Bsn": BSN})


def content(browser: Any, message: Message, query: str = "", **options: Any) -> Any:
    return browser.get(f"{BASE}/berichten/{message.id}/inhoud{query}", **options)


def look_at(browser: Any, data: bytes | None, page: str = "", name: str = "b.xml", **options: Any) -> Any:
    form = next(f for f in browser.get(f"{BASE}/bekijken").forms.values() if f.action.endswith("/bekijken"))
    fields: list[tuple[str, Any]] = [("csrf_token", form["csrf_token"].value), ("pagina", page)]
    if data is not None:
        fields.append(("bestand", Upload(name, data)))
    return browser.post(form.action, fields, content_type="multipart/form-data", **options)


def lines(dbsession: Session, action: str) -> list[AuditEvent]:
    return list(dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == action)))


# A message that the portal has


@pytest.mark.parametrize("direction", Direction)
def test_the_content_of_what_was_sent_and_what_came_in(
    gebruiker: Any, dbsession: Session, store: Any, wmo305: bytes, direction: Direction
) -> None:
    message = received(dbsession, store, wmo305, direction=direction)
    page = gebruiker.get(f"{BASE}/berichten/{message.id}").click("Inhoud bekijken")
    page.mustcontain("Inhoud van WMO305 Start", "Gestart product 1", "••••••006", no=[BSN])
    content(gebruiker, message, "?taal=en").mustcontain("Content of WMO305", "Started product 1", no=[BSN])


def test_looking_is_noted_with_whose_data_it_was_and_changes_nothing_else(
    gebruiker: Any, dbsession: Session, store: Any, wmo305: bytes, app: Any
) -> None:
    message = received(dbsession, store, wmo305)
    for _ in range(2):
        content(gebruiker, message)
    dbsession.expire_all()
    first, second = lines(dbsession, "message.view")
    assert first.actor == second.actor
    assert (first.gemeentecode, first.product, first.object_id) == ("0363", "iwmo", str(message.id))
    assert first.details == {"type": "WMO305", "page": 1}
    assert [subject.digest for subject in first.subjects] == [app.registry["portaal.audit_subjects"].of(BSN).digest]
    assert dbsession.get_one(Message, message.id).state is State.BEZORGD


def test_the_bsns_are_shown_to_who_asks_and_that_is_noted(
    gebruiker: Any, dbsession: Session, store: Any, wmo305: bytes
) -> None:
    message = received(dbsession, store, wmo305)
    page = content(gebruiker, message)
    form = next(f for f in page.forms.values() if f.action.endswith("/inhoud"))
    shown = form.submit()
    shown.mustcontain(BSN, "De BSN&#39;s op deze pagina zijn zichtbaar.")
    assert BSN not in shown.request.url
    [line] = lines(dbsession, "message.reveal_bsn")
    assert (line.object_id, len(line.subjects)) == (str(message.id), 1)
    content(gebruiker, message).mustcontain(no=[BSN])
    gebruiker.post(form.action, {"pagina": "1"}, status=400)


def test_only_a_gebruiker_of_the_product_and_gemeente_sees_content(
    log_in: Any, dbsession: Session, store: Any, wmo305: bytes
) -> None:
    message = received(dbsession, store, wmo305)
    for roles, options in (
        ([("productbeheerder", "iwmo")], {}),
        ([Role.GEBRUIKERSBEHEERDER], {}),
        ([("gebruiker", "ijw")], {}),
    ):
        browser = log_in(*roles, **options)
        content(browser, message, status=403)
        browser.get(f"{BASE}/bekijken", status=403)
    elsewhere = log_in(("gebruiker", "iwmo"), gemeente="0384")
    content(elsewhere, message, status=404)
    assert lines(dbsession, "message.view") == []


def test_a_message_of_another_gemeente_or_product_is_not_there(
    gebruiker: Any, dbsession: Session, store: Any, wmo305: bytes
) -> None:
    for fields in ({"gemeentecode": "0384"}, {"product": "ijw"}):
        content(gebruiker, received(dbsession, store, wmo305, **fields), status=404)
    gebruiker.get(f"{BASE}/berichten/geen-uuid/inhoud", status=404)


def test_findings_stand_at_their_place_and_lead_there(gebruiker: Any, dbsession: Session, store: Any) -> None:
    data = build("WMO305", {"Client/Geslacht": "7"})
    message = received(dbsession, store, data, findings=findings.dump(check(data).findings))
    page = content(gebruiker, message)
    page.mustcontain('href="#bevinding-1"', 'id="bevinding-1"', "Pas dit aan in uw applicatie", "regel 23")


def test_a_large_message_has_pages_and_a_finding_leads_to_its_page(
    gebruiker: Any, dbsession: Session, store: Any
) -> None:
    data = large(300)
    position = data.rindex(b"<m:Eenheid>04")
    data = data[:position] + b"<m:Eenheid>99" + data[position + len("<m:Eenheid>04") :]
    message = received(dbsession, store, data, berichttype="WMO323", findings=findings.dump(check(data).findings))
    page = content(gebruiker, message)
    assert len(page.body) < 300_000
    page.mustcontain("pagina 1", "Volgende", no=["Vorige", 'id="bevinding-1"'])
    page.click("Volgende").mustcontain("pagina 2", "Vorige")
    found = page.click("Deze code staat niet in de lijst Eenheid")
    found.mustcontain('id="bevinding-1"', "Cliënt 300", "de laatste")
    for query in ("?pagina=9999", "?bevinding=2"):
        content(gebruiker, message, query, status=404)
    for query in ("?pagina=0", "?pagina=x", "?pagina=-1", f"?pagina={'9' * 500}", "?pagina=", "?bevinding=x"):
        content(gebruiker, message, query).mustcontain("pagina 1")


def test_content_that_is_not_xml_or_damaged_is_said_so(gebruiker: Any, dbsession: Session, store: Any) -> None:
    content(gebruiker, received(dbsession, store, b"geen xml")).mustcontain("Van dit bestand is niets te lezen.")
    message = received(dbsession, store, build("WMO305"))
    store.delete(message.payload_id)
    content(gebruiker, message).mustcontain("Dit bestand kan niet worden gelezen")
    assert [line.object_id for line in lines(dbsession, "message.view")] != [str(message.id)]


# A file of one's own


def test_a_good_file_is_shown_and_nothing_is_kept(
    gebruiker: Any, wmo301: Wmo301, dbsession: Session, store: Any
) -> None:
    before = set(store._folder.rglob("*"))
    page = look_at(gebruiker, wmo301("1"))
    page.mustcontain("WMO301 Toewijzing", "Dit bestand kan zo worden aangeleverd", "••••••006", "Toegewezen product 1")
    page.mustcontain(no=[BSN])
    assert set(store._folder.rglob("*")) == before
    for kind in (Message, Submission, OutboxEntry):
        assert dbsession.scalar(sa.select(sa.func.count()).select_from(kind)) == 0
    [line] = lines(dbsession, "message.look")
    assert line.details == {"type": "WMO301", "outcome": "goed"}
    assert line.subjects == []


def test_ijw_has_the_same_pages(log_in: Any, dbsession: Session, store: Any) -> None:
    browser = log_in(("gebruiker", "ijw"))
    message = received(dbsession, store, build("JW305", {"Client/Bsn": BSN}), product="ijw", berichttype="JW305")
    page = browser.get(f"/g/0363/ijw/berichten/{message.id}").click("Inhoud bekijken")
    page.mustcontain("Inhoud van JW305 Start", "••••••006", no=[BSN])
    page.click("Bestand bekijken").mustcontain("Zie wat er in een bericht staat")


def test_it_says_what_an_upload_would_say(gebruiker: Any, wmo301: Wmo301) -> None:
    wrong = wmo301("1").replace(b"<wmo301:Geslacht>1<", b"<wmo301:Geslacht>7<")
    look_at(gebruiker, wrong).mustcontain("Dit bestand zou niet worden verstuurd", "X05", 'id="bevinding-1"')
    other = wmo301("1").replace(b">0363<", b">0384<")
    look_at(gebruiker, other).mustcontain("B46", "Toegewezen product 1")
    gebruiker.set_cookie("taal", "en")
    look_at(gebruiker, wrong).mustcontain("This file would not be sent", "Allocated product 1")


def test_the_page_is_asked_only_where_there_are_more(gebruiker: Any, wmo301: Wmo301) -> None:
    def asks(page: Any) -> bool:
        return page.html.find(id="pagina") is not None

    assert not asks(gebruiker.get(f"{BASE}/bekijken"))
    assert not asks(look_at(gebruiker, wmo301("1")))
    assert asks(look_at(gebruiker, wmo301("1"), page="2", status=422))
    assert asks(look_at(gebruiker, large(40)))


def test_what_is_wrong_with_the_form_is_said(gebruiker: Any, wmo301: Wmo301) -> None:
    look_at(gebruiker, None, status=422).mustcontain("Kies een bestand.")
    page = look_at(gebruiker, wmo301("1"), page="twee", status=422)
    page.mustcontain("Vul een heel getal vanaf 1 in, of niets.", 'value="twee"', "Kies het bestand opnieuw")
    look_at(gebruiker, wmo301("1"), page="2", status=422).mustcontain("Zo veel pagina&#39;s heeft het bericht niet.")
    look_at(gebruiker, wmo301("1"), page="1").mustcontain("Toegewezen product 1")


def test_another_page_of_a_large_file(gebruiker: Any) -> None:
    page = look_at(gebruiker, large(200))
    page.mustcontain("pagina 1", "Het bericht gaat verder.")
    page = look_at(gebruiker, large(200), page="2")
    page.mustcontain("pagina 2", "(vervolg)")


def test_a_file_without_token_or_with_a_wrong_one_is_not_read(gebruiker: Any, wmo301: Wmo301) -> None:
    for token in ([], [("csrf_token", "verzonnen")]):
        fields = [*token, ("bestand", Upload("b.xml", wmo301("1")))]
        gebruiker.post(f"{BASE}/bekijken", fields, content_type="multipart/form-data", status=400)


def test_two_files_or_other_fields_are_too_many(gebruiker: Any, wmo301: Wmo301) -> None:
    token = next(iter(gebruiker.get(f"{BASE}/bekijken").forms.values()))["csrf_token"].value
    one = ("bestand", Upload("b.xml", wmo301("1")))
    post = {"content_type": "multipart/form-data"}
    gebruiker.post(f"{BASE}/bekijken", [("csrf_token", token), one, one], status=422, **post).mustcontain("Kies één")
    gebruiker.post(f"{BASE}/bekijken", [("csrf_token", token), ("x", "y"), one], status=400, **post)
    gebruiker.post(f"{BASE}/bekijken", b"x" * 10, content_type="text/plain", status=400)


def test_a_file_that_is_too_large_is_said_so(gebruiker: Any) -> None:
    look_at(gebruiker, b"<a>" + b" " * 26_000_000 + b"</a>").mustcontain("B27")
    page = look_at(gebruiker, b" " * 39_200_000, page="2", status=413)
    page.mustcontain("Een bericht mag hoogstens 25 MB zijn.")
    assert page.html.find(id="pagina")["value"] == "2"
    assert LARGEST_READ_PAST > 39_200_000


def test_no_byte_of_a_file_reaches_a_disk(gebruiker: Any, wmo301: Wmo301, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile"):
        monkeypatch.setattr(tempfile, name, refuse)
    look_at(gebruiker, wmo301("1") + b" " * 3_000_000).mustcontain("Toegewezen product 1")


@pytest.mark.parametrize("upload", HOSTILE[::12], ids=lambda upload: upload.name)
def test_hostile_files_are_refused_in_words_and_show_no_secret(gebruiker: Any, upload: Any) -> None:
    began = time.process_time()
    page = look_at(gebruiker, upload.make())
    assert time.process_time() - began < 20
    page.mustcontain("Dit bestand zou niet worden verstuurd")
    assert len(page.body) < 3_000_000
    assert SECRETS[0] not in page.body
    assert b"root:" not in page.body


def test_markup_in_a_message_is_text_on_the_page(gebruiker: Any) -> None:
    data = build("WMO301", {"Client/Commentaar": "<script>alert(1)</script>{{7*7}}"})
    page = look_at(gebruiker, data, name="<b>.xml")
    page.mustcontain("&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}", no=["<script>alert", "<b>.xml"])
