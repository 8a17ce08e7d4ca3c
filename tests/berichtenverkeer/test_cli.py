"""`portaal bericht controleer`, in the shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portaal.cli import main
from tests.berichtenverkeer.builder import build


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["bericht", "controleer", *map(str, arguments)])


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "goed.xml"
    path.write_bytes(build("WMO301"))
    return path


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "fout.xml"
    path.write_bytes(build("WMO301", {"Client/Geslacht": "7"}))
    return path


def test_every_sample_gets_its_verdict(samples: dict[str, bytes], tmp_path: Path) -> None:
    for name, data in samples.items():
        (tmp_path / f"{name}.xml").write_bytes(data)
    result = run("--json", *sorted(tmp_path.iterdir()))
    assert result.exit_code == 1, "JW318 is refused"
    files = {Path(file["bestand"]).stem: file for file in json.loads(result.output)}
    verdicts = {name: file["oordeel"] for name, file in files.items()}
    assert verdicts == dict.fromkeys(samples, "goed") | {"JW318": "geweigerd", "JW323": "advies"}
    assert all(file["berichttype"] == name for name, file in files.items())
    [fault] = files["JW318"]["bevindingen"]
    assert (fault["niveau"], fault["regel"], fault["plaats"]) == ("weigering", 33, "Client/Verzoek/RetourCode")
    [advice] = files["JW323"]["bevindingen"]
    assert (advice["code"], advice["niveau"], advice["regel"]) == ("TR101", "advies", 114)


def test_the_examples_in_the_docs_can_be_delivered() -> None:
    examples = sorted((Path(__file__).parents[2] / "docs/voorbeelden").glob("*.xml"))
    result = run("--json", *examples)
    assert {file["bestand"]: file["oordeel"] for file in json.loads(result.output)} == {
        str(path): "goed" for path in examples
    }
    assert len(examples) == 3


def test_good_files_end_with_0(good: Path) -> None:
    result = run(good)
    assert (result.exit_code, result.output) == (0, f"{good} (WMO301): goed\n")


def test_a_refused_file_is_explained_in_dutch(good: Path, wrong: Path) -> None:
    result = run(wrong, good)
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"{wrong} (WMO301): geweigerd",
        "  X05 fout, regel 23, Client/Geslacht",
        "    Deze code staat niet in de lijst Geslacht. Bekend zijn: 0, 1, 2.",
        "    Pas dit aan in uw applicatie en maak het bericht opnieuw.",
        f"{good} (WMO301): goed",
    ]


def test_and_in_english(wrong: Path) -> None:
    result = run("--taal", "en", wrong)
    assert "This code is not in the list Geslacht. Known are: 0, 1, 2." in result.output


def test_advice_does_not_refuse(tmp_path: Path) -> None:
    path = tmp_path / "advies.xml"
    path.write_bytes(build("WMO301", {"Client/Bsn": "999900007"}))
    result = run(path)
    assert result.exit_code == 0
    assert "goed, met advies" in result.output
    assert "999900007" not in result.output


def test_a_file_that_cannot_be_read_is_named_and_the_others_go_on(good: Path, tmp_path: Path) -> None:
    result = run(tmp_path / "weg.xml", tmp_path, good)
    assert result.exit_code == 1
    assert f"{tmp_path / 'weg.xml'}: Dit bestand bestaat niet. Controleer de naam." in result.stderr
    assert f"{tmp_path}: Dit is een map. Noem de bestanden die erin staan." in result.stderr
    assert f"{good} (WMO301): goed" in result.stdout
    [missing, *_rest] = json.loads(run("--json", tmp_path / "weg.xml", good).output)
    assert (missing["oordeel"], missing["berichttype"]) == ("geweigerd", None)
    assert missing["bevindingen"][0]["tekst"] == "Dit bestand bestaat niet. Controleer de naam."


def test_more_faults_than_can_be_shown_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "veel.xml"
    path.write_bytes(build("WMO301").replace(b"<m:Client>", b"<m:Client>" + b"<m:Naam>x</m:Naam>\n" * 200))
    assert "  En nog " in run(path).output


def test_no_file_or_an_unknown_language_is_wrong_use(good: Path) -> None:
    assert run().exit_code == 2
    assert run("--taal", "fr", good).exit_code == 2


def test_product_codes_are_looked_up(good: Path, tmp_path: Path) -> None:
    codes = tmp_path / "codes.csv"
    codes.write_text("Categorie;Code\n02;02A01\n10;10A02\n", encoding="utf-8")
    assert run("--productcodes", codes, good).output == f"{good} (WMO301): goed\n"
    codes.write_text("\ufeff2\t02A01\tBegeleiding\r\n10, 10A99, Maatwerk\r\n", encoding="utf-8")
    assert "TR381 advies" in run("--productcodes", codes, good).output
    codes.write_text("02;02A01\nhuishoudelijke hulp\n", encoding="utf-8")
    result = run("--productcodes", codes, good)
    assert (result.exit_code, "Regel 2 van de productcodes" in result.output) == (2, True)
