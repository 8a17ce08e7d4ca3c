"""Rules that are asked of many parts at once find what they find in each of them, in the same order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from translationstring import TranslationString

from portaal.berichtenverkeer.gate import Verdict, check, gate
from portaal.berichtenverkeer.rules.lines import Lines, rows_of
from portaal.berichtenverkeer.rules.part import Part
from portaal.berichtenverkeer.rules.rule import Checks, Message, Rule
from portaal.berichtenverkeer.rules.shape import shapes
from portaal.berichtenverkeer.rules.together import Together
from portaal.berichtenverkeer.standard import MessageType, all_types, message_type
from portaal.berichtenverkeer.verdict import Lists, MessageHeader
from tests.berichtenverkeer.builder import OWN_PREFIX, SHARED_PREFIX, Tree, good, prestatie, render

PREFIXES = (f"{OWN_PREFIX}:", f"{SHARED_PREFIX}:")
DECLARATIONS = [t for t in all_types() if t.number in ("323", "325")]
WMO323 = message_type("WMO323")
BSNS = ["999900006", "999900018", "999900006", "999900007"]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel("2026-05-10T12:00:00Z", tick=False):
        yield


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of how many parts at once it was said that they keep all rules."""
    counts: list[int] = []
    keep = Together.keep

    def record(together: Together, lines: Lines) -> bool:
        is_kept = keep(together, lines)
        if is_kept:
            counts.append(lines.count)
        return is_kept

    monkeypatch.setattr(Together, "keep", record)
    return counts


def as_stream(message: bytes) -> Verdict:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate, "LARGEST_TREE", 0)
        return check(message)


def lines_of(kind: MessageType) -> st.SearchStrategy[Tree]:
    """Lines that keep the rules, and lines that break some of them."""
    numbers = st.sampled_from([f"R{number}" for number in range(40)])
    changes = {
        "ProductPeriode": st.fixed_dictionaries(
            {
                "Begindatum": st.sampled_from(["2026-04-01", "2026-04-02", "2026-03-31", "2020-12-01"]),
                "Einddatum": st.sampled_from(["2026-04-30", "2026-04-01", "2026-05-31", "2020-12-31"]),
            }
        ),
        "ToewijzingNummer": st.sampled_from(["1", "2"]),
        "Eenheid": st.sampled_from(["01", "83"]),
        "GeleverdVolume": st.sampled_from(["4", "5000"]),
        "ProductTarief": st.sampled_from(["75000", "1250"]),
        "IngediendBedrag": st.fixed_dictionaries(
            {"Bedrag": st.sampled_from(["5000", "0"]), "DebetCredit": st.sampled_from("DC")}
        ),
        "ProductReferentie": st.fixed_dictionaries(
            {"ReferentieNummer": numbers}, optional={"VorigReferentieNummer": numbers}
        ),
    }
    retour: Tree = {"RetourCodes": {"RetourCode": "9346"}} if kind.number == "325" else {}

    @st.composite
    def line(draw: st.DrawFn) -> Tree:
        changed = draw(st.sets(st.sampled_from(sorted(changes)), max_size=draw(st.sampled_from([0, 0, 0, 2]))))
        made = prestatie(draw(numbers)) | retour
        made |= {"ProductCategorie": "02", "ProductCode": "02A03"} if kind.release.standard == "iwmo" else {}
        made |= {name: draw(changes[name]) for name in sorted(changed)}
        if draw(st.integers(0, 9)) == 9:
            del made["ProductTarief"]
        return made

    return line()


@st.composite
def declarations(draw: st.DrawFn) -> bytes:
    kind = draw(st.sampled_from(DECLARATIONS))
    tree = good(kind)
    around = tree["Declaratie" if kind.number == "323" else "DeclaratieAntwoord"]
    lines = st.lists(lines_of(kind), min_size=1, max_size=4)
    around["Clienten"]["Client"] = [
        around["Clienten"]["Client"][0] | {"Bsn": bsn, "Prestaties": {"Prestatie": draw(lines)}}
        for bsn in draw(st.lists(st.sampled_from(BSNS), min_size=2, max_size=14))
    ]
    return render(kind, tree)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(declarations())
