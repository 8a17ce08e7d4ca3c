"""Official schemas that an operator imports: what is let in, and how they judge beside our own."""

from __future__ import annotations

import json
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings

from portaal.berichtenverkeer.gate import Expectation, Stage, check, gate
from portaal.berichtenverkeer.standard import message_type
from portaal.berichtenverkeer.standard.importing import MOST_FILES, ImportFault, described_types, import_set
from portaal.berichtenverkeer.standard.official import MANIFEST, OfficialSchemas
from portaal.cli import main
from tests.berichtenverkeer.builder import build, from_model
from tests.berichtenverkeer.mutations import mutants
from tests.berichtenverkeer.official_sets import LOOSER, STRICTER, Files, changed, generated, release
from tests.berichtenverkeer.test_properties import damaged

IWMO = "iwmo-3.2"
XSD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{namespace}">{content}</xs:schema>'


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The folder where sets are kept."""
    return tmp_path / "standaarden"


@pytest.fixture
def imported(kept: Path, tmp_path: Path) -> Callable[[Files], OfficialSchemas]:
    def imported(files: Files) -> OfficialSchemas:
        import_set(kept, release(IWMO), written(tmp_path / "bron", files))
        return OfficialSchemas(kept)

    return imported


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own set, imported once: comparing takes its time."""
    folder = tmp_path_factory.mktemp("sets")
    import_set(folder, release(IWMO), written(folder / "bron", generated()))
    return folder / IWMO


@pytest.fixture
def kept_plain(plain: Path, kept: Path) -> OfficialSchemas:
    """With our own set in it."""
    shutil.copytree(plain, kept / IWMO)
    return OfficialSchemas(kept)


@pytest.fixture(params=["tree", "stream"])
def _reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "stream":
        monkeypatch.setattr(gate, "LARGEST_TREE", 0)
        monkeypatch.setattr(gate, "PIECE", 300)


def written(folder: Path, files: Files) -> Path:
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def zipped(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


# Judging with both


@pytest.mark.usefixtures("_reading")
def test_a_set_that_judges_as_we_do_changes_nothing(kept_plain: OfficialSchemas) -> None:
    official = kept_plain
    assert official.trouble() == ""
    invalid = build("WMO301", {"Client/Geslacht": "7"})
    broken = [
        invalid.replace(b"</m:Naam>", b""),
        invalid[: invalid.rindex(b"</m:Client>")],
        invalid + b"<x",
        invalid.replace(b">7<", b">&x;<"),
    ]
    for message in (build("WMO301"), invalid, *broken, build("WMO323"), b"<x", b"<x/>"):
        assert check(message, Expectation(official=official)) == check(message)
    assert not official.disagreements


@pytest.mark.usefixtures("_reading")
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged())
def test_whatever_comes_in_a_second_judge_who_agrees_changes_nothing(kept_plain: OfficialSchemas, data: bytes) -> None:
    assert check(data, Expectation(official=kept_plain)) == check(data)
    assert not kept_plain.disagreements


@pytest.mark.usefixtures("_reading")
def test_of_changed_messages_neither_judge_is_stricter(kept_plain: OfficialSchemas) -> None:
    for kind in described_types(release(IWMO)):
        seeds = [from_model(kind, full=False), from_model(kind, full=True)]
        rng = random.Random(f"{kind.name} official")  # noqa: S311 - to be the same every time
        for message in mutants(seeds, kind, 20, rng):
            assert check(message, Expectation(official=kept_plain)) == check(message)
    assert not kept_plain.disagreements


@pytest.mark.usefixtures("_reading")
def test_what_only_the_official_schema_refuses_is_refused(imported: Callable[[Files], OfficialSchemas]) -> None:
    official = imported(changed(*STRICTER))
    verdict = check(build("WMO301"), Expectation(official=official))
    assert (verdict.oordeel, verdict.stage) == ("geweigerd", Stage.STRUCTURE)
    assert [finding.code for finding in verdict.findings] == ["X90"]
    assert verdict.findings[0].regel in (19, None), "of a stream the line is not known"
    assert check(build("WMO305"), Expectation(official=official)).oordeel == "goed"
    assert official.disagreements == {"WMO301": 1}
    assert "WMO301: 1 messages judged differently" in official.trouble()


