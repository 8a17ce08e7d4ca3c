"""Values as people write them, whatever they are: nothing is lost, and what is wrong stays as it is."""

from __future__ import annotations

import re
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portaal.berichtenverkeer.readable import Node
from portaal.berichtenverkeer.readable.masking import masked, visible
from portaal.berichtenverkeer.readable.values import euros, meaning, written
from portaal.berichtenverkeer.standard import Klasse, Words, message_type
from portaal.web.i18n import LOCALES

KIND = message_type("WMO323")
WORDS: Words = KIND.release.words
MONTHS = {  # by their first three letters
    "nl": re.findall("...", "janfebmaaaprmeijunjulaugsepoktnovdec"),
    "en": re.findall("...", "JanFebMarAprMayJunJulAugSepOctNovDec"),
}
languages = st.sampled_from(LOCALES)


def klasse(name: str, berichttype: str = "WMO323") -> Klasse:
    root = message_type(berichttype).root
    assert root is not None
    return next(k for k in root.walk() if k.name == name)


def node(in_class: str, name: str, text: str, berichttype: str = "WMO323") -> Node:
    return Node(name, klasse(in_class, berichttype).by_name[name], text=text)


def shown(in_class: str, name: str, text: str, language: str = "nl", berichttype: str = "WMO323") -> str:
    return written(node(in_class, name, text, berichttype), None, WORDS, language)


@given(st.integers(0, 999_999_999_999), languages)
def test_an_amount_can_be_read_back_to_the_cent(cents: int, language: str) -> None:
    amount = euros(cents, language)
    decimal, thousands = (",", ".") if language == "nl" else (".", ",")
    match = re.fullmatch(rf"€\s?(\d{{1,3}}(?:\{thousands}\d{{3}})*)\{decimal}(\d\d)", amount)
    assert match, amount
    assert int(match[1].replace(thousands, "") + match[2]) == cents


@given(st.dates(), languages)
def test_a_date_can_be_read_back(day: date, language: str) -> None:
    words = shown("GeslotenPeriode", "Begindatum", day.isoformat(), language).split()
    assert (int(words[0]), MONTHS[language].index(words[1][:3]) + 1, int(words[2])) == (day.day, day.month, day.year)


@given(st.times(), languages)
def test_a_time_can_be_read_back(moment: time, language: str) -> None:
    moment = moment.replace(microsecond=0)
    text = shown("ToegewezenProduct", "Toewijzingstijd", moment.isoformat(), language, "WMO301")
    assert [int(part) for part in re.findall(r"\d+", text)] == [
        moment.hour,
        moment.minute,
        *([moment.second] if moment.second else []),
    ]
    assert text.endswith(" uur") == (language == "nl")


@given(st.integers(0, 99_999_999), st.sampled_from(list(KIND.release.codes["Eenheid"])), languages)
def test_a_volume_has_its_unit(number: int, unit: str, language: str) -> None:
    line = Node(
        "Prestatie", children=[node("Prestatie", "GeleverdVolume", str(number)), node("Prestatie", "Eenheid", unit)]
    )
    text = written(line.children[0], line, WORDS, language)
    if unit == "83":
        assert text == euros(number, language)
    else:
        assert text.endswith(" " + WORDS.units[unit][language][0 if number == 1 else 1])
        assert re.sub(r"\D", "", text) == str(number)


@given(st.text(max_size=40), languages)
def test_what_is_no_date_number_or_time_stays_as_it_is(text: str, language: str) -> None:
    if not re.fullmatch(r"\s*[\d:.-]+\s*", text, re.ASCII):
        for in_class, name in (
            ("GeslotenPeriode", "Begindatum"),
            ("BedragMetDC", "Bedrag"),
            ("Prestatie", "GeleverdVolume"),
        ):
            assert shown(in_class, name, text, language) == text
        assert shown("ToegewezenProduct", "Toewijzingstijd", text, language, "WMO301") == text


@pytest.mark.parametrize("text", ["-1", "1,50", "9" * 30, "٣", "1e3", "0x1"])
def test_numbers_of_another_kind_stay_as_they_are(text: str) -> None:
    assert shown("BedragMetDC", "Bedrag", text) == text


@pytest.mark.parametrize("text", ["2026-W19-3", "20260506", "2026-02-30", "2026-5-6", "0000-01-01"])
def test_dates_of_another_form_stay_as_they_are(text: str) -> None:
    assert shown("GeslotenPeriode", "Begindatum", text) == text


@pytest.mark.parametrize("text", ["10", "103000", "10:30", "T10:30:00", "10:30:00Z", "10:30:00.5", "24:00:00"])
def test_times_of_another_form_stay_as_they_are(text: str) -> None:
    assert shown("ToegewezenProduct", "Toewijzingstijd", text, berichttype="WMO301") == text


def test_a_code_means_what_the_list_says_and_another_nothing() -> None:
    assert meaning(node("Prestatie", "Eenheid", "01")) == "Minuut"
    assert meaning(node("Prestatie", "Eenheid", "77")) == ""
    assert meaning(Node("Eenheid", text="01")) == ""


@given(st.text(max_size=30))
def test_no_more_than_three_digits_of_a_bsn_are_seen(text: str) -> None:
    assert len(masked(text)) == 9
    assert len(re.findall(r"\d", masked(text))) in {0, 3}


@given(st.text(max_size=60))
def test_nothing_that_steers_a_terminal_or_hides_is_left(text: str) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", visible(text))
    if text.isascii() and text.isprintable():
        assert visible(text) == text
