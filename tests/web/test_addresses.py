"""Whatever stands in an address, a page answers: no error, and every header (security goal 17, ASVS 16.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from webob.multidict import GetDict

from portaal.access.models import Role
from portaal.testing.application import Browser
from portaal.web.addresses import page_count, read_number
from tests.routes import View, views
from tests.web.test_edge import HEADERS

RUBBISH = (
    "0001-01-01",  # no moment in every time zone
    "9999-12-31",
    "99999999999999999999",
    "9" * 5000,  # more digits than Python reads
    "-1",
    "²",
    "a\r\nX-Evil: 1",
    "{{7*7}}<script>'\"%s",
    "//evil.example/",
    "x" * 3000,
)
PEOPLE: dict[str, tuple[Any, ...]] = {
    "gemeente": (
        ("gebruiker", "iwmo"),
        ("gebruiker", "wlz_registertoets"),
        ("productbeheerder", "ijw"),
        Role.GEBRUIKERSBEHEERDER,
        Role.AUDITOR,
    ),
    "desk": (Role.SERVICEDESK,),
}
EXPECTED = {"pagina", "q", "van", "tot", "wie", "status", "maand", "naar", "reden", "kenmerk", "taal"}


def pages(app: Any) -> Iterator[View]:
    """What one can look at; /ready tells by a status of its own how the portal is."""
    return (view for view in views(app) if view.method == "GET" and view.route != "ready")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of what pages read from the query."""
    names: set[str] = set()

    def get(self: GetDict, key: str, default: Any = None) -> Any:
        names.add(key)
        return super(GetDict, self).get(key, default)

    monkeypatch.setattr(GetDict, "get", get, raising=False)
    return names


def check(browser: Browser, path: str) -> None:
    response = browser.ask("GET", path)
    assert response.status_int < 500, path
    assert set(response.headers) >= HEADERS, path
    assert "X-Evil" not in response.headers
    assert not response.headers.get("Location", "").startswith(("//", "http://evil", "https://evil"))


@pytest.mark.parametrize("who", PEOPLE)
def test_any_value_in_the_query(app: Any, log_in: Any, asked: set[str], who: str) -> None:
    browser = log_in(*PEOPLE[who], operator=who == "desk")
    read = set[str]()
    for view in pages(app):
        asked.clear()
        check(browser, view.path())
        read |= asked
        # Every page reads the language: one is enough for that.
        names = asked if view.route == "inloggen_op_portals" else asked - {"taal"}
        for value in RUBBISH if names else ():
            check(browser, f"{view.path()}?{urlencode(dict.fromkeys(names, value))}")
    assert who != "gemeente" or read >= EXPECTED


@pytest.mark.parametrize("who", PEOPLE)
def test_any_text_for_an_id(app: Any, log_in: Any, who: str) -> None:
    browser = log_in(*PEOPLE[who], operator=who == "desk")
    for view in pages(app):
        names = view.parts - {"gemeentecode"}
        for value in ("..%2f..%2fetc%2fpasswd", "%0d%0aX-Evil:1", "%C2%B2", "x" * 3000) if names else ():
            check(browser, view.path(**dict.fromkeys(names, value)))


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("012", 12), ("999999", 999_999), *((text, None) for text in ("1000000", "0", "", " 1", "٣"))],
)
def test_a_number(text: str, number: int | None) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (25, 1), (26, 2), (50, 2), (51, 3)])
def test_how_many_pages(total: int, pages: int) -> None:
    assert page_count(total, 25) == pages
