"""The StUF-GGk envelope: written as the official schema wants, read strictly, a large payload in pieces."""

from __future__ import annotations

import base64
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from portaal.berichtenverkeer.envelope import (
    MAX_ENVELOPE,
    Confirmation,
    Envelope,
    EnvelopeError,
    EnvelopeReader,
    Fault,
    Functie,
    Party,
    Plek,
    Reason,
    StufCode,
    build,
    build_confirmation,
    build_fault,
    new_reference,
    payload_limit,
    read,
)

GEMEENTE = Party("0363", "Portaal Zorg", "Amsterdam")
AANBIEDER = Party("42420001")
SENT = datetime(2026, 11, 21, 13, 4, 5, tzinfo=UTC)
DI01 = Envelope(StufCode.DI01, GEMEENTE, AANBIEDER, new_reference(), SENT, Functie("WMO301", 3, 2))
DU01 = Envelope(
    StufCode.DU01,
    Party("42420001", "ECD"),
    Party("0363"),
    new_reference(),
    SENT,
    Functie("WMO302", 3, 2),
    cross_reference_id=DI01.reference_id,
)
BV03 = Confirmation(Party("VECOZO", "VECOZOWebservice"), GEMEENTE, new_reference(), DI01.reference_id, SENT)


def fault(code: StufCode, plek: Plek = Plek.CLIENT) -> Fault:
    return Fault(
        code,
        Party("VECOZO", "VECOZOWebservice"),
        GEMEENTE,
        new_reference(),
        DI01.reference_id,
        SENT,
        "IB010",
        plek,
        "Geadresseerde <niet> aangesloten & meer",
        "WMO301-00030002",
    )


def soap(envelope: Envelope, payload: bytes) -> bytes:
    return bytes(build(envelope, [payload], len(payload)))


def refusal(message: bytes) -> EnvelopeError | None:
    try:
        read(message)
    except EnvelopeError as error:
        return error
    return None


def collected(message: bytes) -> tuple[object, bytes]:
    pieces: list[bytes] = []
    return read(message, pieces.append), b"".join(pieces)


# Against the official schemas


@pytest.fixture(scope="module")
def schema(shared: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(shared / "ggk0210/ggk0210/ggkberichten/ggk0210_msg_ggkberichten.xsd"))


def inner(message: bytes) -> etree._Element:
    body = etree.fromstring(message)[0]
    found = body.find(".//{*}Fo03Bericht")
    return body[0] if found is None else found


@pytest.mark.parametrize(
    "message",
    [
        soap(DI01, b"<Bericht/>"),
        soap(DU01, b"<Bericht/>"),
        soap(
            Envelope(
                StufCode.DI01,
                GEMEENTE,
                Party("CBS"),
                new_reference(),
                SENT,
                Functie("GMSD", 1, 0),
                bestandsnaam="monitor.csv",
            ),
            b"a;b",
        ),
        bytes(build_fault(fault(StufCode.FO01))),
        bytes(build_fault(fault(StufCode.FO03))),
        bytes(build_confirmation(BV03)),
    ],
    ids=["Di01", "Du01", "Di01-tekst", "Fo01", "Fo03", "Bv03"],
)
def test_what_we_write_validates_against_the_official_schema(schema: etree.XMLSchema, message: bytes) -> None:
    assert schema.validate(inner(message)), schema.error_log


@pytest.mark.parametrize(
    "name",
    [
        "envelopRetourbericht-ggk_Du01-v21",
        "envelopHeenbericht-ggk_Di01_v21-xml",
        "envelopHeenbericht-ggk_Di01_v21-tekst",
        "Fo01",
    ],
)
def test_the_official_samples_are_read(shared: Path, name: str) -> None:
    sample = (shared / f"ggk0210/voorbeeldberichten/{name}.xml").read_bytes().partition(b"?>")[2]
    message = read(
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' + sample + b"</s:Body></s:Envelope>"
    )
    assert not isinstance(message, Confirmation)
    assert message.zender.applicatie


