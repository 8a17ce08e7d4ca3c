"""The whole way once, with every part real: upload, outbox, worker, SOAP over HTTP, Bv03, retour, download."""

from __future__ import annotations

import io
import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
import sqlalchemy as sa
from lxml import etree
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from webtest import Upload

from portaal import worker
from portaal.access.models import Account
from portaal.app import make_app
from portaal.berichtenverkeer.delivery import schedule
from portaal.berichtenverkeer.envelope import SoapMessage
from portaal.berichtenverkeer.tracking.models import Direction, Message
from portaal.berichtenverkeer.tracking.states import State
from portaal.simulators.ketenpartners.behaviour import Behaviour, Fault, Reply
from portaal.simulators.ketenpartners.chain import Chain as Partners
from portaal.simulators.ketenpartners.portal import Portal
from portaal.simulators.ketenpartners.server import SOAP_PATH, Handler, Server
from portaal.testing.application import Browser, app_settings
from portaal.testing.people import People
from portaal.testing.seed import seed

TOKEN = "between-us"


class ThreadingServer(ThreadingMixIn, WSGIServer):
    """The portal over HTTP, for the partners."""


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


class Wire:
    """Every SOAP message that goes over HTTP, in both directions, judged by the official schema."""

    def __init__(self, schema: etree.XMLSchema) -> None:
        self._schema = schema
        self.kinds: set[str] = set()
        self.faults: list[str] = []

    def take(self, soap: bytes) -> None:
        try:
            message = etree.fromstring(soap)[0][0]
            self._schema.assertValid(message)
            self.kinds.add(etree.QName(message).localname)
        except (etree.LxmlError, IndexError) as error:
            self.faults.append(f"{error}: {soap[:200]!r}")

    def beside(self, app: Any) -> Any:
        """The portal's application, with an ear at its receiving endpoint."""

        def listening(environ: dict[str, Any], start_response: Any) -> Any:
            if environ["PATH_INFO"] != SOAP_PATH:
                return app(environ, start_response)
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            self.take(body)
            answer = list(app(environ | {"wsgi.input": io.BytesIO(body)}, start_response))
            self.take(b"".join(answer))
            return answer

        return listening

    def at(self, handler: type[Handler], monkeypatch: pytest.MonkeyPatch) -> None:
        """An ear at the partners' endpoint."""
        read, write = handler._body, handler._answer

        def body(here: Handler, most: int) -> list[bytes]:
            pieces = list(read(here, most))
            if here.path == SOAP_PATH:
                self.take(b"".join(pieces))
            return pieces

        def answer(here: Handler, status: HTTPStatus, message: SoapMessage) -> None:
            self.take(bytes(message))
            write(here, status, message)

        monkeypatch.setattr(handler, "_body", body)
        monkeypatch.setattr(handler, "_answer", answer)


