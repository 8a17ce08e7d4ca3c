"""The next release is data: a folder beside the others, and all that works from the standard knows it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from portaal.berichtenverkeer import standard
from portaal.berichtenverkeer.gate import check
from portaal.berichtenverkeer.readable.description import describe
from portaal.berichtenverkeer.standard import load, message_type
from portaal.web.i18n import translator
from tests.berichtenverkeer.builder import from_model
from tests.berichtenverkeer.reading import text_of

# What changes in it: the version, a berichtcode, an element with its words, a code list; the rest is that of 3.2.
IWMO_3_3 = """
[berichten.305.klassen]
StartProduct = "*ToewijzingNummer:Nummer *Product? *Begindatum:Datum StatusAanlevering Startplaats?:Plaatsnaam"

[woorden.elementen]
Startplaats = ["Waar het begint", "Where it begins"]

[codelijsten.StatusAanlevering]
1 = "Eerste aanlevering"
3 = "Verwijderen"
7 = "Later"
"""
IEB_4_0 = """
[berichtcodes]
405 = "980"
406 = "981"

[kop]
heen = "BerichtCode BerichtVersie BerichtSubversie Afzender BerichtIdentificatie XsdVersie"

[berichten.405]
titel = "Start en stop eigen bijdrage"
van = "gemeente"
naar = "CAK"
retour = 406
inhoud = "Client"
[berichten.405.klassen]
Client = "*Bsn:BurgerServicenummer EigenBijdrage"
EigenBijdrage = "*EbStartNummer:Nummer EbStartdatum:Datum EbStopdatum?:Datum"

[woorden.elementen]
EigenBijdrage = ["Eigen bijdrage", "Own contribution"]
"""


@pytest.fixture(autouse=True)
def _releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "standard"
    shutil.copytree(Path(load.__file__).parent, folder)
    old = (folder / "iwmo_3_2" / "release.toml").read_text(encoding="utf-8")
    new = old.replace("iwmo/3_2", "iwmo/3_3").replace('release = "3.2"', 'release = "3.3"')
    new = new.replace("subversie = 2", "subversie = 3").replace('305 = "418"', '305 = "618"')
    (folder / "iwmo_3_3").mkdir()
    (folder / "iwmo_3_3" / "release.toml").write_text(new + IWMO_3_3, encoding="utf-8")
    (folder / "iwmo_3_2" / "release.toml").write_text(
        old.replace("vanaf = 2023-04-01", "vanaf = 2023-04-01\ntot = 2027-04-01"), encoding="utf-8"
    )
    names_only, _line, _rest = (folder / "ieb_4_0" / "release.toml").read_text(encoding="utf-8").partition("\n[")
    (folder / "ieb_4_0" / "release.toml").write_text(names_only + IEB_4_0, encoding="utf-8")
    monkeypatch.setattr(load, "files", lambda _package: folder)
    for cached in (load.all_types, standard._namespaces):
        cached.cache_clear()
    yield
    monkeypatch.undo()
    for cached in (load.all_types, standard._namespaces):
        cached.cache_clear()


def start(**changes: str | None) -> bytes:
    """A WMO305 of the release 3.3."""
    message = from_model(message_type("WMO305"), full=True).decode()
    for name, value in changes.items():
        before, tag, rest = message.partition(f"<m:{name}>")
        message = before + tag + str(value) + rest[rest.index("<") :]
    return message.encode()


def codes(message: bytes) -> set[str]:
    return {finding.code for finding in check(message).findings}


def test_the_gate_knows_it() -> None:
    kind = message_type("WMO305")
    assert (str(kind.release), kind.code) == ("iWmo 3.3", "618")
    verdict = check(start())
    assert verdict.header is not None
    assert (verdict.header.release, verdict.oordeel) == ("3.3", "advies")
    assert codes(start(Startplaats="")) == {"X07"}
    assert codes(start(BerichtCode="418")) == {"B43"}
    assert codes(start(BerichtSubversie="2")) == {"B44"}


def test_the_rules_of_its_family_hold() -> None:
    assert "CS058" in codes(start(StatusAanlevering="7"))
    assert "CS058" not in codes(start())


def test_the_one_before_is_taken_until_it_ends() -> None:
    before = from_model(message_type("WMO305", "3.2"), full=False)
    for day, ended in (("2027-03-31", False), ("2027-04-01", True)):
        with time_machine.travel(f"{day}T12:00:00Z", tick=False):
            assert ("B49" in codes(before)) is ended


def test_people_can_read_it() -> None:
    assert "Waar het begint: Utrecht" in text_of(start(Startplaats="Utrecht"))
    assert any("Startplaats" in line for line in describe(message_type("WMO305"), "nl", translator("nl")))


def test_messages_known_by_name_only_get_their_content() -> None:
    good = from_model(message_type("WMO405"), full=True).replace(b"111111111", b"999900006")
    verdict = check(good)
    assert (verdict.oordeel, verdict.findings, verdict.berichttype) == ("goed", (), "WMO405")
    assert message_type("WMO405").retour == "WMO406"
    assert check(from_model(message_type("WMO406"), full=True)).oordeel == "goed"
    assert codes(good.replace(b"EbStartdatum", b"EbStartdag")) == {"X01", "X04"}
