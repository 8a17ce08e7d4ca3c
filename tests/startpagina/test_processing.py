"""The register of processing: who is verantwoordelijke and verwerker, and since when (R-16 to R-19)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyramid.exceptions import ConfigurationError

from portaal.organisations.processing import AvgRole, read_register
from portaal.startpagina.pages import REGISTER
from portaal.testing.application import Browser

PAGE = "/veilig-en-zorgvuldig-gebruik"
MOVED = """
[[processing]]
nl = "Berichten"
en = "Messages"
law = "Wmo 2015"
parties = [
    { name = "Inlichtingenbureau", role = "verwerker", from = 2018-05-25, until = 2024-12-31 },
    { name = "Inlichtingenbureau", role = "verantwoordelijke", from = 2025-01-01 },
]
"""


def rows(page: Any) -> list[list[str]]:
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])] for row in page.html.select("tbody tr")
    ]


def test_the_register_of_the_manual() -> None:
    """The gemeente decides; Inlichtingenbureau and VECOZO carry out; for the Wmo and the Jeugdwet."""
    register = read_register()
    assert [processing.law for processing in register] == ["Wmo 2015", "Jeugdwet"]
    for processing in register:
        assert [(party.name, party.role) for party in processing.parties] == [
            ("gemeente", AvgRole.VERANTWOORDELIJKE),
            ("Inlichtingenbureau", AvgRole.VERWERKER),
            ("VECOZO", AvgRole.VERWERKER),
        ]


def test_a_gemeente_reads_its_own_name_and_role(browser: Browser, log_in: Any) -> None:
    assert rows(browser.get(PAGE))[0][:2] == ["De gemeente", "verantwoordelijke"]
    mine = rows(log_in(("gebruiker", "iwmo")).get(PAGE))
    assert mine[0] == ["Gemeente Amsterdam", "verantwoordelijke", "Wmo 2015", "25-05-2018", "geldt nog"]
    assert mine[5] == ["VECOZO", "verwerker", "Jeugdwet", "25-05-2018", "geldt nog"]


def test_a_role_that_moved_shows_both_periods(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An operator whose part changed by law tells so in a file."""
    file = tmp_path / "register.toml"
    file.write_text(MOVED, encoding="utf-8")
    monkeypatch.setitem(browser.app.registry, REGISTER, read_register(str(file)))
    assert [row[1:] for row in rows(browser.get(PAGE))] == [
        ["verwerker", "Wmo 2015", "25-05-2018", "31-12-2024"],
        ["verantwoordelijke", "Wmo 2015", "01-01-2025", "geldt nog"],
    ]
    assert "Messages" in browser.get(f"{PAGE}?taal=en")


@pytest.mark.parametrize(
    ("wrong", "right", "where"),
    [
        ("verwerker", "baas", "processing.0.parties.0.role"),
        ("2018-05-25", '"ooit"', "processing.0.parties.0.from"),
        ("2024-12-31", "2017-12-31", "until lies before from"),
        ('law = "Wmo 2015"', "", "processing.0.law"),
        ("[[processing]]", "[[verwerking]]", "processing"),
        ('law = "', "law = ", "cannot be read"),
    ],
)
def test_a_file_that_is_not_right_is_refused_at_the_start(tmp_path: Path, wrong: str, right: str, where: str) -> None:
    file = tmp_path / "register.toml"
    file.write_text(MOVED.replace(wrong, right, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"portaal\.processing_register.*") as refused:
        read_register(str(file))
    assert where in str(refused.value)


def test_a_file_that_is_not_there_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_register(str(tmp_path / "none.toml"))
