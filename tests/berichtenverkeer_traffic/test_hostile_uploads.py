"""The hostile and the harmless files of the gate's own tests, over HTTP, through the page where people deliver.

Real sockets, since WebTest has no lengths that lie. What a file costs in time stands in `benchmarks/hostile.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from tests.berichtenverkeer.hostile import HARMLESS, HOSTILE, SECRETS, good
from tests.berichtenverkeer_traffic.uploading import (
    File,
    Jar,
    Uploader,
    batches,
    most_memory,
    portal_process,
    start_counting,
)

from portaal.berichtenverkeer.delivery.models import OutboxEntry
from portaal.berichtenverkeer.pages.upload import MAX_BODY, MAX_FILES, MAX_TOGETHER
from portaal.berichtenverkeer.tracking.models import Message, MessageEvent, Outcome, Submission, SubmittedFile
from portaal.testing.live import LivePortal, running
from portaal.web.server import LARGEST_BODY, LARGEST_READ_PAST

EXTRA_MEMORY = 64 << 20


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """One for all tests here: making one takes longer than most of them."""
    with running(tmp_path_factory.mktemp("portaal")) as portal:
        yield portal


@pytest.fixture
def uploader(portal: LivePortal, caplog: pytest.LogCaptureFixture) -> Iterator[Uploader]:
    """Somebody of Diemen, where nothing was delivered. What was in a file may not come back, in any answer or log."""
    caplog.set_level(logging.DEBUG)
    with Session(portal.engine) as dbsession:
        for model in (SubmittedFile, Submission, OutboxEntry, MessageEvent, Message):
            dbsession.execute(sa.delete(model))
        dbsession.commit()
    jar = Jar()
    portal.log_in(jar, ("gebruiker", "iwmo"), gemeente="0384")
    uploader = Uploader(urlsplit(portal.url).port or 0, jar.token)
    yield uploader
    said = [answer.headers + answer.text for answer in uploader.answers]
    said += [str(vars(record)) for record in caplog.records]
    assert not [secret for secret in SECRETS for text in said if secret.decode() in text]


def numbered(message: bytes, number: int) -> bytes:
    """A message with an identification of its own."""
    return message.replace(b">B1<", b">B%d<" % number)


def outcomes(portal: LivePortal) -> dict[str, SubmittedFile]:
    with Session(portal.engine) as dbsession:
        return {file.file_name: file for file in dbsession.scalars(sa.select(SubmittedFile))}


def count(portal: LivePortal, what: type) -> int:
    with Session(portal.engine) as dbsession:
        return dbsession.scalar(sa.select(sa.func.count()).select_from(what)) or 0


def test_nothing_hostile_is_taken_and_the_good_files_beside_it_are(uploader: Uploader, portal: LivePortal) -> None:
    """Each batch has a good file before and after the hostile ones."""
    assert len(HOSTILE) >= 200
    files = [(f"{upload.name}.xml", upload.make()) for upload in HOSTILE]
    sent = 0
    for batch in batches(files, MAX_FILES - 2, MAX_TOGETHER - 2 * len(good())):
        sent += 2
        around = [(f"goed{number}.xml", numbered(good(), number)) for number in (sent, sent + 1)]
        page = uploader.deliver(around[0], *batch, around[1])
        assert page.status == 200
        assert all(name in page.text for name, _ in batch)
    results = outcomes(portal)
    for upload in HOSTILE:
        result = results[f"{upload.name}.xml"]
        codes = {finding["code"] for finding in result.findings}
        assert (result.outcome, result.message_id) == (Outcome.GEWEIGERD, None), upload.name
        # Here more is asked than of the gate alone: a gemeente sends no 323, and under its own code.
        assert codes & {upload.code, "B45", "B46"}, upload.name
    accepted = {name for name, result in results.items() if result.outcome is not Outcome.GEWEIGERD}
    assert accepted == {name for name in results if name.startswith("goed")}
    assert len(accepted) == sent
    assert (count(portal, Message), count(portal, OutboxEntry)) == (sent, sent)


def test_what_only_looks_hostile_is_taken(uploader: Uploader, portal: LivePortal) -> None:
    files = [(f"{name}.xml", numbered(make(), number)) for number, (name, make) in enumerate(HARMLESS.items())]
    for batch in batches(files, MAX_FILES, MAX_TOGETHER):
        uploader.deliver(*batch)
    assert {name: result.outcome for name, result in outcomes(portal).items()} == dict.fromkeys(
        (name for name, _ in files), Outcome.INGEDIEND
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", "De bestanden zijn samen te groot. Lever maximaal 39 MB tegelijk aan."),
        ("en", "Together the files are too large. Deliver at most 39 MB at a time."),
    ],
)
def test_more_than_fits_gets_the_form_again_with_what_was_typed(
    uploader: Uploader, portal: LivePortal, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    """Above what the server holds in memory it would refuse by itself, in words of its own, or write it to a disk."""

    def forbidden(*_: object) -> None:
        raise AssertionError("a temporary file was asked for")

    monkeypatch.setattr("waitress.buffers.TempfileBasedBuffer.__init__", forbidden)
    uploader.language = language
    for size in (MAX_BODY, LARGEST_BODY, LARGEST_BODY + 3_000_000):
        body, content_type = uploader.form(("groot.xml", good() + b" " * size), own_reference="zaak 7")
        answer = uploader.post(body, content_type)
        assert answer.status == 413
        assert words in answer.text
        assert 'value="zaak 7"' in answer.text
    assert count(portal, Submission) == 0


def test_what_somebody_else_typed_is_not_shown(uploader: Uploader) -> None:
    """Another site can make a browser send a form, but does not know the token."""
    body, content_type = uploader.form(("groot.xml", b" " * LARGEST_BODY), own_reference="zaak 7")
    answer = uploader.post(body.replace(uploader.csrf_token.encode(), b"0" * 64), content_type)
    assert answer.status == 413
    assert "zaak 7" not in answer.text


def test_an_enormous_announcement_is_refused_before_anything_comes(uploader: Uploader) -> None:
    said = uploader.raw(f"Content-Length: {LARGEST_READ_PAST + 1}", "Content-Type: multipart/form-data; boundary=b")
    assert said.startswith(b"HTTP/1.1 413 ")


def test_too_large_a_body_elsewhere_gets_a_page_too(uploader: Uploader) -> None:
    answer = uploader.ask("POST", "/uitloggen", b"x" * LARGEST_BODY)
    assert answer.status == 413
    assert "Wat u hebt verstuurd is te groot" in answer.text


Lie = Callable[[bytes, str], tuple[list[str], bytes]]
LIES: dict[str, Lie] = {
    "broken off": lambda body, kind: ([f"Content-Length: {len(body)}", kind], body[: len(body) // 2]),
    "broken off in a large file": lambda body, kind: ([f"Content-Length: {MAX_TOGETHER}", kind], body + b" " * 500_000),
    "never begun": lambda body, kind: ([f"Content-Length: {len(body)}", kind], b""),
    "announced too short": lambda body, kind: ([f"Content-Length: {len(body) - 400}", kind], body),
    "announced as nothing": lambda body, kind: (["Content-Length: 0", kind], body),
    "not announced": lambda body, kind: ([kind], body),
    "negative": lambda body, kind: (["Content-Length: -1", kind], body),
    "no number": lambda body, kind: (["Content-Length: veel", kind], body),
    "other digits": lambda body, kind: (["Content-Length: ١٢", kind], body),
    "hexadecimal": lambda body, kind: ([f"Content-Length: {len(body):#x}", kind], body),
    "two lengths": lambda body, kind: ([f"Content-Length: {len(body)}", "Content-Length: 5", kind], body),
    "a list of lengths": lambda body, kind: ([f"Content-Length: {len(body)}, {len(body)}", kind], body),
    "chunks that are none": lambda body, kind: (["Transfer-Encoding: chunked", kind], body),
    "chunks without an end": lambda body, kind: (
        ["Transfer-Encoding: chunked", kind],
        b"%x\r\n%b\r\n" % (len(body), body),
    ),
    "chunks and a length": lambda body, kind: (
        ["Transfer-Encoding: chunked", f"Content-Length: {len(body)}", kind],
        body,
    ),
    "an encoding nobody knows": lambda body, kind: (
        ["Transfer-Encoding: gzip, chunked", f"Content-Length: {len(body)}", kind],
        body,
    ),
    "a boundary that is not there": lambda body, kind: (
        [f"Content-Length: {len(body)}", "Content-Type: multipart/form-data; boundary=anders"],
        body,
    ),
    "no boundary": lambda body, kind: ([f"Content-Length: {len(body)}", "Content-Type: multipart/form-data"], body),
    "another form": lambda body, kind: (
        [f"Content-Length: {len(body)}", "Content-Type: application/x-www-form-urlencoded"],
        body,
    ),
    "mixed": lambda body, kind: ([f"Content-Length: {len(body)}", kind.replace("form-data", "mixed")], body),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_request_that_lies_delivers_nothing(uploader: Uploader, portal: LivePortal, lie: str) -> None:
    body, content_type = uploader.form(("goed.xml", good()))
    lines, sent = LIES[lie](body, f"Content-Type: {content_type}")
    said = uploader.raw(*lines, body=sent)
    statuses = {line.split()[1] for line in said.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")}
    assert not statuses & {b"200", b"303", b"500"}, said[:300]
    assert count(portal, Submission) == 0
    assert not [secret for secret in SECRETS if secret in said]
    assert uploader.ask("GET", "/health").status == 200


PART = b'--b\r\nContent-Disposition: form-data; name="bestanden"; filename="a.xml"\r\n\r\n'
END = b"\r\n--b--\r\n"


def with_token(token: bytes, *parts: bytes) -> bytes:
    return b'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token + b"\r\n" + b"".join(parts)


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "no last line": lambda token: with_token(token, PART, good()),
    "cut in the last line": lambda token: with_token(token, PART, good(), b"\r\n--b-"),
    "only line feeds": lambda token: with_token(token, PART, good(), END).replace(b"\r\n", b"\n"),
    "something before the beginning": lambda token: b"x" * 70_000 + b"\r\n" + with_token(token, PART, good(), END),
    "no name": lambda token: with_token(token, PART.replace(b' name="bestanden";', b""), good(), END),
    "no disposition": lambda token: with_token(token, b"--b\r\nContent-Type: text/xml\r\n\r\n", good(), END),
    "another field": lambda token: with_token(token, PART.replace(b"bestanden", b"eigen_kenmerk"), good(), END),
    "an unknown field": lambda token: with_token(
        token, PART.replace(b' filename="a.xml"', b"").replace(b"bestanden", b"gemeente"), b"0363", END
    ),
    "endless header": lambda token: with_token(token, PART.replace(b"a.xml", b"a" * 2_000_000), good(), END),
    "many headers": lambda token: with_token(token, PART[:-2], b"X-A: b\r\n" * 5_000, b"\r\n", good(), END),
    "a header without colon": lambda token: with_token(token, PART[:-2], b"geheim\r\n\r\n", good(), END),
    "a field without end": lambda token: with_token(
        token, PART.replace(b'"bestanden"; filename="a.xml"', b'"eigen_kenmerk"'), b"x" * 3_000_000, END
    ),
    "many parts": lambda token: with_token(token, (PART + b"x\r\n") * 50_000, END),
    "many fields": lambda token: with_token(
        token, b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n' * 50_000, END
    ),
    "the token in a file": lambda token: PART.replace(b"bestanden", b"csrf_token") + token + END,
    "no token": lambda token: PART + good() + END,
    "the token last": lambda token: PART + good() + b"\r\n" + with_token(token, b"--b--\r\n"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_is_broken_delivers_nothing(uploader: Uploader, portal: LivePortal, form: str) -> None:
    body = FORMS[form](uploader.csrf_token.encode())
    answer = uploader.post(body, "multipart/form-data; boundary=b")
    assert answer.status in {400, 413, 422}
    assert "<h1" in answer.text, "a page of the portal"
    assert count(portal, Submission) == 0


def test_a_boundary_inside_a_file_divides_it(uploader: Uploader, portal: LivePortal) -> None:
    """What a program makes of its own boundary in a file is what the portal makes of it: two halves, both refused."""
    halves = good()[:900], good()[900:]
    body = with_token(uploader.csrf_token.encode(), PART, halves[0], b"\r\n", PART, halves[1], END)
    assert uploader.post(body, "multipart/form-data; boundary=b").status == 303
    assert count(portal, Message) == 0


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="how much memory it took is asked of Linux")
def test_no_upload_takes_much_memory(tmp_path: Path) -> None:
    """In a process of its own, one at a time, since what libxml2 takes is not counted by Python."""
    heavy: list[File] = [(upload.name, data) for upload in HOSTILE if len(data := upload.make()) > 300_000]
    assert len(heavy) > 10
    with portal_process(tmp_path) as (uploader, pid):
        uploader.deliver(("goed.xml", good()))  # everything is loaded
        for name, data in [*heavy, ("too_large_together", b"x" * 60_000_000)]:
            body, content_type = uploader.form((name, data))
            before = start_counting(pid)
            assert uploader.post(body, content_type).status in {303, 413}
            grown = most_memory(pid) - before
            assert grown < EXTRA_MEMORY, (name, grown >> 20)
