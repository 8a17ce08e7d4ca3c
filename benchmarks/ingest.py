"""What taking in a message costs, next to what it cannot cost less than: `python benchmarks/ingest.py [MB]`.

The whole pass (hash, checks on the bytes, schema, all rules, compress, encrypt, write) is set against
`xmllint --stream --schema` (package libxml2-utils) and SHA-256 on the same made-up declaration, and a small message
against parsing, validating and judging it alone. Memory is what a process of its own grows by. Ratios count, seconds
depend on the machine: everything is the best of several turns in one run. What memory grows with is what the rules
must remember: every reference number of a declaration is to be unique.
"""

import hashlib
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path

from lxml import etree

from portaal.berichtenverkeer.gate import Expectation, Gate, Verdict, check
from portaal.berichtenverkeer.gate.header import read_header
from portaal.berichtenverkeer.rules import Inspection, Message
from portaal.berichtenverkeer.standard import MessageType, message_type
from portaal.berichtenverkeer.standard.schema import IN_MEMORY, compiled, message_schema, shared_schema
from portaal.berichtenverkeer.storage import FilePayloadStore
from portaal.berichtenverkeer.submission.intake import IncomingFile
from portaal.berichtenverkeer.verdict import Lists, RuleLevels
from portaal.keyring import Keyring

PORTION = 65_536
TURNS = 5
LINES_PER_CLIENT = 3
NO_LIMIT = Expectation(max_size=1 << 40)

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<m:Bericht xmlns:m="{own}" xmlns:b="{shared}">
  <m:Header>
    <m:BerichtCode>484</m:BerichtCode><m:BerichtVersie>3</m:BerichtVersie><m:BerichtSubversie>2</m:BerichtSubversie>
    <m:Afzender>65656055</m:Afzender><m:Ontvanger>0384</m:Ontvanger>
    <m:BerichtIdentificatie>
      <b:Identificatie>B1</b:Identificatie><b:Dagtekening>2026-05-06</b:Dagtekening>
    </m:BerichtIdentificatie>
    <m:XsdVersie>
      <b:BasisschemaXsdVersie>1.0.0</b:BasisschemaXsdVersie><b:BerichtXsdVersie>1.0.0</b:BerichtXsdVersie>
    </m:XsdVersie>
  </m:Header>
  <m:Declaratie>
    <m:DeclaratieNummer>D1</m:DeclaratieNummer>
    <m:DeclaratiePeriode>
      <b:Begindatum>2026-04-01</b:Begindatum><b:Einddatum>2026-04-30</b:Einddatum>
    </m:DeclaratiePeriode>
    <m:DeclaratieDagtekening>2026-05-06</m:DeclaratieDagtekening>
    <m:TotaalIngediendBedrag>
      <b:TotaalBedrag>{total}</b:TotaalBedrag><b:DebetCredit>D</b:DebetCredit>
    </m:TotaalIngediendBedrag>
    <m:Clienten>
"""
LINE = """          <m:Prestatie>
            <m:ProductReferentie>
              <b:ReferentieNummer>R{number}</b:ReferentieNummer>
            </m:ProductReferentie>
            <m:ToewijzingNummer>{number}</m:ToewijzingNummer>
            <m:ProductCategorie>02</m:ProductCategorie>
            <m:ProductCode>02A01</m:ProductCode>
            <m:ProductPeriode>
              <b:Begindatum>2026-04-01</b:Begindatum>
              <b:Einddatum>2026-04-30</b:Einddatum>
            </m:ProductPeriode>
            <m:GeleverdVolume>4</m:GeleverdVolume>
            <m:Eenheid>04</m:Eenheid>
            <m:ProductTarief>1250</m:ProductTarief>
            <m:IngediendBedrag>
              <b:Bedrag>5000</b:Bedrag>
              <b:DebetCredit>D</b:DebetCredit>
            </m:IngediendBedrag>
          </m:Prestatie>
"""
CLIENT = """      <m:Client>
        <m:Bsn>{bsn}</m:Bsn>
        <m:Prestaties>
{lines}        </m:Prestaties>
      </m:Client>
