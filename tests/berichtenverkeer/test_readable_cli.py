"""`portaal bericht toon` and `beschrijf`, in the shell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portaal.berichtenverkeer.standard import MessageType, all_types
from portaal.cli import main
from portaal.web.i18n import LOCALES
from tests.berichtenverkeer.builder import build
from tests.berichtenverkeer.reading import BSN, large


def run(command: str, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["bericht", command, *map(str, arguments)])


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "goed.xml"
    path.write_bytes(build("WMO301", {"Client/Bsn": BSN}))
    return path


def test_a_good_message_is_shown_whole(good: Path) -> None:
    result = run("toon", good)
    lines = result.output.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    assert lines[:3] == [f"{good} (WMO301): goed", "", "Kop van het bericht"]
    assert "  BSN: ••••••006" in lines
    assert "  Toegewezen producten" in lines
    assert BSN not in result.output


def test_in_english_too(good: Path) -> None:
    result = run("toon", "--taal", "en", good)
    assert f"{good} (WMO301): good" in result.output
    assert "Allocated product 1" in result.output
    assert run("toon", "--taal", "fr", good).exit_code == 2


def test_a_refused_message_is_shown_with_what_is_wrong_and_where(tmp_path: Path) -> None:
    path = tmp_path / "fout.xml"
    path.write_bytes(build("WMO301", {"Client/Geslacht": "7"}))
    result = run("toon", path)
    assert result.exit_code == 0, "it could be read to its end"
    assert f"{path} (WMO301): geweigerd" in result.output
    assert "  Geslacht: 7\n    ! X05, regel 23: Deze code staat niet in de lijst Geslacht." in result.output


def test_a_finding_without_a_place_is_told_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "bom.xml"
    path.write_bytes(b"\xef\xbb\xbf" + build("WMO301"))
    result = run("toon", path)
    assert result.exit_code == 0
    assert "! OP192, regel 1: " in result.output


def test_a_broken_file_is_shown_as_far_as_it_goes(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "half.xml"
    path.write_bytes(build("WMO301")[:1_800])
    result = run("toon", path, good)
    assert result.exit_code == 1
    assert "Vanaf hier is het bestand niet te lezen." in result.output
    assert "! B20" in result.output
    assert f"{good} (WMO301): goed" in result.output
    path.write_bytes(b"geen xml")
    result = run("toon", path)
    assert result.exit_code == 1
    assert "Van dit bestand is niets te lezen." in result.output


def test_files_that_cannot_be_opened_are_named_and_the_others_go_on(good: Path, tmp_path: Path) -> None:
    result = run("toon", tmp_path / "weg.xml", tmp_path, good)
    assert result.exit_code == 1
    assert f"{tmp_path / 'weg.xml'}: Dit bestand bestaat niet. Controleer de naam." in result.stderr
    assert f"{tmp_path}: Dit is een map. Noem de bestanden die erin staan." in result.stderr
    assert f"{good} (WMO301): goed" in result.stdout
    assert run("toon").exit_code == 2


def test_all_pages_of_a_large_message_follow_each_other(tmp_path: Path) -> None:
    path = tmp_path / "groot.xml"
    path.write_bytes(large(200))
    result = run("toon", path)
    assert result.output.count("Kop van het bericht") == 1
    assert "Cliënt 200" in result.output


def test_more_faults_than_can_be_shown_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "veel.xml"
    path.write_bytes(build("WMO301").replace(b"<m:Client>", b"<m:Client>" + b"<m:Naam>x</m:Naam>\n" * 200))
    assert "\nEn nog " in run("toon", path).output


def test_the_reader_of_the_output_may_stop(good: Path) -> None:
    command = [sys.executable, "-m", "portaal", "bericht", "toon", *[str(good)] * 200]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("kind", all_types(), ids=lambda kind: f"{kind.release}-{kind.name}")
def test_every_type_is_described(kind: MessageType, language: str) -> None:
    result = run("beschrijf", kind.name.lower(), "--release", kind.release.version, "--taal", language)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == f"{kind.name} {kind.title} ({kind.release})"
    if kind.root is None:
        assert lines[-1] in {
            "Waaruit het bestaat, is hier nog niet bekend.",
            "What it is made of is not known here yet.",
        }
        return
    named = {line.split(":")[0].strip().removesuffix("*") for line in lines}
    for klasse in kind.root.walk():
        for element in klasse.elements:
            assert element.name in named
            words = kind.release.words.label(element.name, klasse.name)
            assert words is not None
            assert any(f": {words[language]}, " in line for line in lines if line.strip().startswith(element.name))
            for code, meaning in getattr(element.type, "codes", {}).items():
                assert f"  {code}  {meaning}" in lines


def test_a_description_says_how_often_and_what_may_be_there() -> None:
    lines = run("beschrijf", "WMO301").output.splitlines()
    assert "Van gemeente naar aanbieder" in lines
    assert "Retourbericht: WMO302" in lines
    assert "  BerichtCode: Berichtcode, één keer, altijd 414" in lines
    assert "  Bsn*: BSN, één keer, 9 cijfers" in lines
    assert "  Geslacht: Geslacht, één keer, code uit de lijst Geslacht" in lines
    assert "    ToegewezenProduct: Toegewezen product, één keer of vaker" in lines
    assert "      Einddatum: Einddatum, mag ontbreken, datum: jaar-maand-dag" in lines
    assert "      Budget: Budget, mag ontbreken, bedrag in centen, hoogstens 99.999.999" in lines


def test_without_a_type_the_types_are_listed() -> None:
    lines = run("beschrijf").output.splitlines()
    assert len(lines) == len(all_types())
    assert "WMO301  iWmo 3.2  Toewijzing" in lines


def test_a_type_that_is_not_there_is_wrong_use() -> None:
    for arguments in (("WMO999",), ("WMO301", "--release", "9.9")):
        result = run("beschrijf", *arguments)
        assert result.exit_code == 2
        assert "is niet bekend. Bekijk welke er zijn met: portaal bericht beschrijf" in result.output
