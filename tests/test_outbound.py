"""Asking other systems: whom we trust, who we are, and where we do not go (ASVS 1.3.6, 12.3.1, 12.3.2)."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from portaal.outbound import Endpoint, Failure, OutboundError, Reply, call
from portaal.simulators.ciz.behaviour import Behaviour, Fault
from portaal.simulators.ciz.register import Register
from portaal.simulators.ciz.server import Server


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, PEM."""

    certificate: str
    key: str


class Authority:
    """Issues certificates."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        own = self._builder(self._name, self._key, days=30).add_extension(x509.BasicConstraints(True, None), True)
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        self.certificate = _pem(own.add_extension(usage, True).sign(self._key, SHA256()))

    def issue(self, host: str, days: int = 30) -> Pair:
        """For a server or client; ``days`` below zero: it expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        builder = self._builder(subject, key, days).add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host)]), False
        )
        certificate = _pem(builder.sign(self._key, SHA256()))
        return Pair(certificate, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: int) -> x509.CertificateBuilder:
        ends = datetime.now(UTC) + timedelta(days=days)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(ends - timedelta(days=60))
            .not_valid_after(ends)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(identifier, False)
        )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


THEIRS, OURS, STRANGER = Authority("Theirs"), Authority("Ours"), Authority("Stranger")
Listen = Callable[..., str]


@pytest.fixture
def listen(tmp_path: Path) -> Iterator[Listen]:
    """A server with a certificate; it wants one of ours if ``client`` is said."""
    servers = []

    def listen(pair: Pair, client: bool = True, newest: ssl.TLSVersion | None = None) -> str:
        file = tmp_path / "server.pem"
        file.write_text(pair.certificate + pair.key, encoding="ascii")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        if client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=OURS.certificate)
        if newest:
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = newest
        server = Server(Register(), Behaviour(), tls=context)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        servers.append((server, thread))
        return server.url

    yield listen
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(endpoint: Endpoint) -> Reply:
    """The status of the simulated register."""
    return call(endpoint, "GET", "/v1/status", headers={"X-Oin": "0" * 20})


def failure(endpoint: Endpoint) -> Failure:
    with pytest.raises(OutboundError) as raised:
        ask(endpoint)
    return raised.value.failure


def us(**changes: Any) -> dict[str, Any]:
    pair = OURS.issue("portaal.example")
    return {"certificate": pair.certificate, "key": pair.key, "authority": THEIRS.certificate} | changes


def test_both_show_a_certificate(listen: Listen) -> None:
    reply = ask(Endpoint(listen(THEIRS.issue("localhost")), **us()))
    assert reply.status == 200
    assert b"registerStand" in reply.body


