"""Finding one's way on a page under test."""

from __future__ import annotations

from typing import Any


def main_form(page: Any) -> Any:
    """The form with fields in the page's own content; not the buttons around it."""
    return _form(page, page.html.select_one("main form.pz-form"))


def button(page: Any, path_end: str) -> Any:
    """The one-button form whose address ends so."""
    return _form(page, page.html.select_one(f"main form[action$='{path_end}']"))


def _form(page: Any, element: Any) -> Any:
    assert element is not None, "there is no such form on this page"
    number = next(i for i, candidate in enumerate(page.html.find_all("form")) if candidate is element)
    return page.forms[number]
