"""In the readable view nobody sees a BSN who did not ask for it."""

from __future__ import annotations

import pytest

from portaal.berichtenverkeer.readable import page_view
from portaal.berichtenverkeer.readable.reader import read
from portaal.berichtenverkeer.standard import MessageType
from portaal.web.i18n import LOCALES, translator
from tests.berichtenverkeer.builder import build, from_model
from tests.berichtenverkeer.reading import BSN, DESCRIBED, every_row, text_of, with_bsn


@pytest.mark.parametrize("kind", [k for k in DESCRIBED if k.number not in {"319", "320"}], ids=lambda k: k.name)
def test_no_bsn_of_any_type_is_seen(kind: MessageType) -> None:
    data = with_bsn(from_model(kind, full=True))
    assert BSN.encode() in data
    for language in LOCALES:
        text = text_of(data, language)
        assert BSN not in text
        assert "••••••006" in text


@pytest.mark.parametrize(
    "written",
    [
        "999900006",
        "9999.00.006",
        "999 900 006",
        "9999-00-006",
        "９９９９０００\N{FULLWIDTH DIGIT ZERO}６",
        "999900\u200b006",
    ],
    ids=["plain", "dots", "blanks", "hyphens", "full width", "hidden in between"],
)
def test_a_bsn_in_free_text_is_masked(written: str) -> None:
    for data in (
        build("WMO301", {"Client/Bsn": "999900018", "Client/Commentaar": f"Moeder is {written}, bel haar"}),
        f"<a b='{written}'>{written}<c/>{written}</a>".encode(),
    ):
        text = text_of(data)
        assert written not in text
        assert "006" in text
        assert "•" in text


def test_a_bsn_of_the_message_is_masked_wherever_it_turns_up_again() -> None:
    product = "Client/ToegewezenProducten/ToegewezenProduct[1]"
    changes = {"Client/Bsn": BSN, f"{product}/ReferentieAanbieder": f"ZAAK{BSN}A", f"{product}/ToewijzingNummer": BSN}
    assert BSN not in text_of(build("WMO301", changes))


def test_numbers_that_are_no_bsn_are_left_alone() -> None:
    product = "Client/ToegewezenProducten/ToegewezenProduct[1]"
    passes_eleven_test = "999900018"
    text = text_of(build("WMO301", {"Client/Bsn": BSN, f"{product}/ToewijzingNummer": passes_eleven_test}))
    assert f"Toewijzingsnummer: {passes_eleven_test}" in text


@pytest.mark.parametrize("value", ["99990000", "9999000060", "geheim", "999900006x", ""])
def test_of_a_bsn_that_is_wrong_nothing_much_is_seen(value: str) -> None:
    text = text_of(build("WMO301", {"Client/Bsn": value}))
    assert not value or value not in text


def test_a_bsn_where_none_belongs_is_masked_by_its_name() -> None:
    data = build("WMO301").replace(b"<m:Client>", b"<m:Client><x:BSN xmlns:x='urn:x'>123456789</x:BSN>")
    assert "123456789" not in text_of(data)


def test_a_bsn_in_a_name_is_masked() -> None:
    assert "999900006" not in text_of(b"<a><x.999900006/></a>") + text_of(b"<a><b c.999900006='1'/></a>")


def test_who_may_see_the_bsn_sees_it() -> None:
    [page] = read([build("WMO301", {"Client/Bsn": BSN})])
    view = page_view(page, (), "nl", translator("nl"), mask=False)
    assert BSN in [row.value for row in every_row(view.root)]


def test_what_hides_is_made_visible() -> None:
    data = build("WMO301", {"Client/Commentaar": "a\u202eb\u009b31mc"})
    text = text_of(data)
    assert "a[U+202E]b[U+009B]31mc" in text