def test_findings_are_those_of_the_tree_in_the_same_order(message: bytes) -> None:
    tree, stream = check(message), as_stream(message)
    assert tree.oordeel != "geweigerd", tree.findings
    assert stream == tree


def test_what_is_good_is_judged_at_once(kept: list[int]) -> None:
    for kind in DECLARATIONS:
        tree = good(kind)
        around = tree["Declaratie" if kind.number == "323" else "DeclaratieAntwoord"]
        first, *_others = around["Clienten"]["Client"]
        [line, *_rest] = first["Prestaties"]["Prestatie"]
        bsns = (bsn for bsn in map(str, range(100_000_000, 999_999_999)) if passes_eleven_test(bsn))
        around["Clienten"]["Client"] = [
            first | {"Bsn": bsn, "Prestaties": {"Prestatie": [line | {"ProductReferentie": {"ReferentieNummer": n}}]}}
            for n, bsn in zip(map(str, range(30)), bsns, strict=False)
        ]
        kept.clear()
        as_stream(render(kind, tree))
        assert sum(kept) == 29, kind.name  # the first one is the parser's


def passes_eleven_test(bsn: str) -> bool:
    return sum(w * int(digit) for w, digit in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), bsn, strict=True)) % 11 == 0


# What rules show of themselves

CLIENT = """<m:Client><m:Bsn>{bsn}</m:Bsn><m:Prestaties>{lines}</m:Prestaties></m:Client>"""
LINE = (
    "<m:Prestatie><m:ProductReferentie><b:ReferentieNummer>{number}</b:ReferentieNummer></m:ProductReferentie>"
    "<m:ToewijzingNummer>1</m:ToewijzingNummer><m:ProductCategorie>02</m:ProductCategorie>"
    "<m:ProductCode>02A03</m:ProductCode>"
    "<m:ProductPeriode><b:Begindatum>2026-04-01</b:Begindatum><b:Einddatum>2026-04-30</b:Einddatum></m:ProductPeriode>"
    "<m:GeleverdVolume>{volume}</m:GeleverdVolume><m:Eenheid>{unit}</m:Eenheid>{tariff}"
    "<m:IngediendBedrag><b:Bedrag>5000</b:Bedrag><b:DebetCredit>D</b:DebetCredit></m:IngediendBedrag></m:Prestatie>"
)
TARIFF = "<m:ProductTarief>1250</m:ProductTarief>"
Asked = Callable[[Part, Message], bool]


def read(text: str, position: int = 0) -> Lines | None:
    rows = rows_of(shapes(WMO323, *PREFIXES)["Client"])
    assert rows is not None
    return rows.read(text, position)


def some_lines() -> Lines:
    """Of two clients three lines: in minutes without a tariff, in hours and in hours with one."""
    lines = read(
        CLIENT.format(bsn="999900006", lines=LINE.format(number="R1", volume="1", unit="01", tariff=""))
        + "\n"
        + CLIENT.format(
            bsn="999900018",
            lines=LINE.format(number="R2", volume="2", unit="04", tariff="")
            + LINE.format(number="R3", volume="3", unit="04", tariff=TARIFF),
        )
    )
    assert lines is not None
    return lines


def together(asked: Any, name: str, lines: Lines) -> Together:
    text = TranslationString("")
    rule = Rule("T", text, text, {}, lambda: asked, "", frozenset(), "", "bericht")
    checks: Checks = defaultdict(list, {name: [(rule, (), asked)]})
    header = MessageHeader("iwmo", "3.2", "WMO323", "484", WMO323.kind, "1", "2", "B1", date(2026, 5, 6))
    message = Message(WMO323, header, "2026-05-06", date(2026, 5, 10), Lists())
    return Together(lines.rows, Part("Clienten", Part("Declaratie", None)), checks, message)