@pytest.mark.usefixtures("_reading")
def test_what_only_we_refuse_is_refused_and_said_to_be_ours(imported: Callable[[Files], OfficialSchemas]) -> None:
    official = imported(changed(*LOOSER))
    verdict = check(build("WMO301", {"Client/Geslacht": "7"}), Expectation(official=official))
    assert verdict.oordeel == "geweigerd"
    assert [(finding.code, finding.niveau) for finding in verdict.findings] == [("X05", "weigering"), ("X91", "advies")]
    assert official.disagreements == {"WMO301": 1}


def test_a_hundred_findings_stay_a_hundred(imported: Callable[[Files], OfficialSchemas]) -> None:
    last = b'<xs:enumeration value="14"/>'
    official = imported(changed("WMO301.xsd", last, last + b'<xs:enumeration value="77"/>'))
    product = {
        "ToewijzingNummer": "1",
        "Toewijzingsdatum": "2026-05-01",
        "Toewijzingstijd": "10:30:00",
        "Ingangsdatum": "2026-05-01",
        "RedenWijziging": "77",
    }
    wrong = build("WMO301", {"Client/ToegewezenProducten/ToegewezenProduct": [product] * 150})
    alone, both = check(wrong), check(wrong, Expectation(official=official))
    assert (len(alone.findings), alone.omitted) == (100, 50)
    assert (len(both.findings), both.omitted) == (100, 51)
    assert both.findings[-1].code == "X91"


# Importing


def test_differences_are_found_at_the_import(imported: Callable[[Files], OfficialSchemas]) -> None:
    official = imported(changed(*STRICTER))
    [stricter] = official.sets()
    assert "WMO301 Client/Bsn, with 999999999: the official schema refuses it, ours does not" in stricter.differences
    assert official.trouble() == f"iwmo-3.2 differs from ours in {len(stricter.differences)} places"
    assert len(stricter.differences) < 5
    [looser] = imported(changed("WMO301.xsd", b'name="Bsn"', b'name="Bsn" minOccurs="0"')).sets()
    assert "WMO301 Client/Bsn, left out: ours refuses it, the official schema does not" in looser.differences


def test_a_zip_is_as_good_as_a_folder(kept: Path, tmp_path: Path) -> None:
    source = zipped(tmp_path / "set.zip", *((f"map/{name}", data) for name, data in generated().items()))
    made = import_set(kept, release(IWMO), source)
    assert made.files == generated()
    assert (kept / IWMO / MANIFEST).is_file()
    manifest = json.loads((kept / IWMO / MANIFEST).read_text())
    assert all(len(digest) == 64 for digest in manifest["bestanden"].values())
    assert [path.name for path in kept.iterdir()] == [IWMO], "nothing is left beside it"


def with_file(name: str, content: str, namespace: str = "http://www.istandaarden.nl/iwmo/3_2/wmo301/schema") -> Files:
    return generated() | {name: XSD.format(namespace=namespace, content=content).encode()}


def element(attributes: str) -> str:
    return f'<xs:element name="a" {attributes} xmlns="urn:x"/>'


