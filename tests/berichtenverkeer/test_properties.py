"""Whatever comes in, the gate answers; what it takes it takes again; no pattern of ours can be made to hang."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from portaal.berichtenverkeer.gate import Gate, Stage, Verdict, check
from portaal.berichtenverkeer.gate import gate as gate_module
from portaal.berichtenverkeer.standard import Base, DataType, Klasse, MessageType, all_types
from portaal.berichtenverkeer.standard.schema import XS
from tests.berichtenverkeer.builder import BODIES, build, from_model, leaves, render, take_apart
from tests.near_misses import NEAR_MISSES, QUICK, seconds

DESCRIBED = [t for t in all_types() if t.root is not None]
MESSAGES = [build(t.name) for t in DESCRIBED if t.number in BODIES] + [from_model(t, full=True) for t in DESCRIBED]
UNUSUAL = [
    b"<", b">", b"&", b"'", b'"', b"=", b"/", b"!", b"?", b"[", b"]]>", b"--", b"<!--", b"-->", b"<![CDATA[", b"<?x?>",
    b"&#0;", b"&#x202E;", b"&lt;", b"&x;", b"xmlns:q='u'", b"<!DOCTYPE a>", b"\0", b"\xff", b"\xef\xbb\xbf", b"\r",
    b"<m:Bsn/>", b"</m:Client>", b"999999999999", b"~", b"-1", b"12026-01-01", b"-0001-01-01", b" ", b"",
]  # fmt: skip
ANY_TEXT = (r"[ \t]", r"\s", r"[\s")  # how the patterns begin of types that allow any text
PATIENT = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(params=["tree", "stream"])
def _reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "stream":
        monkeypatch.setattr(gate_module, "LARGEST_TREE", 0)
        monkeypatch.setattr(gate_module, "PIECE", 300)


def answer(data: bytes, portion: int = 65_536) -> Verdict:
    gate = Gate()
    for start in range(0, len(data), portion):
        gate.feed(data[start : start + portion])
    verdict = gate.close()
    assert verdict.stage is not Stage.PORTAL, verdict.findings
    assert (verdict.oordeel == "geweigerd") == any(f.niveau == "weigering" for f in verdict.findings)
    return verdict


@pytest.mark.usefixtures("_reading")
@settings(PATIENT, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=3000), st.integers(1, 2000))
def test_any_bytes_get_an_answer(data: bytes, portion: int) -> None:
    assert answer(data, portion).oordeel == "geweigerd"


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good message with pieces cut out, doubled, and replaced by what parsers stumble over."""
    message = draw(st.sampled_from(MESSAGES))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(message)))
        end = min(len(message), start + draw(st.integers(0, 40)))
        new = draw(st.sampled_from(UNUSUAL) | st.binary(max_size=8) | st.just(message[start:end] * 2))
        message = message[:start] + new + message[end:]
    return message


@pytest.mark.usefixtures("_reading")
@settings(PATIENT, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damaged())
def test_any_damage_gets_an_answer(data: bytes) -> None:
    answer(data)


def texts(datatype: DataType) -> st.SearchStrategy[str]:
    """Values that a simple type allows, and some that it does not."""
    if datatype.codes:
        return st.sampled_from(sorted(datatype.codes))
    pattern = datatype.pattern or ""
    match datatype.base:
        case Base.NUMBER if pattern:
            return st.just(pattern)
        case Base.NUMBER:
            return st.integers(0, datatype.maximum or 0).map(str)
        case Base.DATE:
            return st.dates().map(str) | st.sampled_from(["12026-01-31", "-0044-03-15"])
        case Base.TIME:
            return st.times().map(lambda moment: moment.isoformat(timespec="seconds"))
    if not pattern.startswith(ANY_TEXT):
        return st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True)
    return st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=datatype.max_length or 50)


@st.composite
def filled(draw: st.DrawFn) -> tuple[MessageType, bytes]:
    """A message of any type with any values and any choice of optional elements."""
    kind = draw(st.sampled_from(DESCRIBED))

    def tree(klasse: Klasse) -> dict[str, object]:
        made: dict[str, object] = {}
        for element in klasse.elements:
            times = draw(st.integers(1, 2)) if element.repeated else 1 - (element.optional and draw(st.booleans()))
            content = element.type
            parts = [tree(content) if isinstance(content, Klasse) else draw(texts(content)) for _ in range(times)]
            if parts:
                made[element.name] = parts if element.repeated else parts[0]
        return made

    assert kind.root is not None
    return kind, render(kind, tree(kind.root))


@settings(PATIENT)
@given(filled())
def test_what_is_taken_is_taken_again_when_written_from_its_parts(message: tuple[MessageType, bytes]) -> None:
    kind, data = message
    verdict = answer(data)
    if verdict.oordeel == "geweigerd":  # only a date in the header that no calendar has
        assert [f.plaats for f in verdict.findings] == ["Header/BerichtIdentificatie/Dagtekening"]
        return
    again = render(kind, take_apart(kind, data))
    second = answer(again)
    assert (second.oordeel, second.header) == (verdict.oordeel, verdict.header)
    assert sorted((f.code, f.plaats) for f in second.findings) == sorted((f.code, f.plaats) for f in verdict.findings)


def test_no_pattern_of_the_standard_can_be_made_slow() -> None:
    """These run in libxml2."""
    patterns = {datatype.pattern for kind in DESCRIBED for _path, datatype in leaves(kind) if datatype.pattern}
    assert len(patterns) >= 10
    for pattern in sorted(patterns):
        schema = etree.XMLSchema(etree.fromstring(SCHEMA.format(xs=XS, pattern=pattern.replace("&", "&amp;"))))
        for text in NEAR_MISSES:
            element = etree.Element("a")
            element.text = text.replace("\x85", "")
            assert seconds(schema.validate, element) < QUICK, (pattern, text[:20])


SCHEMA = (
    '<xs:schema xmlns:xs="{xs}"><xs:element name="a"><xs:simpleType><xs:restriction base="xs:string">'
    '<xs:pattern value="{pattern}"/></xs:restriction></xs:simpleType></xs:element></xs:schema>'
)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel("2026-05-10T12:00:00Z", tick=True):
        yield


def test_a_good_message_is_good_in_any_portions() -> None:
    message = build("WMO301")
    for portion in (1, 2, 3, 5, 17, 1000):
        assert answer(message, portion) == check(message)
