"""A table as a file: a spreadsheet shows what is in it, cell by cell, and runs none of it (ASVS 1.2.10)."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest

from portaal.web.spreadsheet import as_csv

DANGEROUS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]


def read_back(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize("start", DANGEROUS)
@pytest.mark.parametrize("rest", ["1+1", 'cmd|" /C calc"!A0', "", ';"=1+1'])
def test_nothing_is_run(start: str, rest: str) -> None:
    """In a cell, in a heading, and in the middle of a row."""
    table = read_back(as_csv([start + rest, "b"], [["a", start + rest, "c"], ["d", "e", "f"]]))
    assert table == [[f"'{start}{rest}", "b"], ["a", f"'{start}{rest}", "c"], ["d", "e", "f"]]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (0, "0"),
        (7, "7"),
        ("a=b", "a=b"),
        (date(2026, 11, 20), "2026-11-20"),
        ("é;\"'", "é;\"'"),
        (" ", " "),
    ],
)
def test_what_is_harmless_stays_as_it_is(value: Any, shown: str) -> None:
    assert read_back(as_csv(["kop"], [[value, "x"]])) == [["kop"], [shown, "x"]]


def test_a_spreadsheet_knows_the_encoding() -> None:
    assert as_csv(["é"], []) == b"\xef\xbb\xbf" + "é\r\n".encode()
