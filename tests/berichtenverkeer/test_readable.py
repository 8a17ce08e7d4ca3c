"""The readable view: every element in words, in its place, and nothing lost."""

from __future__ import annotations

import re

import pytest

from portaal.berichtenverkeer.readable.reader import LONGEST_TEXT, read
from portaal.berichtenverkeer.standard import MessageType, load, message_type
from portaal.web.i18n import LOCALES
from tests.berichtenverkeer.builder import build, from_model
from tests.berichtenverkeer.reading import BSN, DESCRIBED, every_row, leaves, rows, same, text_of, view_of, with_bsn

# Words


@pytest.mark.parametrize("kind", DESCRIBED, ids=lambda kind: f"{kind.release}-{kind.name}")
def test_every_element_has_words_in_both_languages(kind: MessageType) -> None:
    assert kind.root is not None
    for klasse in kind.root.walk():
        for element in klasse.elements:
            words = kind.release.words.label(element.name, klasse.name)
            assert words is not None, f"{klasse.name}.{element.name}"
            assert set(words) == set(LOCALES)
            assert all(text == text.strip() and text for text in words.values())


def test_no_words_are_left_over() -> None:
    known = {"Bericht"}
    for kind in DESCRIBED:
        for klasse in kind.root.walk() if kind.root else ():
            known |= {e.name for e in klasse.elements} | {f"{klasse.name}.{e.name}" for e in klasse.elements}
    for kind in DESCRIBED:
        assert not set(kind.release.words.labels) - known


def test_units_and_types_of_the_words_are_those_of_the_standard() -> None:
    for kind in DESCRIBED:
        words = kind.release.words
        assert set(words.units) == set(kind.release.codes["Eenheid"]) - {"83"}
        types = {e.type.name for k in (kind.root.walk() if kind.root else ()) for e in k.elements}
        if kind.number == "323":
            assert {"Bedrag", "TotaalBedrag"} <= words.money & types
            assert "Volume" in words.volumes & types


# Nothing is lost


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("full", [True, False], ids=["everything", "only what must"])
@pytest.mark.parametrize("kind", DESCRIBED, ids=lambda kind: f"{kind.release}-{kind.name}")
def test_every_value_of_every_type_is_shown_in_its_place(kind: MessageType, full: bool, language: str) -> None:
    data = with_bsn(from_model(kind, full=full))
    shown = list(rows(view_of(data, language).root))
    expected = leaves(data)
    assert len(shown) == len(expected)
    for row, (name, text) in zip(shown, expected, strict=True):
        assert same(name, text, row.value), f"{name}: {text!r} is shown as {row.value!r}"
        assert not row.strange


@pytest.mark.parametrize("language", LOCALES)
def test_every_official_sample_is_shown_whole_and_without_a_bsn(samples: dict[str, bytes], language: str) -> None:
    seen: set[str] = set()
    for name, data in samples.items():
        shown, expected = list(rows(view_of(data, language).root)), leaves(data)
        assert len(shown) == len(expected), name
        for row, (element, text) in zip(shown, expected, strict=True):
            assert same(element, text, row.value), f"{name}, {element}: {text!r} is shown as {row.value!r}"
        numbers = {text for element, text in expected if element == "Bsn"}
        seen |= numbers
        printed = text_of(data, language)
        assert not [number for number in numbers if number in printed], name
    assert len(seen) > 1


def test_codes_have_their_meaning_and_labels_their_language() -> None:
    text = text_of(build("WMO301"))
    assert "Productcategorie: 02 (Begeleiding)" in text
    assert "Toewijzingsnummer:" in text
    assert "Allocation number:" in text_of(build("WMO301"), "en")


def test_a_label_depends_on_the_class_where_it_must() -> None:
    text = text_of(from_model(message_type("WMO301"), full=True))
    assert "Soort relatie: 03 (Curator)" in text
    assert "Soort adres: 01 (BRP-adres)" in text


def test_amounts_dates_times_and_volumes_are_written_as_people_do() -> None:
    amounts = {"Declaratie/TotaalIngediendBedrag/TotaalBedrag": "123456"}
    dutch = text_of(build("WMO323", amounts)).replace("\xa0", " ")
    assert "Totaalbedrag: € 1.234,56" in dutch
    assert "Total amount: €1,234.56" in text_of(build("WMO323", amounts), "en")
    product = "Client/ToegewezenProducten/ToegewezenProduct[1]"
    changes = {
        f"{product}/Toewijzingsdatum": "2026-05-06",
        f"{product}/Toewijzingstijd": "09:05:00",
        f"{product}/Omvang": {"Volume": "1200", "Eenheid": "01", "Frequentie": "4"},
    }
    dutch, english = text_of(build("WMO301", changes)), text_of(build("WMO301", changes), "en")
    assert "6 mei 2026" in dutch
    assert "09.05 uur" in dutch
    assert "1.200 minuten" in dutch
    assert "6 May 2026" in english
    assert "09:05" in english
    assert "1,200 minutes" in english
    euros = changes | {f"{product}/Omvang/Volume": "1", f"{product}/Omvang/Eenheid": "83"}
    assert "€ 0,01" in text_of(build("WMO301", euros)).replace("\xa0", " ")
    assert "1 minuut" in text_of(build("WMO301", changes | {f"{product}/Omvang/Volume": "1"}))