def test_lines_have_a_column_for_each_element() -> None:
    lines = some_lines()
    assert lines.count == 2
    assert lines.column("Client", "Bsn") == ("999900006", "999900018")
    assert lines.column("Prestatie", "ProductReferentie", "ReferentieNummer") == ("R1", "R2", "R3")
    assert lines.column("Prestatie", "ProductTarief") == ("", "", "1250")
    assert lines.numbers == [0, 1, 1]
    assert [half.column("Prestatie", "GeleverdVolume") for half in lines.halves()] == [("1",), ("2", "3")]
    assert [half.numbers for half in lines.halves()] == [[0], [0, 0]]
    assert [written.end for half in lines.halves() for written in half.each()] == [w.end for w in lines.each()]
    with pytest.raises(LookupError):
        lines.column("Prestatie", "Geboortedatum")


def test_only_whole_parts_are_read() -> None:
    line = LINE.format(number="R1", volume="1", unit="01", tariff="")
    client = CLIENT.format(bsn="999900006", lines=line)
    begun = client.partition("</m:Prestaties>")[0]
    whole = read(client + begun + line)
    assert whole is not None
    assert (whole.count, whole.end) == (1, len(client))
    assert read(begun) is None
    assert read(client + line + client) is None
    assert read(begun + client) is None
    assert read("x" + client) is None


@pytest.mark.parametrize(
    ("asked", "name", "is_kept"),
    [
        (lambda part, message: part.values["Eenheid"] != "83", "Prestatie", True),
        (lambda part, message: part.values["GeleverdVolume"] != "3", "Prestatie", False),
        (lambda part, message: part.get("Eenheid") == "01" or part.get("GeleverdVolume") != "2", "Prestatie", False),
        (lambda part, message: part.get("Eenheid") == "01" or part.get("GeleverdVolume") != "1", "Prestatie", True),
        (lambda part, message: not part.has("ProductTarief"), "Prestatie", False),
        (lambda part, message: part.get("ProductTarief") in (None, "1250"), "Prestatie", True),
        (lambda part, message: part.has("ProductPeriode") and not part.has("Geboortedatum"), "Prestatie", True),
        (lambda part, message: part.get("ProductReferentie", "ReferentieNummer") != "R2", "Prestatie", False),
        (lambda part, message: part.above.values["Eenheid"] != "83", "ProductPeriode", True),
        (lambda part, message: part.within("Declaratie").name == "Declaratie", "IngediendBedrag", True),
        (lambda part, message: part.values["Bsn"] != "999900018", "Client", False),
        (lambda part, message: part.values["Bsn"] in BSNS, "Client", True),
    ],
    ids=range(12),
)  # fmt: skip
def test_a_rule_shows_what_it_reads(asked: Asked, name: str, is_kept: bool) -> None:
    lines = some_lines()
    rules = together(asked, name, lines)
    for _ in range(2):
        assert rules.keep(lines) is is_kept
    assert rules.is_possible


@pytest.mark.parametrize(
    "asked",
    [
        lambda part, message: part.within("Client").values["Bsn"] in BSNS,
        lambda part, message: part.index != 7,
        lambda part, message: "Prestatie" in part.plaats,
        lambda part, message: all(part.values.values()),
        lambda part, message: len(part.parts) < 9,
        lambda part, message: "Commentaar" not in {**part.values},
        lambda part, message: part.texts == (),
    ],
    ids=range(7),
)
def test_a_rule_that_reads_more_than_values_is_asked_of_each(asked: Asked) -> None:
    lines = some_lines()
    rules = together(asked, "Prestatie", lines)
    assert not rules.keep(lines)
    assert not rules.is_possible


def test_a_rule_with_memory_that_does_not_say_how_is_asked_of_each() -> None:
    class Counts:
        def __call__(self, part: Part, message: Message) -> bool:
            return True

    assert not together(Counts(), "Client", some_lines()).is_possible


def test_nothing_is_remembered_of_what_may_break_a_rule() -> None:
    remembered: list[int] = []

    class Remembers:
        def __call__(self, part: Part, message: Message) -> bool:
            return True

        def together(self, lines: Lines, around: Part, message: Message) -> Callable[[], object] | None:
            return (lambda: remembered.append(lines.count)) if lines.count == 2 else None

    lines = some_lines()
    rules = together(Remembers(), "Client", lines)
    assert not any(rules.keep(half) for half in lines.halves())
    assert remembered == []
    assert rules.keep(lines)
    assert remembered == [2]