"""
TAIL = "    </m:Clienten>\n  </m:Declaratie>\n</m:Bericht>\n"


def invented_bsns() -> Iterator[str]:
    """Numbers of nine digits that pass the eleven test."""
    for number in range(100_000_000, 1_000_000_000):
        digits = str(number)
        if (sum(w * int(d) for w, d in zip(range(9, 1, -1), digits, strict=False)) - int(digits[8])) % 11 == 0:
            yield digits


def declaration(size: int) -> bytes:
    """A declaration of about this many bytes that keeps every rule."""
    kind = message_type("WMO323")
    count = max(1, size // (len(CLIENT) + LINES_PER_CLIENT * len(LINE)))
    clients = [
        CLIENT.format(
            bsn=bsn,
            lines="".join(LINE.format(number=n * LINES_PER_CLIENT + i) for i in range(LINES_PER_CLIENT)),
        )
        for n, bsn in enumerate(islice(invented_bsns(), count))
    ]
    total = count * LINES_PER_CLIENT * 5000
    head = HEAD.format(own=kind.namespace, shared=kind.release.shared_namespace, total=total)
    return (head + "".join(clients) + TAIL).encode()


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """How long it takes, at best of several turns of so many times."""
    best = float("inf")
    for _ in range(TURNS):
        start = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - start) / times)
    return best


def gate_alone(data: bytes) -> None:
    gate = Gate(NO_LIMIT)
    for start in range(0, len(data), PORTION):
        gate.feed(data[start : start + PORTION])
    expect_good(gate.close())


def whole_pass(data: bytes, store: FilePayloadStore) -> None:
    with IncomingFile("declaratie.xml", store, NO_LIMIT) as file:
        for start in range(0, len(data), PORTION):
            file.write(data[start : start + PORTION])
        file.close()
        file.keep()
    expect_good(file.verdict)
    store.delete(file.payload_id)


def expect_good(verdict: Verdict | None) -> None:
    """Stop when what is measured is not what it should be."""
    if verdict is None or verdict.oordeel != "goed":
        raise SystemExit(f"the declaration is not good: {verdict}")


def write_schema(kind: MessageType, folder: Path) -> Path:
    """Our schema as files: xmllint reads no others."""
    (folder / "shared.xsd").write_bytes(etree.tostring(shared_schema(kind)))
    path = folder / "message.xsd"
    path.write_bytes(etree.tostring(message_schema(kind)).replace(IN_MEMORY.encode(), b"shared.xsd"))
    return path


def grown(work: Callable[[], object]) -> float:
    """By how many MiB a process of its own grows at most while it works."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_grow, args=(work, sender))
    process.start()
    kilobytes: int = receiver.recv()
    process.join()
    return kilobytes / 1024


def _grow(work: Callable[[], object], sender: Connection) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    work()
    sender.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)


def parse_validate_judge(data: bytes) -> None:
    """The least that a small message asks: no checks on bytes, no hash, no words."""
    kind = message_type("WMO323")
    root = etree.fromstring(data)
    header = read_header(root[0], kind)
    if not compiled(kind).validate(root) or header is None:
        raise SystemExit("the small message is not good")
    message = Message(kind, header, header.dagtekening.isoformat(), date(2026, 11, 1), Lists())
    Inspection(message, RuleLevels()).whole(root)


def large(data: bytes, ten_times: bytes, folder: Path) -> Iterator[str]:
    """What a large declaration costs."""
    store = FilePayloadStore(folder / "payloads", Keyring({"bench": os.urandom(32)}, "bench"))
    hashed = seconds(lambda: hashlib.sha256(data).hexdigest())
    gate = seconds(lambda: gate_alone(data))
    whole = seconds(lambda: whole_pass(data, store))
    yield f"declaration of {len(data) / 1e6:.1f} MB: whole pass {whole:.3f} s, {len(data) / whole / 1e6:.0f} MB/s"
    yield f"  of which the gate {gate / whole:.2f}"
    yield f"  to SHA-256 of the same file {hashed / whole:.3f}"
    xmllint = shutil.which("xmllint")
    if xmllint is None:
        yield "  to xmllint: not measured, it is not installed (package libxml2-utils)"
    else:
        path, schema = folder / "declaration.xml", write_schema(message_type("WMO323"), folder)
        path.write_bytes(data)
        command = [xmllint, "--stream", "--noout", "--schema", str(schema), str(path)]
        other = seconds(lambda: subprocess.run(command, check=True, capture_output=True))
        yield f"  to xmllint --stream --schema {other / whole:.2f} (target 0.6)"
    first, second = grown(lambda: whole_pass(data, store)), grown(lambda: whole_pass(ten_times, store))
    yield f"  memory {first:.1f} MiB, for ten times as much {second:.1f} MiB (target: at most 4 more)"


def small(data: bytes) -> Iterator[str]:
    """What a small message costs."""
    least = seconds(lambda: parse_validate_judge(data), times=200)
    whole = seconds(lambda: check(data), times=200)
    yield f"message of {len(data) / 1e3:.1f} kB: gate {whole * 1e6:.0f} us"
    yield f"  to parse, validate and judge alone {whole / least:.2f} (target: at most 1.4)"


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as name:
        size = megabytes * 1_000_000
        for line in (*small(declaration(8_700)), *large(declaration(size), declaration(10 * size), Path(name))):
            sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