@pytest.fixture
def wire(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Wire:
    schema = etree.XMLSchema(etree.parse(shared / "ggk0210/ggk0210/ggkberichten/ggk0210_msg_ggkberichten.xsd"))
    wire = Wire(schema)
    wire.at(Handler, monkeypatch)
    return wire


@dataclass
class World:
    """The portal, its worker and the partners, all running; and a person of Amsterdam with a browser."""

    engine: Engine
    browser: Browser
    partners: Server
    wire: Wire

    def messages(self) -> list[Message]:
        with Session(self.engine) as dbsession:
            return list(dbsession.scalars(sa.select(Message).order_by(Message.created_at)))

    def wait_for(self, condition: Callable[[list[Message]], bool], seconds: float = 60) -> list[Message]:
        deadline = time.monotonic() + seconds
        while not condition(found := self.messages()):
            assert time.monotonic() < deadline, [(m.berichttype, m.state.value) for m in found]
            time.sleep(0.05)
        return found

    def upload(self, content: bytes) -> Any:
        page = self.browser.get("/g/0363/iwmo/aanleveren")
        token = page.html.find("input", {"name": "csrf_token"})["value"]
        fields = [("csrf_token", token), ("bestanden", Upload("toewijzing.xml", content))]
        return self.browser.post("/g/0363/iwmo/aanleveren", fields, content_type="multipart/form-data").follow()


@pytest.fixture
def world(fresh_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wire: Wire) -> Iterator[World]:
    monkeypatch.setattr(schedule, "DELAYS", (schedule.timedelta(seconds=0.2),) * 4)
    with Session(fresh_database, expire_on_commit=False) as dbsession:
        seed(dbsession)
        dbsession.commit()
        person: Account = People(dbsession, itertools.count(1)).new(("gebruiker", "iwmo"))
    server = make_server("127.0.0.1", 0, None, ThreadingServer, Quiet)
    port = server.server_port
    portal_url = f"http://127.0.0.1:{port}"
    partners = Server(Partners(Portal(f"{portal_url}/stuf/ggk0210", TOKEN, wait=0.2), Behaviour(delay=0.1)), TOKEN)
    settings = app_settings(tmp_path) | {
        "portaal.engine": fresh_database,
        "portaal.session_options": {},
        "portaal.reading_session_options": {},
        "portaal.public_url": portal_url,
        "portaal.vecozo.url": partners.soap_url,
        "portaal.vecozo.token": TOKEN,
    }
    app = make_app(settings)
    workers = make_app(settings).registry
    server.set_app(wire.beside(app))
    stop = threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever, args=(0.02,)),
        threading.Thread(target=partners.serve_forever, args=(0.02,)),
        threading.Thread(target=worker.run, args=(workers, stop)),
    ]
    for thread in threads:
        thread.start()
    browser = Browser(app, extra_environ={"HTTP_HOST": f"127.0.0.1:{port}"})
    with Session(fresh_database) as dbsession:
        browser.log_in_as(dbsession, person)
    yield World(fresh_database, browser, partners, wire)
    stop.set()
    partners.shutdown()
    partners.chain.close()
    partners.server_close()
    server.shutdown()
    server.server_close()
    for thread in threads:
        thread.join()
    assert not wire.faults


def test_a_wmo301_goes_out_and_its_wmo302_comes_back(world: World, wmo301: Callable[[str], bytes]) -> None:
    world.upload(wmo301("301-1")).mustcontain("Het bestand is aangenomen")
    messages = world.wait_for(lambda found: [m.state for m in found] == [State.VERWERKT, State.BEZORGD])
    heen, retour = messages
    assert (heen.berichttype, retour.berichttype) == ("WMO301", "WMO302")
    assert retour.answers_id == heen.id
    assert retour.cross_reference_id == heen.reference_id
    page = world.browser.get(f"/g/0363/iwmo/berichten/{heen.id}")
    page.mustcontain("Verwerkt", "Verstuurd en bevestigd", "Bv03", "Retourbericht ontvangen")
    page = page.click("WMO302")
    form = next(form for form in page.forms.values() if form.action.endswith("/download"))
    content = form.submit().body
    header = etree.fromstring(content)[0]
    assert header.findtext("{*}BerichtCode") == "415"
    assert (header.findtext("{*}Afzender"), header.findtext("{*}Ontvanger")) == ("0363", "42420001")
    assert re.fullmatch("R.{1,11}", header.findtext("{*}IdentificatieRetour") or "")
    assert {line.outcome for line in world.partners.chain.lines} == {"aangenomen", "bevestigd met Bv03"}
    assert world.wire.kinds == {"envelopHeenbericht-ggk_Di01", "envelopRetourbericht-ggk_Du01", "Bv03Bericht"}


def test_a_rejection_a_fault_and_a_repetition(world: World, wmo301: Callable[[str], bytes]) -> None:
    behaviour = world.partners.chain.behaviour
    behaviour.reply, behaviour.twice = Reply.AFKEUREN, True
    world.upload(wmo301("301-1"))
    world.wait_for(lambda found: State.AFGEKEURD_ONTVANGER in {m.state for m in found})
    time.sleep(0.5)
    assert len(world.messages()) == 2
    behaviour.reply = Reply.FO01
    world.upload(wmo301("301-2"))
    messages = world.wait_for(lambda found: State.AFGEKEURD_KNOOPPUNT in {m.state for m in found})
    refused = next(m for m in messages if m.state is State.AFGEKEURD_KNOOPPUNT)
    world.browser.get(f"/g/0363/iwmo/berichten/{refused.id}").mustcontain("IB010", "Afgekeurd in de keten")
    assert "Fo01Bericht" in world.wire.kinds


