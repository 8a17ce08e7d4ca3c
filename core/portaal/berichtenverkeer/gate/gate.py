"""The gate itself: bytes in, one verdict out."""

import hashlib

from portaal import clock
from portaal.berichtenverkeer.gate.door import PIECE, Door
from portaal.berichtenverkeer.gate.header import HEADER, check_sender, check_versions, read_header, type_of
from portaal.berichtenverkeer.gate.reading import check_structure, parse
from portaal.berichtenverkeer.gate.words import finding
from portaal.berichtenverkeer.rules import Inspection, Message
from portaal.berichtenverkeer.standard import MessageType
from portaal.berichtenverkeer.verdict import (
    Expectation,
    Finding,
    Findings,
    MessageHeader,
    Refusal,
    Stage,
    Verdict,
)


class Gate:
    """Takes the bytes of one message as they come in and judges them.

    Feed it in any portions; it never raises for what is in them. The bytes themselves are not kept beyond the
    verdict and never changed: what is stored and forwarded is what came in.
    """

    def __init__(self, expectation: Expectation | None = None) -> None:
        self._expectation = expectation or Expectation()
        self._hash = hashlib.sha256()
        self._door = Door(self._expectation.max_size)
        self._whole = bytearray()
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
        for start in range(0, len(data), PIECE):
            if self._refusal is not None:
                return
            try:
                self._whole += self._door.feed(data[start : start + PIECE])
            except Refusal as refusal:
                self._refusal = refusal

    def close(self) -> Verdict:
        """The verdict, when all bytes have been fed."""
        if self._refusal is None:
            try:
                self._whole += self._door.close()
                self._judge(bytes(self._whole))
            except Refusal as refusal:
                self._refusal = refusal
        self._whole.clear()
        return self._verdict()

    def _judge(self, data: bytes) -> None:
        if self._door.has_bom:
            self._findings.add(finding("OP192", 1, niveau=self._expectation.levels.bestand))
        root = parse(data)
        self._type = type_of(root, self._expectation)
        header = root.find(f"{{{self._type.namespace}}}{HEADER}")
        if header is not None:
            check_versions(header, self._type)
            self._header = read_header(header, self._type)
            check_sender(header, self._type, self._expectation)
        check_structure(root, self._type)
        if self._header is None:
            raise Refusal(Stage.STRUCTURE, finding("X10", plaats=f"{HEADER}/BerichtIdentificatie/Dagtekening"))
        inspection = self._inspection(self._type, self._header)
        inspection.whole(root)
        self._findings.extend(inspection.findings)

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


def check(data: bytes, expectation: Expectation | None = None) -> Verdict:
    """The verdict on a message that is already in memory."""
    gate = Gate(expectation)
    gate.feed(data)
    return gate.close()