BAD_SETS: dict[str, tuple[Files, str]] = {
    "nothing": ({}, "there are no .xsd files"),
    "incomplete": ({name: data for name, data in generated().items() if "305" not in name}, "WMO305 is missing"),
    "of another release": (generated("ijw-3.2"), "is not of iWmo 3.2"),
    "no XML": (generated() | {"x.xsd": b"hallo"}, "x.xsd is no well-formed XML"),
    "no schema": (generated() | {"x.xsd": b"<a/>"}, "x.xsd is no XML Schema"),
    "an entity": (
        generated() | {"x.xsd": b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'},
        "x.xsd is no well-formed XML without DOCTYPE",
    ),
    "from the network": (
        with_file("x.xsd", '<xs:import namespace="urn:x" schemaLocation="http://127.0.0.1:9/x.xsd"/>'),
        "refers to something that is not in the set",
    ),
    "from elsewhere": (
        with_file("x.xsd", '<xs:include schemaLocation="../../etc/passwd"/>'),
        "refers to something that is not in the set",
    ),
    "without a place": (with_file("x.xsd", '<xs:import namespace="urn:x"/>'), "refers to something that is not"),
    "redefined": (with_file("x.xsd", '<xs:redefine schemaLocation="WMO301.xsd"/>'), "redefines another schema"),
    "a bomb": (
        with_file("x.xsd", '<xs:complexType name="T"><xs:sequence><xs:any maxOccurs="999999999"/></xs:sequence>'
                  "</xs:complexType>"),
        "maxOccurs of more than",
    ),
    "a type that is nowhere": (changed("WMO301.xsd", b'type="m:Bericht"', b'type="m:Nergens"'), "cannot be compiled"),
    "a pattern that is none": (changed("WMO301.xsd", b'value="[0-9]{9}"', b'value="[0-9"'), "cannot be compiled"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_SETS)
def test_a_bad_set_is_refused_and_the_earlier_one_stays(
    kept_plain: OfficialSchemas, kept: Path, tmp_path: Path, name: str
) -> None:
    before = (kept / IWMO / MANIFEST).read_bytes()
    files, words = BAD_SETS[name]
    with pytest.raises(ImportFault, match=words):
        import_set(kept, release(IWMO), written(tmp_path / "slecht", files))
    assert (kept / IWMO / MANIFEST).read_bytes() == before
    assert kept_plain.trouble() == ""


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([("../x.xsd", b"")], "points outside"),
        ([("/etc/x.xsd", b"")], "points outside"),
        ([("C:\\x.xsd", b"")], "points outside"),
        ([("a/WMO301.xsd", b""), ("b/wmo301.XSD", b"")], "is there twice"),
        ([(f"{number}.xsd", b"") for number in range(MOST_FILES + 1)], "more than 200 files"),
        ([("bom.xsd", b" " * 6_000_000)], "larger than 5 MB"),
        ([("lees.txt", b"")], "no .xsd files"),
    ],
)
def test_a_zip_cannot_escape_or_explode(
    kept: Path, tmp_path: Path, members: list[tuple[str, bytes]], words: str
) -> None:
    with pytest.raises(ImportFault, match=words):
        import_set(kept, release(IWMO), zipped(tmp_path / "set.zip", *members))
    assert not kept.exists()


def test_a_link_in_a_folder_is_not_followed(kept: Path, tmp_path: Path) -> None:
    source = written(tmp_path / "bron", generated())
    (source / "x.xsd").symlink_to("/etc/passwd")
    with pytest.raises(ImportFault, match=r"x\.xsd is no ordinary file"):
        import_set(kept, release(IWMO), source)


def test_what_is_no_zip_is_said_to_be_none(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "set.zip").write_bytes(b"PK\x03\x04 en niets meer")
    with pytest.raises(ImportFault, match=r"set\.zip is no ZIP that can be read"):
        import_set(kept, release(IWMO), tmp_path / "set.zip")


def test_a_release_of_which_only_names_are_known_cannot_be_imported(kept: Path, tmp_path: Path) -> None:
    with pytest.raises(ImportFault, match=r"iEb 4\.0 only the names"):
        import_set(kept, release("ieb-4.0"), written(tmp_path / "bron", generated()))


