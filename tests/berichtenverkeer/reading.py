"""How the tests of the readable view look at messages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from portaal.berichtenverkeer.gate import check
from portaal.berichtenverkeer.readable import PageView, Row, Section, page_view
from portaal.berichtenverkeer.readable.reader import read
from portaal.berichtenverkeer.readable.text import as_text
from portaal.berichtenverkeer.standard import all_types
from portaal.berichtenverkeer.verdict import Finding
from portaal.web.i18n import translator
from tests.berichtenverkeer.hostile import declaration

DESCRIBED = [kind for kind in all_types() if kind.root is not None]
BSN = "999900006"


def view_of(data: bytes, language: str = "nl") -> PageView:
    """The one page of a small message, with the gate's findings."""
    [page] = read([data])
    return page_view(page, check(data).findings, language, translator(language))


def text_of(data: bytes, language: str = "nl", findings: tuple[Finding, ...] = ()) -> str:
    """All pages as text."""
    translate = translator(language)
    pages = (page_view(page, findings, language, translate) for page in read([data]))
    return "\n".join(line for page in pages for line in as_text(page, translate))


def rows(item: Section | Row) -> Iterator[Row]:
    """The rows that hold a value, in order."""
    if isinstance(item, Section):
        for below in item.items:
            yield from rows(below)
    else:
        if item.value:
            yield item
        for part in item.parts:
            yield from rows(part)


def with_bsn(data: bytes) -> bytes:
    """The message with another BSN than the ones that the builder takes, which are in its telephone numbers too."""
    return data.replace(b"Bsn>111111111<", b"Bsn>999900006<")


def leaves(data: bytes) -> list[tuple[str, str]]:
    """The name and text of every element without elements, read without the code under test."""
    root = etree.fromstring(data)
    return [(etree.QName(e).localname, e.text or "") for e in root.iter("{*}*") if not len(e)]


def same(name: str, text: str, shown: str) -> bool:
    """Whether what is shown stands for the text: as it is, or its digits in another form."""
    digits = re.sub(r"\D", "", shown)
    if name == "Bsn":
        return shown == "••••••" + text[-3:]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        year, _month, day = text.split("-")
        return digits == f"{int(day)}{year}"
    if re.fullmatch(r"\d\d:\d\d:\d\d", text):
        return digits == text.replace(":", "").removesuffix("00")
    if text.isdecimal():
        return digits in {text, text.zfill(3)}
    return shown == text


def every_row(section: Section) -> Iterator[Row]:
    for item in section.items:
        if isinstance(item, Row):
            yield item
        else:
            yield from every_row(item)


def large(clients: int) -> bytes:
    """A declaration of so many clients."""
    before, client, after = declaration()
    return before + client * clients + after
