"""The readable view of large and of hostile files: in pages, quickly, and within bounds."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portaal.berichtenverkeer.readable import Node, Page, page_view
from portaal.berichtenverkeer.readable.reader import HARD_PAGE_SIZE, PAGE_SIZE, Reader, read
from portaal.berichtenverkeer.readable.text import as_text
from portaal.web.i18n import translator
from tests.berichtenverkeer.builder import build
from tests.berichtenverkeer.hostile import HARMLESS, HOSTILE, SECRETS, declaration
from tests.berichtenverkeer.reading import BSN, large, leaves, text_of

SECONDS = 10.0  # of the processor: it takes a part of one, and what is slow takes minutes
FILES = {upload.name: upload.make for upload in HOSTILE} | HARMLESS


def test_a_large_message_has_pages_that_together_hold_everything() -> None:
    data = large(200)
    pages = list(read([data]))
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert len(pages) > 5
    nodes = [list(page.root.walk()) for page in pages if page.root]
    assert all(PAGE_SIZE <= len(found) < PAGE_SIZE + 60 for found in nodes[:-1])
    read_leaves = [n.text for found in nodes for n in found if n.text and not is_repeated(n, found)]
    assert read_leaves == [text for _name, text in leaves(data)]


def is_repeated(node: Node, on_page: list[Node]) -> bool:
    return any(node in part.children for part in on_page if part.continued)


def test_a_page_that_begins_within_a_client_says_which() -> None:
    before, client, after = declaration()
    start, end = client.index(b"<m:Prestatie>"), client.rindex(b"</m:Prestatie>") + len(b"</m:Prestatie>")
    data = before + client[:start] + client[start:end] * 100 + client[end:] + after
    translate = translator("nl")
    second = page_view(list(read([data]))[1], (), "nl", translate)
    text = "\n".join(as_text(second, translate))
    assert "Cliënt 1 (vervolg)\n      BSN: ••••••" in text
    assert "Prestaties (vervolg)" in text
    assert "Kop van het bericht" not in text


def test_a_bsn_is_masked_on_later_pages_too() -> None:
    products = "Client/ToegewezenProducten/ToegewezenProduct"
    data = build("WMO301", {"Client/Bsn": BSN, f"{products}[1]/ReferentieAanbieder": BSN})
    start, end = data.index(b"<m:ToegewezenProduct>"), data.index(b"</m:ToegewezenProducten>")
    data = data[:start] + data[start:end] * 60 + data[end:]
    assert len(list(read([data]))) > 2
    assert BSN not in text_of(data)


@given(st.integers(1, 12), st.integers(1, 5_000))
def test_one_page_is_the_same_alone_and_among_all(number: int, portion: int) -> None:
    data = large(60)
    pieces = [data[start : start + portion] for start in range(0, len(data), portion)]
    everything = {page.number: shape(page) for page in read([data])}
    alone = [shape(page) for page in read(pieces, only=number)]
    assert alone == [everything[number]] if number in everything else alone == []


def shape(page: Page) -> list[tuple[str, str, int | None]]:
    return [(node.name, node.text, node.number) for node in page.root.walk()] if page.root else []


def test_reading_stops_after_the_page_that_is_wanted() -> None:
    reader = Reader(only=1)
    data = large(100)
    assert reader.feed(data[: len(data) // 2])[0].number == 1
    assert reader.done
    assert reader.close() == []


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_read_quickly_and_within_bounds(name: str) -> None:
    data = FILES[name]()
    began = time.process_time()
    translate = translator("nl")
    for page in read([data], only=1):
        found = list(page.root.walk()) if page.root else []
        assert len(found) <= HARD_PAGE_SIZE + 1_000
        view = page_view(page, (), "nl", translate)
        printed = "\n".join(as_text(view, translate))
        assert len(printed) < 2_000_000
        assert SECRETS[0].decode() not in printed
        assert SECRETS[-1].decode() not in printed
    assert time.process_time() - began < SECONDS


@given(st.binary(max_size=400), st.integers(1, 50))
def test_bytes_of_any_kind_raise_nothing(data: bytes, portion: int) -> None:
    for begin in (b"", b"<a>", b"<?xml version='1.0'?><a b='", build("WMO319")[:700]):
        whole = begin + data
        pages = list(read([whole[start : start + portion] for start in range(0, len(whole), portion)]))
        for page in pages:
            page_view(page, (), "en", translator("en"))