@pytest.mark.parametrize("value", ["2026-02-30", "6 mei 2026", "", "2026-05-06T00:00:00"])
def test_a_value_that_is_wrong_is_shown_as_it_stands(value: str) -> None:
    data = build("WMO301", {"Client/Geboortedatum/Datum": value})
    row = next(r for r in every_row(view_of(data).root) if r.label == "Geboortedatum")
    assert row.value == value
    assert row.findings


def test_what_the_standard_does_not_know_is_shown_as_such() -> None:
    data = build("WMO301").replace(
        b"<m:Client>", b"<m:Client soort='x'>los<m:Extra><m:Dieper>diep</m:Dieper></m:Extra>"
    )
    view = view_of(data)
    strange = {r.label: r.value for r in every_row(view.root) if r.strange}
    assert strange == {"Attribuut soort": "x", "Tekst tussen de elementen": "los"}
    text = text_of(data)
    assert "Extra [hoort hier niet]" in text
    assert "Dieper: diep" in text
    assert "Text between the elements [does not belong here]: los" in text_of(data, "en")


def test_an_element_in_the_wrong_namespace_is_a_stranger() -> None:
    data = build("WMO301").replace(b"<m:Geslacht>", b"<b:Geslacht>").replace(b"</m:Geslacht>", b"</b:Geslacht>")
    assert [r.value for r in every_row(view_of(data).root) if r.strange] == ["1"]


def test_a_message_of_another_release_and_one_of_something_else_are_read() -> None:
    other = build("WMO301").replace(b"/3_2/", b"/3_1/")
    assert "Toewijzingsnummer:" in text_of(other)
    assert BSN not in text_of(other)
    assert "noot: hallo" in text_of(b"<brief><noot>hallo</noot></brief>")


def test_of_a_broken_file_everything_up_to_there_is_shown() -> None:
    data = build("WMO301")
    for cut in range(200, len(data), 97):
        *_, page = read([data[:cut]])
        assert page.broken
        assert page.root is not None
        whole = [match[1].decode() for match in re.finditer(rb">([^<>\s]+)</[^>]+>", data[:cut])]
        assert [node.text for node in page.root.walk() if node.text][: len(whole)] == whole
    text = text_of(data.replace(b"</m:Client>", b""))
    assert "Toegewezen product 1" in text
    assert text.endswith("Vanaf hier is het bestand niet te lezen.")


def test_of_what_is_no_xml_nothing_can_be_read() -> None:
    for data in (b"", b"geen xml", b"\x00\x01", b"PK\x03\x04zip", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"):
        [page] = read([data])
        assert (page.root, page.broken, page.last) == (None, True, True)
        assert view_of(data).is_empty


def test_a_long_text_is_cut_and_says_so() -> None:
    data = build("WMO301", {"Client/Commentaar": "a" * (LONGEST_TEXT + 1_000)})
    [row] = [r for r in every_row(view_of(data).root) if r.label == "Commentaar" and r.cut]
    assert (len(row.value), row.cut) == (LONGEST_TEXT, 1_000)
    assert "… en nog 1000 tekens" in text_of(data)


def test_a_release_can_have_words_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    original = load._toml

    def with_words(folder: str, name: str) -> load.Table:
        own = {"woorden": {"elementen": {"Bsn": ["Burgernummer", "Citizen number"]}}} if name == "release" else {}
        return original(folder, name) | own

    monkeypatch.setattr(load, "_toml", with_words)
    words = next(load._ReleaseReader("iwmo_3_2").types()).release.words
    assert words.label("Bsn") == {"nl": "Burgernummer", "en": "Citizen number"}
    assert words.label("Geslacht") == {"nl": "Geslacht", "en": "Sex"}


def test_a_message_of_which_only_the_name_is_known_is_read_by_the_names_in_it() -> None:
    namespace = message_type("WMO405").namespace
    text = text_of(f"<m:Bericht xmlns:m='{namespace}'><m:Client><m:Bsn>{BSN}</m:Bsn></m:Client></m:Bericht>".encode())
    assert text == "Cliënt\n  BSN: ••••••006\n"


def test_what_lies_very_deep_is_shown_at_the_deepest_that_can_be() -> None:
    text = text_of(b"<a>" * 200 + b"diep" + b"</a>" * 200)
    assert text.count("a:") + text.count("a\n") > 190
    assert "a: diep" in text