@pytest.mark.parametrize("fault", [Fault.WEG, Fault.FOUT_500, Fault.ANTWOORD_KWIJT])
def test_a_message_waits_for_a_partner_that_is_down_and_goes_later(
    world: World, wmo301: Callable[[str], bytes], fault: Fault
) -> None:
    behaviour = world.partners.chain.behaviour
    behaviour.fault, behaviour.reply = fault, Reply.NIETS
    page = world.upload(wmo301("301-1"))
    page = page.click("Volg dit bericht")
    deadline = time.monotonic() + 60
    while "VECOZO is nu niet bereikbaar" not in world.browser.get("/g/0363/iwmo/berichten"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert [m.state for m in world.messages()] == [State.INGEDIEND]
    behaviour.fault = Fault.GEEN
    world.wait_for(lambda found: [m.state for m in found] == [State.WACHT_OP_RETOUR])
    assert "VECOZO is nu niet bereikbaar" not in world.browser.get("/g/0363/iwmo/berichten")
    taken = [line.outcome for line in world.partners.chain.lines].count("aangenomen")
    assert taken == 1


def test_a_provider_reports_a_start_and_the_gemeente_answers(world: World) -> None:
    world.partners.chain.start("iwmo", "42420001", "0363")
    [heen] = world.wait_for(lambda found: len(found) == 1)
    assert (heen.berichttype, heen.direction, heen.state) == ("WMO305", Direction.IN, State.BEZORGD)
    page = world.browser.get(f"/g/0363/iwmo/berichten/{heen.id}")
    content = next(form for form in page.forms.values() if form.action.endswith("/download")).submit().body
    world.upload(retour306(content)).mustcontain("Het bestand is aangenomen")
    messages = world.wait_for(lambda found: len(found) == 2 and found[1].state is State.DOORGESTUURD)
    retour = messages[1]
    assert (retour.answers_id, retour.cross_reference_id) == (heen.id, heen.reference_id)
    [line, *_] = world.partners.chain.lines
    assert (line.what, line.party, line.outcome) == ("WMO306 (Du01)", "42420001", "aangenomen")


def retour306(heen: bytes) -> bytes:
    """What the software of a gemeente makes of a WMO305 that is right."""
    text = heen.decode().replace("wmo305", "wmo306").replace(">418<", ">419<")
    head = text[: text.index("</wmo306:Header>")]
    return (
        head + "<wmo306:IdentificatieRetour>G1</wmo306:IdentificatieRetour>"
        "<wmo306:DagtekeningRetour>2026-11-21</wmo306:DagtekeningRetour><wmo306:XsdVersieRetour>"
        "<iwmo:BasisschemaXsdVersie>1.0.0</iwmo:BasisschemaXsdVersie>"
        "<iwmo:BerichtXsdVersie>1.0.0</iwmo:BerichtXsdVersie></wmo306:XsdVersieRetour>"
        "</wmo306:Header></wmo306:Bericht>"
    ).encode()


def test_the_partners_page_steers_them(world: World) -> None:
    import urllib3

    address = f"http://127.0.0.1:{world.partners.port}"
    page = urllib3.request("GET", f"{address}/")
    assert page.status == 200
    assert "Simulatie" in page.data.decode()
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    answer = urllib3.request(
        "POST",
        f"{address}/gedrag",
        fields=None,
        redirect=False,
        body="storing=weg&antwoord=afkeuren&dubbel=on",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status == 303
    behaviour = world.partners.chain.behaviour
    assert (behaviour.fault, behaviour.reply, behaviour.twice) == (Fault.WEG, Reply.AFKEUREN, True)
    urllib3.request(
        "POST", f"{address}/startbericht", body="standaard=iwmo&aanbieder=65656055&gemeente=0363", redirect=False
    )
    world.wait_for(lambda found: [m.counterparty for m in found] == ["65656055"])
    assert "WMO305 (Di01)" in urllib3.request("GET", f"{address}/").data.decode()
    for path, wrong in (
        ("gedrag", b"storing=x&antwoord=y"),
        ("gedrag", b""),
        ("gedrag", b"storing=weg"),
        ("gedrag", b"storing=\xff"),
        ("startbericht", b"standaard=iwmo&aanbieder=1&gemeente=0363"),
    ):
        assert urllib3.request("POST", f"{address}/{path}", body=wrong, redirect=False).status == 400
    assert urllib3.request("GET", f"{address}/x").status == 404