def test_what_the_schema_refuses_we_refuse_and_the_other_way_round(schema: etree.XMLSchema) -> None:
    """Each element dropped, doubled, emptied or swapped with its neighbour: one verdict."""
    differences, tried = [], 0
    for original in (
        soap(DI01, b"<B/>"),
        soap(DU01, b"<B/>"),
        bytes(build_fault(fault(StufCode.FO01))),
        bytes(build_confirmation(BV03)),
    ):
        count = sum(1 for _ in inner(original).iter()) - 1
        for number in range(1, count + 1):
            for how in ("drop", "double", "empty", "swap", "attribute", "text", "child"):
                tree = etree.fromstring(original)
                element = list(tree[0][0].iter())[number]
                parent = element.getparent()
                assert parent is not None
                position = parent.index(element)
                if how == "drop":
                    parent.remove(element)
                elif how == "double":
                    parent.insert(position, etree.fromstring(etree.tostring(element)))
                elif how == "empty":
                    element.text = None
                elif how == "swap":
                    parent.insert(position + 1 if position + 1 < len(parent) else 0, element)
                elif how == "attribute":
                    element.set("x", "1")
                elif how == "text":
                    element.tail = "x"
                else:
                    etree.SubElement(element, "{urn:x}y")
                expected = schema.validate(tree[0][0])
                try:
                    read(etree.tostring(tree))
                    accepted = True
                except EnvelopeError:
                    accepted = False
                tried += 1
                if accepted != expected:
                    differences.append((element.tag.rpartition("}")[2], how, expected))
    assert tried > 300
    # An empty element with a fixed value has that value for the schema (Fo01, Bv03); we want to see it.
    assert differences == [("berichtcode", "empty", True)] * 2


# There and back


@given(payload=st.binary(max_size=5_000), cuts=st.lists(st.integers(1, 400), max_size=20))
def test_a_payload_comes_back_byte_for_byte_however_it_is_cut(payload: bytes, cuts: list[int]) -> None:
    pieces = []
    rest = payload
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]
    message = build(DI01, [*pieces, rest], len(payload))
    sent = bytes(message)
    assert len(sent) == message.length
    received: list[bytes] = []
    reader = EnvelopeReader(received.append)
    step = max(cuts or [97])
    for start in range(0, len(sent), step):
        reader.feed(sent[start : start + step])
    assert reader.close() == DI01
    assert b"".join(received) == payload


@given(
    naam=st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=3, max_size=50
    ),
    versie=st.integers(0, 9999),
)
def test_control_data_come_back_as_they_were(naam: str, versie: int) -> None:
    envelope = Envelope(
        StufCode.DI01,
        Party("0363", naam, naam),
        AANBIEDER,
        new_reference(),
        SENT,
        Functie("JW315", versie, 2),
        applicatie_versie=(versie, 1),
    )
    assert read(soap(envelope, b"x")) == envelope


def test_retour_confirmation_and_faults_come_back_as_they_were() -> None:
    assert collected(soap(DU01, b"<B/>")) == (DU01, b"<B/>")
    assert read(bytes(build_confirmation(BV03))) == BV03
    for code in (StufCode.FO01, StufCode.FO03):
        for plek in Plek:
            original = fault(code, plek)
            assert read(bytes(build_fault(original))) == Fault(
                code,
                original.zender,
                original.ontvanger,
                original.reference_id,
                original.cross_reference_id,
                SENT,
                "IB010",
                plek,
                original.omschrijving,
                original.details,
            )


def test_actions_are_those_of_the_wsdl() -> None:
    ggk = "http://www.stufstandaarden.nl/koppelvlak/ggk0210/"
    assert build(DI01, [b""], 0).action == ggk + "ggk_Di01"
    assert build(DU01, [b""], 0).action == ggk + "ggk_Du01"
    assert build_fault(fault(StufCode.FO01)).action == "http://www.egem.nl/StUF/StUF0301/Fo01"


def test_a_fault_without_fo03_tells_whose_fault_it_is() -> None:
    for word, plek in (("soap:Client", Plek.CLIENT), ("soap:Server.Busy", Plek.SERVER), ("", Plek.SERVER)):
        answer = read(
            f'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>'
            f"<faultcode>{word}</faultcode><faultstring>x</faultstring><detail><a><b/></a></detail>"
            f"</soap:Fault></soap:Body></soap:Envelope>".encode()
        )
        assert isinstance(answer, Fault)
        assert (answer.code, answer.plek, answer.foutcode) == (StufCode.FO03, plek, "")


