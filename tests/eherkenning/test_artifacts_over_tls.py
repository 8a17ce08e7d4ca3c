"""Exchanging an artifact over TLS, where the makelaar asks for our certificate: from the ini settings to the answer."""

from __future__ import annotations

import dataclasses
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from portaal.eherkenning.configuration import resolver
from portaal.eherkenning.parties import Makelaar
from portaal.login.refusal import LoginRefusedError, RefusalReason
from portaal.testing.server import Server, serving
from tests.eherkenning.forge import NOW, QUESTION_ID, Recipe, makelaar, provider
from tests.eherkenning.test_artifacts import answering, artifact
from tests.test_outbound import OURS, STRANGER, THEIRS, Pair

Listening = Callable[[Pair], Makelaar]


class _Server(Server):
    def handle_error(self, *_: object) -> None:
        """Whoever is not let in is no news."""


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    """A makelaar whose artifact service has this certificate, and lets in only who shows one of ours."""
    with ExitStack() as stack:

        def listen(pair: Pair) -> Makelaar:
            file = tmp_path / "server.pem"
            file.write_text(pair.certificate + pair.key, encoding="ascii")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(file)
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=OURS.certificate)
            server = _Server()
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
            stack.enter_context(serving(server, answering(Recipe().resolved())))
            url = server.url().replace("http:", "https:")
            return dataclasses.replace(makelaar(), artifact_urls={0: f"{url}/artifact"})

        yield listen


def settings(folder: Path, ours: Pair | None) -> dict[str, str]:
    """As an operator fills them in."""
    files = {"ca_file": THEIRS.certificate}
    if ours:
        files |= {"client_certificate": ours.certificate, "client_key": ours.key}
    for name, pem in files.items():
        (folder / name).write_text(pem, encoding="ascii")
    return {f"eherkenning.{name}": str(folder / name) for name in files}


def test_with_our_certificate_the_answer_comes(listening: Listening, tmp_path: Path) -> None:
    ours = resolver(settings(tmp_path, OURS.issue("portaal.example")))
    answer = ours.resolve(provider(), listening(THEIRS.issue("localhost")), artifact(), NOW)
    assert answer.element.get("InResponseTo") == QUESTION_ID


@pytest.mark.parametrize("ours", [None, STRANGER.issue("portaal.example")], ids=["none", "another's"])
def test_without_our_certificate_it_does_not(listening: Listening, tmp_path: Path, ours: Pair | None) -> None:
    with pytest.raises(LoginRefusedError) as refusal:
        resolver(settings(tmp_path, ours)).resolve(provider(), listening(THEIRS.issue("localhost")), artifact(), NOW)
    assert refusal.value.reason is RefusalReason.UNREACHABLE


@pytest.mark.parametrize(
    "theirs",
    [STRANGER.issue("localhost"), THEIRS.issue("localhost", days=-1), THEIRS.issue("elders.example")],
    ids=["another authority", "expired", "another host"],
)
def test_nothing_is_asked_of_who_is_not_the_makelaar(listening: Listening, tmp_path: Path, theirs: Pair) -> None:
    ours = resolver(settings(tmp_path, OURS.issue("portaal.example")))
    with pytest.raises(LoginRefusedError) as refusal:
        ours.resolve(provider(), listening(theirs), artifact(), NOW)
    assert refusal.value.reason is RefusalReason.UNREACHABLE
    assert "certificate" in refusal.value.detail
