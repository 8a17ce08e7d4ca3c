"""What taking in a message costs, next to what it cannot cost less than: `python benchmarks/ingest.py [MB]`.

The whole pass (hash, checks on the bytes, schema, all rules, compress, encrypt, write) is set against
`xmllint --stream --schema` (package libxml2-utils) and SHA-256 on the same made-up declaration, and against what lxml
takes when libxml2 parses and validates each part of it and nothing else is done: the ceiling of any reader that lets
libxml2 see all of it. A small message (hash, gate, compress, encrypt) is set against parsing, validating and judging
it alone. Memory is what a process of its own grows by.

Ratios count, seconds depend on the machine. They are of processor time, in medians of rounds that alternate.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast
from uuid import uuid4

from lxml import etree

from portaal.berichtenverkeer.gate import Expectation, Gate, Verdict, check
from portaal.berichtenverkeer.gate.header import read_header
from portaal.berichtenverkeer.gate.reading import EVERYTHING
from portaal.berichtenverkeer.rules import Inspection, Message
from portaal.berichtenverkeer.standard import MessageType, message_type
from portaal.berichtenverkeer.standard.schema import IN_MEMORY, compiled, message_schema, shared_schema
from portaal.berichtenverkeer.storage import FilePayloadStore
from portaal.berichtenverkeer.storage.sealing import Sealer
from portaal.berichtenverkeer.submission.intake import IncomingFile
from portaal.berichtenverkeer.verdict import Lists, RuleLevels
from portaal.keyring import Keyring

PORTION = 65_536
ROUNDS = 7
LINES_PER_CLIENT = 3
PRODUCTS, VOLUMES = 25, 121  # as many different lines as these make, but for their numbers
KEYRING = Keyring({"bench": os.urandom(32)}, "bench")
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
            <m:ProductCode>02A{product:02}</m:ProductCode>
            <m:ProductPeriode>
              <b:Begindatum>2026-04-01</b:Begindatum>
              <b:Einddatum>2026-04-30</b:Einddatum>
            </m:ProductPeriode>
            <m:GeleverdVolume>{volume}</m:GeleverdVolume>
            <m:Eenheid>04</m:Eenheid>
            <m:ProductTarief>{tariff}</m:ProductTarief>
            <m:IngediendBedrag>
              <b:Bedrag>{amount}</b:Bedrag>
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


def line(number: int) -> tuple[str, int]:
    """A line of a declaration, and its amount in cents."""
    product, volume = number % PRODUCTS, number % VOLUMES + 1
    tariff = 1250 + 50 * product
    amount = volume * tariff
    return LINE.format(number=number, product=product, volume=volume, tariff=tariff, amount=amount), amount


def declaration(size: int) -> bytes:
    """A declaration of about this many bytes that keeps every rule."""
    kind = message_type("WMO323")
    count = max(1, size // (len(CLIENT) + LINES_PER_CLIENT * len(line(0)[0])))
    lines = [line(number) for number in range(count * LINES_PER_CLIENT)]
    clients = [
        CLIENT.format(bsn=bsn, lines="".join(text for text, _amount in lines[start : start + LINES_PER_CLIENT]))
        for start, bsn in zip(range(0, len(lines), LINES_PER_CLIENT), invented_bsns(), strict=False)
    ]
    total = sum(amount for _text, amount in lines)
    head = HEAD.format(own=kind.namespace, shared=kind.release.shared_namespace, total=total)
    return (head + "".join(clients) + TAIL).encode()


def processor_time() -> float:
    """Seconds of this process and of the ones it waited for."""
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def seconds(works: dict[str, Callable[[], object]], times: int = 1) -> dict[str, list[float]]:
    """What each takes, in rounds that alternate."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            start = processor_time()
            for _ in range(times):
                work()
            taken[name].append((processor_time() - start) / times)
    return taken


def ratio(one: list[float], other: list[float]) -> float:
    """The first to the second: the median over the rounds."""
    return statistics.median(a / b for a, b in zip(one, other, strict=True))


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


def libxml2_alone(data: bytes) -> None:
    """The ceiling: libxml2 parses and validates through lxml, each client is freed when it is complete."""
    kind = message_type("WMO323")
    client = f"{{{kind.namespace}}}Client"
    parser = etree.XMLPullParser(events=("end",), tag=[client], schema=compiled(kind), **EVERYTHING)
    for start in range(0, len(data), PORTION):
        parser.feed(data[start : start + PORTION])
        for _event, element in cast("Iterator[tuple[str, etree._Element]]", parser.read_events()):
            element.clear()
            parent = element.getparent()
            while parent is not None and parent[0] is not element:
                del parent[0]


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
    store = FilePayloadStore(folder / "payloads", KEYRING)
    works: dict[str, Callable[[], object]] = {
        "hash": lambda: hashlib.sha256(data).hexdigest(),
        "gate": lambda: gate_alone(data),
        "whole": lambda: whole_pass(data, store),
        "libxml2": lambda: libxml2_alone(data),
    }
    xmllint = shutil.which("xmllint")
    if xmllint is not None:
        path, schema = folder / "declaration.xml", write_schema(message_type("WMO323"), folder)
        path.write_bytes(data)
        command = [xmllint, "--stream", "--noout", "--schema", str(schema), str(path)]
        works["xmllint"] = lambda: subprocess.run(command, check=True, capture_output=True)
    taken = seconds(works)
    whole = taken["whole"]
    speed = len(data) / min(whole) / 1e6
    yield f"declaration of {len(data) / 1e6:.1f} MB: whole pass {min(whole):.3f} s, {speed:.0f} MB/s"
    yield f"  of which the gate {ratio(taken['gate'], whole):.2f}"
    yield f"  to SHA-256 of the same file {ratio(taken['hash'], whole):.3f}"
    if xmllint is None:
        yield "  to xmllint: not measured, it is not installed (package libxml2-utils)"
    else:
        yield f"  to xmllint --stream --schema {ratio(taken['xmllint'], whole):.2f} (target 0.6)"
        ceiling = ratio(taken["xmllint"], taken["libxml2"])
        yield f"    where libxml2 in lxml, without anything else, reaches {ceiling:.2f}"
    first, second = grown(lambda: whole_pass(data, store)), grown(lambda: whole_pass(ten_times, store))
    yield f"  memory {first:.1f} MiB, for ten times as much {second:.1f} MiB (target: at most 4 more)"


def small_whole(data: bytes) -> None:
    """A small message taken in, but for the writing."""
    sealer = Sealer(KEYRING, uuid4())
    sealer.seal(data)
    expect_good(check(data))
    sealer.finish()


def small(data: bytes) -> Iterator[str]:
    """What a small message costs."""
    taken = seconds({"least": lambda: parse_validate_judge(data), "whole": lambda: small_whole(data)}, times=200)
    yield f"message of {len(data) / 1e3:.1f} kB: {min(taken['whole']) * 1e6:.0f} us"
    yield f"  to parse, validate and judge alone {ratio(taken['whole'], taken['least']):.2f} (target: at most 1.4)"


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as name:
        size = megabytes * 1_000_000
        for line in (*small(declaration(8_700)), *large(declaration(size), declaration(10 * size), Path(name))):
            sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
