"""The gate itself: bytes in, one verdict out."""

from __future__ import annotations

import hashlib
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from portaal import clock
from portaal.berichtenverkeer.gate.door import PIECE, Door
from portaal.berichtenverkeer.gate.header import HEADER, check_sender, check_versions, read_header, type_of
from portaal.berichtenverkeer.gate.reader import Reader, installed_reader
from portaal.berichtenverkeer.gate.reading import check_structure, parse
from portaal.berichtenverkeer.gate.second import SecondOpinion
from portaal.berichtenverkeer.gate.words import finding
from portaal.berichtenverkeer.rules import Inspection, Message
from portaal.berichtenverkeer.standard import MessageType, Release, releases
from portaal.berichtenverkeer.verdict import (
    Expectation,
    Finding,
    Findings,
    MessageHeader,
    Refusal,
    Stage,
    Verdict,
)

log = logging.getLogger(__name__)

MEGABYTE = 1_000_000
LARGEST_TREE = 4 << 20
MOST_TAGS_IN_TREE = 100_000


class Gate:
    """Takes the bytes of one message as they come in and judges them.

    Feed it in any portions; it never raises for what is in them. The bytes themselves are not kept beyond the
    verdict and never changed: what is stored and forwarded is what came in.
    """

    def __init__(self, expectation: Expectation | None = None) -> None:
        self._expectation = expectation or Expectation()
        self._hash = hashlib.sha256()
        self._door = Door()
        self._pieces: list[bytes] = []
        self._held = self._tags = 0
        self._stream: Reader | None = None
        self._second: SecondOpinion | None = None
        self._size = 0
        self._refusal: Refusal | None = None
        self._findings = Findings()
        self._type: MessageType | None = None
        self._header: MessageHeader | None = None

    @property
    def refused(self) -> bool:
        """True as soon as the file is sure to be refused; feeding may go on (for the hash) or stop."""
        return self._refusal is not None

    def feed(self, data: bytes) -> None:
        """The next bytes."""
        self._hash.update(data)
        self._size += len(data)
        self._check_size()
        for start in range(0, len(data), PIECE):
            if self._refusal is not None:
                return
            with self._refusing():
                self._read(self._door.feed(data[start : start + PIECE]))

    def _check_size(self) -> None:
        """Says so of every file that is too large, also where something else was found to be wrong before its end."""
        most, before = self._expectation.max_size, self._refusal
        if self._size > most and (before is None or before.stage is not Stage.SIZE):
            earlier = before.findings if before else ()
            self._refuse(Refusal(Stage.SIZE, finding("B02", megabytes=most // MEGABYTE), *earlier))

    def close(self) -> Verdict:
        """The verdict, when all bytes have been fed."""
        if self._refusal is None:
            with self._refusing():
                self._read(self._door.close())
                self._judge()
        self._pieces.clear()
        return self._verdict()

    def _read(self, piece: bytes) -> None:
        if self._stream is not None:
            self._feed_stream(self._stream, piece)
            return
        self._pieces.append(piece)
        self._held += len(piece)
        self._tags += piece.count(b"<")
        if self._held > LARGEST_TREE or self._tags > MOST_TAGS_IN_TREE:
            pieces, self._pieces = self._pieces, []
            self._stream = installed_reader()(b"".join(pieces), self._expectation, self._inspection)
            for earlier in pieces:
                self._feed_stream(self._stream, earlier)

    def _feed_stream(self, stream: Reader, piece: bytes) -> None:
        stream.feed(piece)
        self._second = self._second or SecondOpinion(self._expectation.official, stream.type)
        self._second.feed(piece)

    def _judge(self) -> None:
        if self._door.has_bom:
            self._findings.add(finding("OP192", 1, niveau=self._expectation.levels.bestand))
        if self._stream is not None and self._second is not None:
            with self._second.beside():
                self._stream.close()
            self._type, self._header = self._stream.type, self._stream.header
            self._look_at_release(self._type.release)
            self._findings.extend(self._stream.findings)
            return
        root = parse(b"".join(self._pieces))
        self._type = type_of(root, self._expectation)
        self._look_at_release(self._type.release)
        header = root.find(f"{{{self._type.namespace}}}{HEADER}")
        if header is not None:
            check_versions(header, self._type)
            self._header = read_header(header, self._type)
            check_sender(header, self._type, self._expectation)
        with SecondOpinion(self._expectation.official, self._type).beside(root):
            check_structure(root, self._type)
        if self._header is None:  # XML Schema has years that no calendar has
            raise Refusal(Stage.STRUCTURE, finding("X10", plaats=f"{HEADER}/BerichtIdentificatie/Dagtekening"))
        inspection = self._inspection(self._type, self._header)
        inspection.whole(root)
        self._findings.extend(inspection.findings)

    def _look_at_release(self, release: Release) -> None:
        """Say so when it has ended: what is known of it stays here, but who gets the message may not take it."""
        if release.until is not None and clock.today() >= release.until:
            newest = [other for other in releases() if other.standard == release.standard][-1]
            level = self._expectation.levels.extern
            self._findings.add(finding("B49", niveau=level, release=release, newest=newest))

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Whatever goes wrong in here makes this file refused, and no other."""
        try:
            yield
        except Refusal as refusal:
            self._refuse(refusal)
        except Exception as error:  # a fault of ours: its text and its traceback may hold values, so neither is kept
            log.error("the gate failed", extra={"error": type(error).__name__, "at": _place(error)})
            self._refuse(Refusal(Stage.PORTAL, finding("B99")))

    def _refuse(self, refusal: Refusal) -> None:
        self._refusal = refusal
        if self._stream is not None:
            self._type, self._header = self._stream.type, self._stream.header
        self._stream = self._second = None
        self._pieces.clear()

    def _inspection(self, message_type: MessageType, header: MessageHeader) -> Inspection:
        message = Message(
            type=message_type,
            header=header,
            dagtekening=header.dagtekening.isoformat(),
            today=clock.today(),
            lists=self._expectation.lists,
        )
        return Inspection(message, self._expectation.levels)

    def _verdict(self) -> Verdict:
        refusal = self._refusal
        findings: tuple[Finding, ...] = tuple(self._findings.found)
        omitted = self._findings.omitted
        if refusal is not None:
            findings, omitted = refusal.findings, refusal.omitted
        refused = any(f.niveau == "weigering" for f in findings)
        stage = refusal.stage if refusal else Stage.RULES if refused else None
        return Verdict(
            oordeel="geweigerd" if refused else "advies" if findings else "goed",
            header=self._header,
            findings=findings,
            omitted=omitted,
            sha256=self._hash.hexdigest(),
            size=self._size,
            berichttype=self._type.name if self._type else None,
            stage=stage,
        )


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.name}:{frame.lineno}"


def check(data: bytes, expectation: Expectation | None = None) -> Verdict:
    """The verdict on a message that is already in memory."""
    gate = Gate(expectation)
    gate.feed(data)
    return gate.close()