def test_soap_headers_are_passed_over_unless_they_must_be_understood() -> None:
    header = b'<soap:Header><w:To xmlns:w="urn:w">x<w:y/></w:To></soap:Header><soap:Body>'
    message = soap(DI01, b"x").replace(b"<soap:Body>", header)
    assert read(message) == DI01
    with pytest.raises(EnvelopeError) as refused:
        read(message.replace(b"<w:To ", b'<w:To soap:mustUnderstand="1" '))
    assert refused.value.reason is Reason.MUST_UNDERSTAND


def test_the_original_in_a_fo01_is_passed_over_whatever_it_holds() -> None:
    original = soap(DI01, b"<B/>").partition(b"?>")[2]
    message = bytes(build_fault(fault(StufCode.FO01))).replace(
        b"</StUF:body>", b"<StUF:detailsXML><!-- - -->text" + original + b"</StUF:detailsXML></StUF:body>"
    )
    assert read(message) == fault_of(message)


def fault_of(message: bytes) -> object:
    stripped = message[: message.index(b"<StUF:detailsXML>")] + message[message.index(b"</StUF:body>") :]
    return read(stripped)


# Size


def test_base64_may_be_broken_into_lines() -> None:
    lines = "\r\n".join(PAYLOAD[start : start + 5] for start in range(0, len(PAYLOAD), 5))
    assert collected(GOOD.replace(PAYLOAD, f"\n{lines}\t ").encode()) == (DI01, b"<Bericht/>")


def test_the_largest_payload_that_fits_is_known_and_right() -> None:
    limit = payload_limit(DI01)
    assert 18_700_000 < limit < 18_750_000
    largest = build(DI01, (), limit)
    around = largest.length - (limit + 2) // 3 * 4
    assert around < 2_000
    with pytest.raises(EnvelopeError) as refused:
        build(DI01, (), limit + 3)
    assert refused.value.reason is Reason.TOO_LARGE
    assert MAX_ENVELOPE == 25_000_000


def test_a_payload_of_another_length_than_announced_is_never_completed() -> None:
    for announced in (4, 6):
        with pytest.raises(ValueError, match="another size"):
            bytes(build(DI01, [b"12345"], announced))


