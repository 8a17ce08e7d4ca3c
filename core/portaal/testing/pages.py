"""Pages under test, and finding one's way on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import webtest
from bs4 import BeautifulSoup

FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)


class Forms(Mapping[int | str, webtest.Form]):
    """The forms of a page by their number and their id, each parsed when it is asked for.

    Most tests want one form; parsing the page, and then again every form on it, takes as long as making the page.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._texts = FORM.findall(page.testbody)
        self._parsed: dict[int, webtest.Form] = {}

    def __getitem__(self, key: int | str) -> webtest.Form:
        number = self._with_id(key) if isinstance(key, str) else key
        if number not in range(len(self._texts)):
            raise KeyError(key)
        if number not in self._parsed:
            self._parsed[number] = webtest.Form(self._page, self._texts[number])
        return self._parsed[number]

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self._texts)))

    def __len__(self) -> int:
        return len(self._texts)

    def in_main(self, fits: Callable[[dict[str, Any]], bool]) -> webtest.Form:
        """The first form in the page's own content whose attributes fit.

        :raises AssertionError: there is none.
        """
        before, _, rest = self._page.testbody.partition("<main")
        first = len(FORM.findall(before))
        last = first + len(FORM.findall(rest.partition("</main>")[0]))
        for number in range(first, last):
            if fits(self._attributes(number)):
                return self[number]
        raise AssertionError("there is no such form on this page")

    def _with_id(self, key: str) -> int:
        return next((number for number in self if self._attributes(number).get("id") == key), -1)

    def _attributes(self, number: int) -> dict[str, Any]:
        start = self._texts[number].partition(">")[0] + ">"
        return dict(BeautifulSoup(start, "html.parser").find_all("form")[0].attrs)


class Page(webtest.TestResponse):
    """An answer whose forms are :class:`Forms`."""

    def _parse_forms(self) -> None:
        self._forms_indexed = Forms(self)


class _Request(webtest.TestRequest):
    ResponseClass = Page


class Visitor(webtest.TestApp):
    """Visits an application of ours: its answers are pages (:class:`Page`)."""

    RequestClass = _Request


def main_form(page: Page) -> webtest.Form:
    """The form with fields in the page's own content; not the buttons around it."""
    return page.forms.in_main(lambda attributes: "pz-form" in attributes.get("class", []))


def button(page: Page, path_end: str) -> webtest.Form:
    """The one-button form whose address ends so."""
    return page.forms.in_main(lambda attributes: attributes.get("action", "").endswith(path_end))