def test_the_simulated_register_as_a_process_over_tls(tmp_path: Path) -> None:
    """As ``python -m portaal.simulators.ciz`` runs it for whoever wants to try the certificates."""
    theirs, clients, pair = tmp_path / "theirs.pem", tmp_path / "clients.pem", THEIRS.issue("localhost")
    theirs.write_text(pair.certificate + pair.key, encoding="ascii")
    clients.write_text(OURS.certificate, encoding="ascii")
    command = [sys.executable, "-m", "portaal.simulators.ciz", "--port", "0", "--certificate", str(theirs)]
    with subprocess.Popen([*command, "--clients", str(clients)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().rpartition(" ")[2].strip().rstrip("/")
            assert url.startswith("https://localhost:")
            assert ask(Endpoint(url, **us())).status == 200
            assert failure(Endpoint(url, authority=THEIRS.certificate)) is Failure.TLS
        finally:
            process.terminate()
        assert process.wait() == 0


@pytest.mark.parametrize(
    "pair",
    [STRANGER.issue("localhost"), THEIRS.issue("localhost", days=-1), THEIRS.issue("elders.example")],
    ids=["another authority", "expired", "another host"],
)
def test_a_server_that_is_not_who_it_should_be(listen: Listen, pair: Pair) -> None:
    assert failure(Endpoint(listen(pair), **us())) is Failure.TLS


def test_a_server_that_only_the_machine_does_not_know(listen: Listen) -> None:
    """Without an authority of its own, an endpoint trusts what the machine trusts; not any certificate."""
    assert failure(Endpoint(listen(THEIRS.issue("localhost"), client=False))) is Failure.TLS


def test_old_tls_is_refused(listen: Listen) -> None:
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        url = listen(THEIRS.issue("localhost"), newest=ssl.TLSVersion.TLSv1_1)
    assert failure(Endpoint(url, **us())) is Failure.TLS


def test_without_our_certificate_we_are_not_let_in(listen: Listen) -> None:
    url = listen(THEIRS.issue("localhost"))
    stranger = STRANGER.issue("portaal.example")
    # TLS 1.3 tells the client after its handshake, so it can look like a connection that breaks.
    refused = {Failure.TLS, Failure.BROKEN, Failure.UNREACHABLE}
    assert failure(Endpoint(url, **us(certificate="", key=""))) in refused
    assert failure(Endpoint(url, **us(certificate=stranger.certificate, key=stranger.key))) in refused


@pytest.mark.parametrize(
    "changes",
    [{"key": OURS.issue("other.example").key}, {"key": "no key"}, {"certificate": "none"}, {"authority": "x"}],
)
def test_a_certificate_of_ours_that_is_not_right(listen: Listen, changes: dict[str, str]) -> None:
    assert failure(Endpoint(listen(THEIRS.issue("localhost")), **us(**changes))) is Failure.TLS


def test_no_key_is_left_behind(listen: Listen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = listen(THEIRS.issue("localhost"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    ask(Endpoint(url, **us()))
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.fixture
def plain() -> Iterator[Server]:
    server = Server(Register(), Behaviour(slowness=3600))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.behaviour.release()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.TRAAG, Failure.TIMEOUT), (Fault.DRUPPELEN, Failure.TIMEOUT), (Fault.AFGEKAPT, Failure.BROKEN),
        (Fault.WEG, Failure.BROKEN), (Fault.ENORM, Failure.TOO_LARGE),
    ],
)  # fmt: skip
def test_no_whole_answer(plain: Server, fault: Fault, expected: Failure) -> None:
    plain.behaviour.choose(fault)
    assert failure(Endpoint(plain.url, timeout=0.4 if expected is Failure.TIMEOUT else 60)) is expected


def test_a_redirect_is_not_followed(plain: Server) -> None:
    plain.behaviour.choose(Fault.DOORVERWIJZING)
    assert ask(Endpoint(plain.url)).status == 302
    assert plain.count == 1


@pytest.mark.parametrize(
    "addresses",
    [["10.1.2.3"], ["127.0.0.1"], ["::1"], ["169.254.169.254"], ["172.16.0.1"], ["192.168.0.10"], ["100.64.0.1"],
     ["fd12::1"], ["fe80::1"], ["::ffff:10.0.0.1"], ["0.0.0.0"], ["224.0.0.1"], ["93.184.216.34", "10.0.0.1"],  # noqa: S104
     ["64:ff9b::a00:1"], ["64:ff9b::7f00:1"], ["64:ff9b:1::a00:1"], ["2002:a00:1::1"], ["2002:7f00:1::"],
     ["::10.0.0.1"], ["::"], ["fec0::1"], ["5f00::1"], ["ff0e::1"], ["2001:db8::1"], ["2001:0:7f00:1::"], ["fe80::1%2"],
     ["192.0.2.1"], ["198.18.0.1"], ["240.0.0.1"], ["255.255.255.255"], ["2a00::1", "::1"]],
)  # fmt: skip
def test_a_name_that_leads_into_our_own_network(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    def resolve(host: str, port: Any, **kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert failure(Endpoint("https://ciz.example/", timeout=60)) is Failure.NOT_ALLOWED


@pytest.mark.parametrize("address", ["93.184.216.34", "2a00:1450:4001::1", "64:ff9b::5db8:d822", "2002:5db8:d822::1"])
def test_a_name_that_leads_outside(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """It is asked, if it were there."""
    asked: list[Any] = []

    def connect(target: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(target[0])
        raise OSError

    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]
    )
    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    assert failure(Endpoint("https://ciz.example/", timeout=60)) is Failure.UNREACHABLE
    assert asked == [address]


def test_plain_http_only_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 0))]
    )
    assert failure(Endpoint("http://ciz.example/", timeout=60)) is Failure.NOT_ALLOWED


def test_the_key_is_not_shown() -> None:
    assert "SECRET" not in repr(Endpoint("https://ciz.example/", key="SECRET"))