def test_18_megabytes_pass_through_in_little_memory() -> None:
    size = 18_000_000
    piece = b"<Prestatie>x</Prestatie>" * 2_500
    received = 0

    def sink(data: bytes) -> None:
        nonlocal received
        received += len(data)

    tracemalloc.start()
    reader = EnvelopeReader(sink)
    for part in build(DI01, (piece for _ in range(size // len(piece))), size).body:
        reader.feed(part)
    reader.close()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert received == size
    assert peak < 4_000_000


def test_a_message_over_the_limit_stops_at_the_limit() -> None:
    reader = EnvelopeReader(max_size=10_000)
    reader.feed(soap(DI01, b"")[:500])
    with pytest.raises(EnvelopeError) as refused:
        reader.feed(b"A" * 9_600)
    assert refused.value.reason is Reason.TOO_LARGE


# Bad input

GOOD = soap(DI01, b"<Bericht/>").decode()
PAYLOAD = base64.b64encode(b"<Bericht/>").decode()
BODY = GOOD[GOOD.index("<GGK:envelop") : GOOD.index("</soap:Body>")]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("", Reason.NOT_XML),
        ("no xml", Reason.NOT_XML),
        (GOOD[:-20], Reason.NOT_XML),
        (GOOD + "<x/>", Reason.NOT_XML),
        (GOOD.replace('<?xml version="1.0" encoding="UTF-8"?>\n', "<!DOCTYPE x>"), Reason.DOCTYPE),
        (GOOD.replace("?>\n", '?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), Reason.DOCTYPE),
        (GOOD.replace(PAYLOAD, "&e;"), Reason.NOT_XML),
        (GOOD.replace("?>\n", '?><?xml-stylesheet href="x"?>'), Reason.PROCESSING_INSTRUCTION),
        (BODY, Reason.NOT_SOAP),
        (GOOD.replace("soap:Body>", "soap:Lichaam>"), Reason.NOT_SOAP),
        (GOOD.replace("</soap:Body>", "</soap:Body><soap:Body/>"), Reason.NOT_SOAP),
        (GOOD.replace(BODY, ""), Reason.UNKNOWN_MESSAGE),
        (GOOD.replace(BODY, "<x/>"), Reason.UNKNOWN_MESSAGE),
        (GOOD.replace(BODY, BODY + BODY), Reason.STRUCTURE),
        (GOOD.replace(PAYLOAD, PAYLOAD + "<x/>"), Reason.STRUCTURE),
        (GOOD.replace(PAYLOAD, PAYLOAD[:4] + "<!-- -->" + PAYLOAD[4:]), Reason.STRUCTURE),
        (GOOD.replace(PAYLOAD, "PEJlcm*="), Reason.BASE64),
        (GOOD.replace(PAYLOAD, "QQ==QQ=="), Reason.BASE64),
        (GOOD.replace(PAYLOAD, "QQ="), Reason.BASE64),
        (GOOD.replace(PAYLOAD, "QUFB\u00a0QUFB"), Reason.BASE64),
        (GOOD.replace(DI01.reference_id, DI01.reference_id.upper()), Reason.VALUE),
        (GOOD.replace(DI01.reference_id, "00000000-0000-1000-8000-000000000000"), Reason.VALUE),
        (GOOD.replace("20261121140405", "20261321140405"), Reason.VALUE),
        (GOOD.replace("20261121140405", "morgen"), Reason.VALUE),
        (GOOD.replace(">0003<", ">3<"), Reason.VALUE),
        (GOOD.replace("WMO301", "W" * 31), Reason.VALUE),
        (GOOD.replace("WMO301", "W" * 10_000), Reason.VALUE),
        (GOOD.replace("</GGK:stuurgegevens>", "tekst</GGK:stuurgegevens>"), Reason.STRUCTURE),
        (GOOD.replace("<soap:Body>", f"<soap:Header>{'<a>' * 100}"), Reason.STRUCTURE),
        (GOOD.replace("?>\n", "?>\n\x00"), Reason.NOT_XML),
    ],
)
def test_each_fault_has_its_reason(message: str, reason: Reason) -> None:
    with pytest.raises(EnvelopeError) as refused:
        read(message.encode())
    assert refused.value.reason is reason
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_than_utf8_are_refused(encoding: str) -> None:
    with pytest.raises(EnvelopeError):
        read(GOOD.replace("UTF-8", encoding).encode(encoding))


def test_no_error_repeats_what_came_in() -> None:
    canary = "999900006"
    for place in ("WMO301", "Amsterdam", PAYLOAD, "<GGK:parameters>", "0363", "20261121140405"):
        for spoiled in (f"<{canary}/>", f"<b{canary}/>", canary * 50, f"&{canary};", f"<!-- {canary} -->"):
            error = refusal(GOOD.replace(place, spoiled).encode())
            assert canary not in str(error)
            assert error is None or error.__suppress_context__ or canary not in repr(error.__context__)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_message_or_the_one_error(junk: bytes) -> None:
    with pytest.raises(EnvelopeError):
        read(junk)


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=0, max_size=3), st.integers(0, 3))
def test_a_damaged_message_gives_a_message_or_the_one_error(place: int, splinter: bytes, cut: int) -> None:
    raw = GOOD.encode()
    error = refusal(raw[:place] + splinter + raw[place + cut :])
    assert error is None or error.reason


@pytest.mark.parametrize(
    "wrong",
    [
        {"reference_id": "geen-uuid"},
        {"functie": Functie("W" * 31, 3, 2)},
        {"zender": Party("0363", "x")},
        {"zender": Party("0363", "Portaal\nZorg")},
        {"cross_reference_id": new_reference()},
        {"bestandsnaam": "../../x y"},
        {"functie": Functie("WMO301", 10_000, 2)},
    ],
)
def test_what_breaks_the_specification_is_not_written(wrong: dict[str, object]) -> None:
    fields = {name: getattr(DI01, name) for name in DI01.__slots__} | wrong
    with pytest.raises(EnvelopeError) as refused:
        build(Envelope(**fields), [b"x"], 1)
    assert refused.value.reason is Reason.VALUE


def test_a_du01_without_cross_reference_is_not_written() -> None:
    unanswering = Envelope(StufCode.DU01, GEMEENTE, AANBIEDER, new_reference(), SENT, Functie("WMO306", 3, 2))
    with pytest.raises(EnvelopeError) as refused:
        build(unanswering, [], 0)
    assert refused.value.reason is Reason.STRUCTURE
