"""The frame and the macros: valid HTML, labels and errors tied to their fields, nothing unescaped."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import html5lib
import pytest
from bs4 import BeautifulSoup, Tag
from pyramid import testing
from pyramid.config import Configurator

from portaal.web.forms import Form
from portaal.web.i18n import _, register_localizers
from tests.web.stand_in import TEXT, Portal, frame_config, logged_in, make_portal

GALLERY = Path(__file__).with_name("gallery.jinja2")
MACROS = Path(__file__).parents[2] / "templates/macros.jinja2"
ERRORS = {
    "": _("Choose yes or no."),
    "email": _("Fill in this field."),
    "keuze": _("Choose one of the options."),
    "een": _("Choose one of the options."),
    "veel": _("Choose one of the options."),
    "akkoord": _("Fill in this field."),
}
TYPED = {
    "naam": TEXT,
    "email": "x@",
    "dag": "31-2-2026",
    "tekst": "\nregel <1>",
    "keuze": "b",
    "een": "b",
    "veel": ["a", "bb"],
    "akkoord": True,
}

Render = Callable[..., BeautifulSoup]


@pytest.fixture(scope="module")
def config() -> Configurator:
    config = frame_config()
    config.commit()
    register_localizers(config)
    return config


@pytest.fixture(scope="module")
def render(config: Configurator) -> Render:
    environment = config.get_jinja2_environment()

    def rendered(source: str, portal: Portal | None = None, **variables: Any) -> BeautifulSoup:
        portal = portal or make_portal()
        request = testing.DummyRequest(locale_name=portal.locale)
        config.begin(request)
        try:
            page = environment.from_string(source).render(request=request, portal=portal, **variables)
        finally:
            config.end()
        html5lib.HTMLParser(strict=True).parse(page)  # raises on the first parse error
        return BeautifulSoup(page, "html5lib")

    return rendered


def one(page: BeautifulSoup, selector: str) -> Tag:
    """The one element that a selector finds."""
    (element,) = page.select(selector)
    return element


@pytest.fixture(scope="module", params=["nl", "en"])
def gallery(request: pytest.FixtureRequest, render: Render) -> BeautifulSoup:
    """A page with every macro on it, in which every field that can be wrong is."""
    flashes = [SimpleNamespace(kind=kind, message=TEXT) for kind in ("ok", "error")]
    portal = logged_in(locale=request.param, environment="kto", flashes=flashes)
    return render(
        GALLERY.read_text(),
        portal,
        t=TEXT,
        form=Form(dict(TYPED), dict(ERRORS)),
        now=datetime(2026, 11, 21, 23, 30, tzinfo=UTC),
    )


def test_the_gallery_has_every_macro() -> None:
    """So that what follows holds for all of them."""
    names = set(re.findall(r"{% macro (\w+)\(", MACROS.read_text()))
    inner = {"error_summary", "mark", "remember", "hint_and_error", "described_by"}  # used by the frame or by others
    used = set(re.findall(r"m\.(\w+)\(", GALLERY.read_text()))
    assert names - inner == used


def test_nothing_from_outside_is_taken_for_html(gallery: BeautifulSoup) -> None:
    assert not gallery.find(onclick=True)
    assert TEXT in gallery.get_text()


def test_ids_are_unique(gallery: BeautifulSoup) -> None:
    ids = [element["id"] for element in gallery.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_every_field_has_a_label(gallery: BeautifulSoup) -> None:
    fields = [field for field in gallery.select("input, select, textarea") if field.get("type") != "hidden"]
    assert len(fields) > 15
    for field in fields:
        assert gallery.select_one(f"label[for={field['id']}]"), field


def test_what_describes_a_field_exists(gallery: BeautifulSoup) -> None:
    for element in gallery.select("[aria-describedby], [aria-labelledby]"):
        for name in ("aria-describedby", "aria-labelledby"):
            for target in str(element.get(name, "")).split():
                assert gallery.find(id=target), (element.name, target)


@pytest.mark.parametrize("name", [name for name in ERRORS if name])
def test_an_error_stands_at_its_field_and_in_the_summary(gallery: BeautifulSoup, name: str) -> None:
    link = one(gallery, f".pz-error-summary a[href='#{name}']")
    label, _colon, text = link.get_text().rpartition(": ")
    assert label
    assert text in one(gallery, f"#{name}-fout").get_text()
    target = one(gallery, f"#{name}")
    field = target.find_parent("fieldset") or target
    assert f"{name}-fout" in field["aria-describedby"]


def test_the_summary_has_the_order_of_the_page_and_its_words(render: Render) -> None:
    source = """{% extends 'portaal:templates/base.jinja2' %}{% block main %}
    {{ m.text('naam', 'Naam', form) }}{{ m.choices('soort', 'Soort', [('a', 'A')], form=form) }}
    {{ m.select('stad', 'Stad', [('b', 'B')], form) }}{% endblock %}"""
    unfilled = _("Fill in this field.")
    form = Form({"naam": "", "soort": "", "stad": ""}, dict.fromkeys(("stad", "", "soort", "naam"), unfilled))
    page = render("{% import 'portaal:templates/macros.jinja2' as m with context %}" + source, form=form)
    assert [entry.get_text() for entry in page.select(".pz-error-summary li")] == [
        "Naam: Vul dit veld in.",
        "Soort: Kies een van de mogelijkheden.",
        "Stad: Kies een van de mogelijkheden.",
        "Vul dit veld in.",
    ]
    assert "Kies een van de mogelijkheden." in one(page, "#soort-fout").get_text()


def test_an_error_without_a_field_is_in_the_summary(gallery: BeautifulSoup) -> None:
    entries = [entry for entry in gallery.select(".pz-error-summary li") if not entry.find("a")]
    assert len(entries) == 1


def test_the_title_says_that_something_is_wrong(render: Render) -> None:
    source = "{% extends 'portaal:templates/base.jinja2' %}{% block title %}Bericht{% endblock %}"
    assert one(render(source), "title").get_text() == "Bericht - Portaal Zorg"
    assert one(render(source, errors={}), "title").get_text() == "Bericht - Portaal Zorg"
    assert one(render(source, errors={"a": "b"}), "title").get_text() == "Fout: Bericht - Portaal Zorg"
    english = render(source, make_portal(locale="en", environment="kto"), form=Form({}, {"a": _("Choose yes or no.")}))
    assert one(english, "title").get_text() == "Error: Bericht - Portaal Zorg (KTO)"


def test_what_was_typed_stays(gallery: BeautifulSoup) -> None:
    assert one(gallery, "#naam")["value"] == TYPED["naam"]
    assert one(gallery, "#dag")["value"] == TYPED["dag"]
    assert one(gallery, "#tekst").string == TYPED["tekst"]
    assert [option["value"] for option in gallery.select("#keuze option[selected]")] == ["b"]
    assert [box["value"] for box in gallery.select("[name=een][checked]")] == ["b"]
    assert [box["value"] for box in gallery.select("[name=veel][checked]")] == ["a", "bb"]
    assert one(gallery, "#akkoord").has_attr("checked")


def test_a_moment_is_shown_as_the_day_in_amsterdam(gallery: BeautifulSoup) -> None:
    assert one(gallery, "#moment")["value"] == "22-11-2026"


def test_every_post_form_carries_the_token(gallery: BeautifulSoup) -> None:
    forms = gallery.select("form[method=post]")
    assert len(forms) >= 4
    for form in forms:
        assert [token["value"] for token in form.select("[name=csrf_token]")] == ["token-1"]


def test_nobody_gets_a_token_without_a_form(render: Render) -> None:
    """It would set a cookie on pages that need none."""
    portal = make_portal()
    render("{% extends 'portaal:templates/base.jinja2' %}", portal)
    assert portal.tokens_read == 0


def test_only_people_with_a_session_get_the_session_guard(render: Render) -> None:
    source = "{% extends 'portaal:templates/base.jinja2' %}"
    assert not render(source).select("dialog")
    assert one(render(source, logged_in()), "dialog")["data-pz-seconds"] == "1200"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ("production", ""),
        ("kto", "Testomgeving (KTO)"),
        ("development", "Ontwikkelomgeving"),
    ],
)
def test_another_environment_is_seen_at_once(render: Render, environment: str, words: str) -> None:
    page = render("{% extends 'portaal:templates/base.jinja2' %}", make_portal(environment=environment))
    bar = page.select_one(".pz-environment")
    assert (words in bar.get_text()) if bar else words == ""


@pytest.mark.parametrize(
    ("current", "last", "pages"),
    [
        (1, 1, []),
        (1, 3, [1, 2, 3]),
        (5, 9, [1, 4, 5, 6, 9]),
        (9, 9, [1, 8, 9]),
    ],
)
def test_pagination_shows_the_ends_and_the_neighbours(
    render: Render, current: int, last: int, pages: list[int]
) -> None:
    source = """{% extends 'portaal:templates/base.jinja2' %}{% block main %}
        {{ m.pagination(current, last, href) }}{% endblock %}"""
    page = render(source, current=current, last=last, href=lambda number: f"/?p={number}")
    links = page.select(".utrecht-pagination__page-link")
    assert [int(link.get_text()) for link in links] == pages
    assert [link["href"] for link in links] == [f"/?p={number}" for number in pages]
    assert [int(link.get_text()) for link in links if link.get("aria-current")] == ([current] if pages else [])


def test_no_field_can_have_an_id_of_the_frame() -> None:
    """A field has its name as id, and a name has no hyphen."""
    templates = [MACROS.parent / name for name in ("base.jinja2", "macros.jinja2", "settings/tab.jinja2")]
    fixed = [found for path in templates for found in re.findall(r' id="([^"{]+)"', path.read_text(encoding="utf-8"))]
    assert "pz-inhoud" in fixed
    assert [name for name in fixed if "-" not in name] == []