# A set that is not what it was


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "WMO301.xsd").write_bytes(b"<a/>"), "WMO301.xsd is not what was imported"),
        (lambda folder: (folder / "WMO301.xsd").unlink(), "WMO301.xsd cannot be read"),
        (lambda folder: (folder / MANIFEST).unlink(), "set.json cannot be read"),
        (lambda folder: (folder / MANIFEST).write_text("{"), "set.json is damaged"),
        (lambda folder: (folder / MANIFEST).write_text("[]"), "set.json is damaged"),
        (lambda folder: (folder / MANIFEST).write_text('{"bestanden": 3}'), "set.json is damaged"),
    ],
)
def test_a_spoiled_set_is_not_used_and_named(
    kept_plain: OfficialSchemas, kept: Path, spoil: Callable[[Path], object], words: str
) -> None:
    official = kept_plain
    spoil(kept / IWMO)
    assert check(build("WMO301"), Expectation(official=official)).oordeel == "goed", "as without a set"
    assert official.trouble() == f"{IWMO} is not used: {words}"
    assert official.schema_for(message_type("WMO301")) is None


# The shell


@pytest.fixture
def run(kept: Path, tmp_path: Path) -> Callable[..., Result]:
    config = tmp_path / "portaal.ini"
    config.write_text(f"[app:main]\nuse = egg:portaal\nportaal.standaarden = {kept}\n")

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["standaard", *map(str, arguments), "--config", str(config)])

    return run


def test_importing_comparing_and_the_status(run: Callable[..., Result], tmp_path: Path) -> None:
    assert (run("status").exit_code, "the only judge" in run("status").output) == (0, True)
    assert run("vergelijk", tmp_path).exit_code == 1
    done = run("importeer", IWMO, written(tmp_path / "bron", generated()))
    assert (done.exit_code, "28 files imported" in done.output) == (0, True), done.output
    assert "It judges as the portal's own schemas do" in run("status").output
    messages = written(tmp_path / "berichten", {"a.xml": build("WMO301"), "b.xml": build("WMO305"), "c.xml": b"<x/>"})
    assert (run("vergelijk", messages).exit_code, run("vergelijk", messages).output) == (
        0, "3 files, 0 judged differently.\n",
    )  # fmt: skip
    run("importeer", IWMO, written(tmp_path / "strenger", changed(*STRICTER)))
    compared = run("vergelijk", messages)
    assert compared.exit_code == 1
    assert "a.xml (WMO301): the official schema refuses it\n3 files, 1 judged differently." in compared.output
    assert (run("status").exit_code, "WMO301" in run("status").output) == (1, True)


def test_a_set_that_is_refused_is_explained(run: Callable[..., Result], tmp_path: Path) -> None:
    refused = run("importeer", IWMO, written(tmp_path / "bron", {"x.xsd": b"<a/>"}))
    assert (refused.exit_code, "nothing was imported: x.xsd is no XML Schema" in refused.output) == (1, True)
    unknown = run("importeer", "iwmo-9", tmp_path)
    assert (unknown.exit_code, "name one of" in unknown.output) == (2, True)


def test_the_status_names_a_broken_set(run: Callable[..., Result], kept_plain: OfficialSchemas, kept: Path) -> None:
    assert run("status").exit_code == 0
    (kept / IWMO / "WMO301.xsd").write_bytes(b"")
    assert (run("status").exit_code, "BROKEN, not used" in run("status").output) == (1, True)


# The real ones


@pytest.mark.parametrize(
    ("key", "folders"),
    [(IWMO, ("iwmo-3.2-reconstructed", "iwmo-3.2")), ("ijw-3.2", ("ijw-3.2",)), ("ieb-1.0", ("ieb-1.0",))],
)
def test_the_official_sets_can_be_imported_and_judge_as_we_do(
    shared: Path, kept: Path, tmp_path: Path, samples: dict[str, bytes], key: str, folders: tuple[str, ...]
) -> None:
    """Of iWmo the retours are not public: a reconstruction completes the set."""
    files = {
        path.name: path.read_bytes()
        for folder in folders
        for path in (shared / "istandaarden" / "xsd" / folder).glob("*.xsd")
    }
    made = import_set(kept, release(key), written(tmp_path / "bron", files))
    assert made.differences == ()
    official = OfficialSchemas(kept)
    for data in samples.values():
        assert check(data, Expectation(official=official)) == check(data)
    assert not official.disagreements
