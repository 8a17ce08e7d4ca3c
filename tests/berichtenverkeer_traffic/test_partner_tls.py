"""The connection with a partner: TLS 1.2 or better, their certificate checked, ours shown (ASVS 12.3.1, 12.3.2)."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.test_outbound import OURS, STRANGER, THEIRS, Pair

from portaal.berichtenverkeer.delivery.answers import Answer, Outcome
from portaal.berichtenverkeer.delivery.connectors import Endpoint, SoapConnector
from portaal.berichtenverkeer.envelope import (
    Envelope,
    Functie,
    Party,
    StufCode,
    build,
    new_reference,
)
from portaal.clock import now
from portaal.simulators.ketenpartners.behaviour import Behaviour, Reply
from portaal.simulators.ketenpartners.chain import Chain as Partners
from portaal.simulators.ketenpartners.portal import Portal
from portaal.simulators.ketenpartners.server import Server

NO_TLS = Answer(Outcome.OPNIEUW, "tls", reached=False)
Serve = Callable[..., str]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """A partner behind TLS that wants to see our certificate."""
    running = []

    def serve(pair: Pair, newest: ssl.TLSVersion | None = None) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(written(tmp_path, "server", pair.certificate + pair.key))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=OURS.certificate)
        if newest:
            context.minimum_version, context.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, newest
            context.set_ciphers("DEFAULT@SECLEVEL=0")
        server = Server(Partners(Portal("http://127.0.0.1:9/", "t"), Behaviour(reply=Reply.NIETS)), "t")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        running.append((server, thread))
        return f"https://localhost:{server.port}/stuf/ggk0210"

    yield serve
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


def written(folder: Path, name: str, content: str) -> str:
    path = folder / f"{name}.pem"
    path.write_text(content)
    return str(path)


def ask(folder: Path, url: str, ours: Pair | None, authority: str = THEIRS.certificate) -> Answer:
    endpoint = Endpoint(
        url,
        "t",
        ca_file=written(folder, "authority", authority),
        timeout=60,
        client_certificate=written(folder, "client", ours.certificate) if ours else None,
        client_key=written(folder, "key", ours.key) if ours else None,
    )
    envelope = Envelope(
        StufCode.DI01,
        Party("0363", "Portaal Zorg"),
        Party("42420001"),
        new_reference(),
        now(),
        Functie("WMO301", 3, 2),
    )
    return SoapConnector(endpoint).send(build(envelope, [b"x"], 1), envelope.reference_id)


def test_with_the_right_certificates_a_message_arrives(serve: Serve, tmp_path: Path) -> None:
    answer = ask(tmp_path, serve(THEIRS.issue("localhost")), OURS.issue("portaal"))
    assert answer == Answer(Outcome.BEVESTIGD, "Bv03")


@pytest.mark.parametrize(
    "theirs",
    [THEIRS.issue("elders.example"), THEIRS.issue("localhost", days=-1), STRANGER.issue("localhost")],
    ids=["of another host", "expired", "of an authority we do not know"],
)
def test_a_certificate_that_is_not_theirs_is_refused(serve: Serve, tmp_path: Path, theirs: Pair) -> None:
    assert ask(tmp_path, serve(theirs), OURS.issue("portaal")) == NO_TLS


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
def test_an_old_version_of_tls_is_refused(serve: Serve, tmp_path: Path) -> None:
    url = serve(THEIRS.issue("localhost"), newest=ssl.TLSVersion.TLSv1_1)
    assert ask(tmp_path, url, OURS.issue("portaal")) == NO_TLS


@pytest.mark.parametrize("ours", [None, STRANGER.issue("portaal")], ids=["none", "of a stranger"])
def test_without_our_own_certificate_nothing_arrives(serve: Serve, tmp_path: Path, ours: Pair | None) -> None:
    answer = ask(tmp_path, serve(THEIRS.issue("localhost")), ours)
    assert (answer.outcome, answer.reached) == (Outcome.OPNIEUW, False)
