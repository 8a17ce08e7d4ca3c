"""Exchanging an artifact: only its own makelaar's, only at that one's address, and not for long (rule 16)."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from portaal.eherkenning.artifact import ArtifactResolver, address_of
from portaal.eherkenning.metadata import our_metadata
from portaal.eherkenning.parties import Makelaar
from portaal.eherkenning.xml import MAX_BYTES
from portaal.login.refusal import LoginRefusedError, RefusalReason
from portaal.simulators.makelaar.answers import new_artifact
from portaal.simulators.makelaar.questions import read_portal, read_resolve
from portaal.testing.eherkenning import MAKELAAR
from portaal.testing.server import Server, held_ports, serving
from tests.eherkenning.forge import NOW, Recipe, makelaar, provider

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def artifact(entity_id: str = MAKELAAR, index: int = 0, kind: int = 4) -> str:
    source = hashlib.sha1(entity_id.encode()).digest()  # noqa: S324 - as SAML has it
    return base64.b64encode(kind.to_bytes(2) + index.to_bytes(2) + source + b"h" * 20).decode()


@contextmanager
def at(app: WsgiApp, path: str = "/artifact") -> Iterator[Makelaar]:
    """A makelaar whose artifact service is this application."""
    with serving(Server(), app) as server:
        yield dataclasses.replace(makelaar(), artifact_urls={0: server.url() + path})


def answering(body: bytes, status: str = "200 OK", headers: tuple[tuple[str, str], ...] = ()) -> WsgiApp:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response(status, [("Content-Type", "text/xml"), ("Content-Length", str(len(body))), *headers])
        return [body]

    return app


def refused(party: Makelaar, sent: str | None = None) -> RefusalReason:
    with pytest.raises(LoginRefusedError) as refusal:
        ArtifactResolver().resolve(provider(), party, sent or artifact(), NOW)
    return refusal.value.reason


def test_the_question_is_signed_and_for_the_makelaars_own_address() -> None:
    asked: list[tuple[str, str, str]] = []

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        portal = read_portal(our_metadata(provider(), NOW))
        url = f"http://{environ['HTTP_HOST']}{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        asked.append((*read_resolve(body, portal, url), environ["CONTENT_TYPE"]))
        return list(answering(Recipe().resolved())({**environ, "CONTENT_LENGTH": "0"}, start_response))

    with at(app, "/artifact/?index=0") as party:
        ours = dataclasses.replace(party, content_type="application/soap+xml")
        answer = ArtifactResolver().resolve(provider(), ours, artifact(), NOW)
    assert asked == [(answer.question_id, artifact(), "application/soap+xml; charset=UTF-8")]
    assert answer.element.tag.endswith("}ArtifactResponse")


def test_every_question_has_an_id_of_its_own() -> None:
    with at(answering(Recipe().resolved())) as party:
        ids = {ArtifactResolver().resolve(provider(), party, artifact(), NOW).question_id for _ in range(10)}
    assert len(ids) == 10


def test_an_artifact_says_which_of_the_addresses_it_is_for() -> None:
    party = dataclasses.replace(makelaar(), artifact_urls={0: "https://a.example/", 7: "https://b.example/"})
    assert address_of(artifact(), party) == "https://a.example/"
    assert address_of(artifact(index=7), party) == "https://b.example/"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ("", RefusalReason.MALFORMED),
        ("abc", RefusalReason.MALFORMED),
        ("é" * 60, RefusalReason.MALFORMED),
        (artifact()[:-4], RefusalReason.MALFORMED),
        (artifact() + "AAAA", RefusalReason.MALFORMED),
        (artifact() + "\n", RefusalReason.MALFORMED),
        (artifact(kind=1), RefusalReason.MALFORMED),
        (artifact("urn:other"), RefusalReason.WRONG_PARTY),
        (artifact(index=1), RefusalReason.WRONG_PARTY),
    ],
)
def test_nothing_is_asked_for_an_artifact_that_is_not_the_makelaars(sent: str, reason: RefusalReason) -> None:
    asked = []

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        asked.append(environ)
        start_response("500 No", [])
        return []

    with at(app) as party, pytest.raises(LoginRefusedError) as refusal:
        ArtifactResolver().resolve(provider(), party, sent, NOW)
    assert refusal.value.reason is reason
    assert not asked


def test_the_simulators_artifacts_are_of_this_form() -> None:
    assert address_of(new_artifact(MAKELAAR), makelaar()) == "https://makelaar.example/artifact"


def test_a_redirect_is_not_followed() -> None:
    reached = threading.Event()

    def elsewhere(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        reached.set()
        return list(answering(Recipe().resolved())(environ, start_response))

    with serving(Server(), elsewhere) as server:
        for status in ("301 Moved", "302 Found", "307 Temporary", "308 Permanent"):
            with at(answering(b"", status, (("Location", server.url()),))) as party:
                assert refused(party) is RefusalReason.UNREACHABLE
    assert not reached.is_set()


@pytest.mark.parametrize("status", ["400 Bad", "404 Not Found", "500 Error", "503 Busy", "204 Nothing", "202 Later"])
def test_another_status_than_success_is_no_answer(status: str) -> None:
    with at(answering(b"" if status.startswith("204") else Recipe().resolved(), status)) as party:
        assert refused(party) is RefusalReason.UNREACHABLE


@pytest.mark.parametrize("body", [b"", b"<html/>", b"x" * (MAX_BYTES + 1)])
def test_an_answer_that_is_no_soap_is_refused(body: bytes) -> None:
    with at(answering(body)) as party:
        assert refused(party) is RefusalReason.MALFORMED


def test_an_answer_without_end_is_cut_off() -> None:
    with at(answering(b"x" * 2_000_000)) as party:
        assert refused(party) is RefusalReason.UNREACHABLE


def test_nobody_there() -> None:
    with held_ports(1) as [port]:
        nowhere = dataclasses.replace(makelaar(), artifact_urls={0: f"http://localhost:{port}"})
        assert refused(nowhere) is RefusalReason.UNREACHABLE


def test_a_makelaar_that_drips_is_given_up_after_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """It drips until it is given up: whoever waits for all of it waits for ever."""
    monkeypatch.setattr("portaal.eherkenning.artifact.SECONDS", 0.5)
    given_up = threading.Event()

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Length", "1000000")])
        while not given_up.wait(0.1):
            yield b"<"

    with at(app) as party:
        try:
            assert refused(party) is RefusalReason.UNREACHABLE
        finally:
            given_up.set()


def test_plain_http_leaves_this_machine_for_nobody() -> None:
    party = dataclasses.replace(makelaar(), artifact_urls={0: "http://makelaar.example/artifact"})
    assert refused(party) is RefusalReason.UNREACHABLE
